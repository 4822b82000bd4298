"""The vault: secrets go in sealed, and come out only for whom and for what they were put in."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.tables.vault import Secret
from interlock_platform.vault import store
from interlock_platform.vault.keyring import Envelope, Keyring
from interlock_platform.vault.owner import Owner


class Vault:
    """Works in the caller's transaction, which is the tenant's."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def put(self, session: AsyncSession, owner: Owner, name: str, value: str) -> UUID:
        """In the place of what was there; the id is this value's, and another one at the next time."""
        return await store.put(session, owner, name, self._keyring.seal(value.encode(), owner.place(name)))

    async def get(self, session: AsyncSession, owner: Owner, name: str) -> str | None:
        """Raises SecretRefused for one that was put in for somebody or something else."""
        secret = await store.one(session, owner, name)
        return self._opened(owner, secret) if secret else None

    async def all(self, session: AsyncSession, owner: Owner, prefix: str = "") -> Mapping[str, str]:
        """The owner's secrets whose names begin so, by name. Raises SecretRefused."""
        return {secret.name: self._opened(owner, secret) for secret in await store.read(session, owner, prefix)}

    async def ids(self, session: AsyncSession, owner: Owner, prefix: str = "") -> Mapping[str, UUID]:
        """Which values are there, without opening them: by name, the id that `put` gave."""
        return {secret.name: secret.id for secret in await store.read(session, owner, prefix) if secret.id}

    async def delete(self, session: AsyncSession, owner: Owner, name: str) -> None:
        await store.remove(session, owner, name)

    async def delete_all(self, session: AsyncSession, owner: Owner, prefix: str = "") -> None:
        """Those of this owner for this server whose names begin so."""
        await store.remove_all(session, owner, prefix)

    async def delete_server(self, session: AsyncSession, tenant_id: UUID, server_id: str) -> None:
        """Everybody's for this server."""
        await store.remove_server(session, tenant_id, server_id)

    def _opened(self, owner: Owner, secret: Secret) -> str:
        envelope = Envelope(secret.key_id, secret.wrapped, secret.sealed)
        return self._keyring.open(envelope, owner.place(secret.name)).decode()
