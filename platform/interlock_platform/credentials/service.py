"""A user's credentials for servers: what a connection sends, which account it is, and how it stands."""

from collections.abc import Iterable, Mapping
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.authorization import Authorization
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.credentials import store
from interlock_platform.credentials.authorizations import HEADER, Headers, Login
from interlock_platform.credentials.keeper import Keeper, Place
from interlock_platform.credentials.revocation import Forgotten
from interlock_platform.database import Database
from interlock_platform.vault.owner import Owner
from interlock_platform.vault.service import Vault

LoginState = Literal["none", "missing", "signed_in", "expired"]


class Credentials:
    """Works in the caller's transaction, which is the tenant's; what it hands out opens its own."""

    def __init__(self, database: Database, vault: Vault, outbound: Outbound) -> None:
        self.vault = vault
        self.keeper = Keeper(database, vault, outbound)

    async def authorization(
        self, session: AsyncSession, tenant_id: UUID, user_id: UUID, spec: ServerSpec
    ) -> Authorization | None:
        """What a connection of this user to this server asks for credentials."""
        place = Place(Owner(tenant_id, user_id, spec.id), spec)
        if spec.auth == "oauth":
            login = await store.read(session, place.owner)
            return Login(place, login.account if login else "", self.keeper)
        if spec.auth == "headers" and spec.origin != "platform":
            owner = secrets_owner(tenant_id, user_id, spec)
            values = await self.vault.all(session, owner, HEADER)
            named = {name.removeprefix(HEADER): value for name, value in values.items()}
            return Headers(place, await self._version(session, owner), named)
        return None

    async def credential(self, session: AsyncSession, tenant_id: UUID, user_id: UUID, spec: ServerSpec) -> str:
        """Which account, or which secrets, the user's calls run with; no secret itself.

        A first sign-in doesn't change it, nor does a token that is renewed; another account does.
        """
        if spec.auth == "oauth":
            login = await store.read(session, Owner(tenant_id, user_id, spec.id))
            return login.account if login else ""
        if spec.auth == "headers" and spec.origin != "platform":
            return await self._version(session, secrets_owner(tenant_id, user_id, spec))
        return ""

    async def states(
        self, session: AsyncSession, tenant_id: UUID, user_id: UUID, specs: Iterable[ServerSpec]
    ) -> Mapping[str, LoginState]:
        """How the user stands with each of these servers, by its id."""
        logins = await store.of_user(session, Owner(tenant_id, user_id, ""))

        def state(spec: ServerSpec) -> LoginState:
            login = logins.get(spec.id)
            if spec.auth != "oauth":
                return "none"
            if login is None or login.url != spec.url or login.state not in ("signed_in", "expired"):
                return "missing"
            return "signed_in" if login.state == "signed_in" else "expired"

        return {spec.id: state(spec) for spec in specs}

    async def forget_server(self, session: AsyncSession, tenant_id: UUID, spec: ServerSpec) -> list[Forgotten]:
        """What anybody has for a server that is there no more goes; what its authorization servers are to take back."""
        forgotten: list[Forgotten] = []
        for login in await store.signed_in(session, spec.id):
            place = Place(Owner(tenant_id, login.user_id, spec.id), spec)
            tokens = await self.keeper.forget(session, place, why="the server was deleted")
            forgotten += [Forgotten(spec, *tokens)] if tokens is not None else []
        await store.remove_server(session, spec.id)
        await self.vault.delete_server(session, tenant_id, spec.id)
        return forgotten

    async def _version(self, session: AsyncSession, owner: Owner) -> str:
        return " ".join(str(each) for _, each in sorted((await self.vault.ids(session, owner, HEADER)).items()))


def secrets_owner(tenant_id: UUID, user_id: UUID, spec: ServerSpec) -> Owner:
    """Whose the secret headers of a server are: a personal one's its user's, any other's the tenant's."""
    return Owner(tenant_id, user_id if spec.origin == "personal" else None, spec.id)
