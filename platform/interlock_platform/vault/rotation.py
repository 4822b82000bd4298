"""Changing the key: every secret's own key is wrapped anew, a few at a time, while everybody goes on working."""

from dataclasses import dataclass, field
from uuid import UUID

from interlock_platform.database import Database, Scope
from interlock_platform.vault import store
from interlock_platform.vault.keyring import Keyring, SecretRefused

BATCH = 100


@dataclass
class Rotated:
    """How many secrets are under the present key now that were not, and which could not be opened, by id."""

    wrapped: int = 0
    refused: dict[UUID, str] = field(default_factory=dict)


async def rotate(owner_url: str, keyring: Keyring) -> Rotated:
    """Brings all secrets under the present key, as the role that owns the schema. Interrupted, it is begun again and
    goes on where it was."""
    database = Database.connect(owner_url, pool_size=1)
    rotated, last = Rotated(), None
    try:
        while True:
            async with database.transaction(Scope()) as session:
                batch = await store.wrapped_otherwise(session, keyring.present, last, BATCH)
                for secret_id, owner, name, envelope in batch:
                    last = secret_id
                    try:
                        renewed = keyring.wrap_anew(envelope, owner.place(name))
                    except SecretRefused as error:
                        rotated.refused[secret_id] = str(error)
                        continue
                    await store.rewrap(session, secret_id, renewed)
                    rotated.wrapped += 1
            if not batch:
                return rotated
    finally:
        await database.close()
