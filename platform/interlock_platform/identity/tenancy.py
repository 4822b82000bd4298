"""One person, several tenants: who knows them by (issuer, subject) knows them in each, and a session is of one."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem, not_found
from interlock_platform.identity import store
from interlock_platform.identity.admission import MOST_AGENT
from interlock_platform.identity.secret import secret_hash
from interlock_platform.identity.service import Arrived, Identity
from interlock_platform.identity.store import Account, Lasting, Membership
from interlock_platform.principal import Principal
from interlock_platform.text import storable


class Tenancy:
    """The tenants of whoever has a session, and how the session moves from one to another."""

    def __init__(self, database: Database, identity: Identity) -> None:
        self._database = database
        self._identity = identity

    async def account(self, who: Principal) -> Account:
        """What the provider said about the session's person. Raises `unauthenticated`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            found = await store.read_account(session, who.user_id)
        if found is None:
            raise _ended()
        return found

    async def list_tenants(self, who: Principal) -> list[Membership]:
        """Those that the person can be in, by name. Raises `unauthenticated`."""
        account = await self.account(who)
        async with self._database.transaction(Scope(person=(account.issuer, account.subject))) as session:
            return await store.list_memberships(session, account.issuer, account.subject)

    async def switch(self, who: Principal, tenant_id: UUID, secret: str, agent: str) -> str:
        """The secret of a session in this tenant, which takes the place of the one that `secret` opens.

        Raises `not_found` for a tenant that the person is not in.
        """
        account = await self.account(who)
        async with self._database.transaction(Scope(person=(account.issuer, account.subject))) as session:
            found = await store.list_memberships(session, account.issuer, account.subject)
        mine = {membership.tenant.id: membership.user_id for membership in found}
        if tenant_id not in mine:
            raise not_found()
        lasting = await self.lasting(secret)
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            roles = await store.hold_active(session, mine[tenant_id])
            if roles is None:
                raise not_found()
            moved = await self.start(session, mine[tenant_id], roles, lasting, agent, how=account.issuer, by="switch")
        await self._identity.end(secret, "switched")
        return moved

    async def lasting(self, secret: str) -> Lasting:
        """How long a session lasts that takes the place of this one. Raises `unauthenticated`."""
        async with self._database.transaction(Scope(secret_hash=secret_hash(secret))) as session:
            found = await store.read_lasting(session, secret_hash(secret))
        if found is None:
            raise _ended()
        return found

    async def arrived(self, secret: str | None) -> Arrived | None:
        """Who came to join without having an account, if that was just now."""
        return await self._identity.arrived(secret)

    def lasts_anew(self) -> timedelta:
        """How long the session of somebody lasts who has none yet."""
        return self._identity.lasts

    async def start(
        self,
        session: AsyncSession,
        user_id: UUID,
        roles: list[str],
        lasting: Lasting | timedelta,
        agent: str,
        *,
        how: str,
        by: str,
        sid: bytes | None = None,
    ) -> str:
        """The secret of a new session of a user of the transaction's tenant; on the record."""
        secret = secrets.token_urlsafe(32)
        started = await store.add_session(
            session, user_id, secret_hash(secret), lasting, storable(agent)[:MOST_AGENT], sid
        )
        record(session, user_id, "session.started", str(started), how=how, roles=roles, by=by)
        return secret

    async def end(self, secret: str | None, why: str) -> None:
        await self._identity.end(secret, why)


def _ended() -> Problem:
    return Problem("unauthenticated", 401, "Sign in first: there is no session, or it has ended.")
