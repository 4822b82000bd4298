"""Changing the key: every secret's own key is wrapped anew, a few at a time, while everybody goes on working."""

from dataclasses import dataclass, field
from uuid import UUID

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.vault import store
from interlock_platform.vault.keyring import Keyring, SecretRefused

BATCH = 100


@dataclass
class Rotated:
    """How many secrets are under the present key now that were not, and which could not be opened, by id."""

    wrapped: int = 0
    refused: dict[UUID, str] = field(default_factory=dict)


async def rotate(operator_url: str, keyring: Keyring) -> Rotated:
    """Brings all secrets under the present key, as the operator's role; each tenant's record says so. Interrupted, it
    is begun again and goes on where it was."""
    database = Database.connect(operator_url, pool_size=1)
    rotated = Rotated()
    try:
        async with database.transaction(Scope()) as session:
            tenants = await store.tenants_wrapped_otherwise(session, keyring.present)
        for tenant_id in tenants:
            last: UUID | None = None
            while (last := await _rotate_some(database, keyring, tenant_id, last, rotated)) is not None:
                pass
        return rotated
    finally:
        await database.close()


async def _rotate_some(
    database: Database, keyring: Keyring, tenant_id: UUID, after: UUID | None, rotated: Rotated
) -> UUID | None:
    """The last of a tenant's next secrets; None where there are no more."""
    async with database.transaction(Scope(tenant_id=tenant_id)) as session:
        batch = await store.wrapped_otherwise(session, tenant_id, keyring.present, after, BATCH)
        wrapped = 0
        for secret_id, owner, name, envelope in batch:
            after = secret_id
            try:
                renewed = keyring.wrap_anew(envelope, owner.place(name))
            except SecretRefused as error:
                rotated.refused[secret_id] = str(error)
                continue
            await store.rewrap(session, secret_id, renewed)
            wrapped += 1
        if wrapped:
            record(session, None, "secrets.rotated", str(tenant_id), secrets=wrapped, key=keyring.present)
    rotated.wrapped += wrapped
    return after if batch else None
