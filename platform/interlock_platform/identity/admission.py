"""From a person whom a provider vouches for to a session: where they are let in, and where no more."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem
from interlock_platform.identity import store
from interlock_platform.identity.claims import ROLES
from interlock_platform.identity.providers import Trusted
from interlock_platform.identity.rules import Place
from interlock_platform.identity.secret import secret_hash
from interlock_platform.identity.store import Account, Known
from interlock_platform.text import storable

MOST_AGENT = 300

log = logging.getLogger(__name__)


class Leave(Protocol):
    """Takes the access from somebody whom their provider names for the tenant no more, with all that is theirs and
    open; in the caller's transaction, which is the tenant's."""

    async def __call__(self, session: AsyncSession, tenant_id: UUID, user_id: UUID) -> None: ...


@dataclass(frozen=True)
class Arriving:
    """Whom a provider vouched for just now, and the browser that they came with."""

    account: Account
    sid: bytes | None
    agent: str
    signed_in_at: datetime | None


class Admission:
    def __init__(self, database: Database, leave: Leave, lasts: timedelta) -> None:
        self._database = database
        self._leave = leave
        self._lasts = lasts

    async def admit(self, trusted: Trusted, arriving: Arriving, places: Sequence[Place]) -> str | None:
        """The secret of a session in the first tenant that lets them in, or None if none does.

        They are entered, or brought up to date, in each that the claims name. Raises `sign_in_failed` for somebody who
        is disabled wherever they are known.
        """
        secret, disabled = None, False
        for place in places:
            async with self._database.transaction(Scope(tenant_id=place.tenant_id)) as session:
                user = await self._enter(session, trusted, arriving.account, place)
                if user is not None and user.disabled:
                    disabled = True
                    record(session, user.id, "session.refused", str(user.id), how=trusted.key, why="disabled")
                elif user is not None and secret is None:
                    secret = await self._start(session, user.id, user.roles, arriving)
        secret = await self._elsewhere(trusted, arriving, places, secret)
        if secret is None and disabled:
            raise Problem("sign_in_failed", 403, "This account is disabled. Ask an admin of your organisation.")
        return secret

    async def _enter(self, session: AsyncSession, trusted: Trusted, account: Account, place: Place) -> Known | None:
        if not trusted.rules.create and await store.find_user(session, account) is None:
            return None
        if place.slug is not None:
            if not await store.put_tenant(session, place.tenant_id, place.slug, place.name):
                message = "This organisation was deleted. Ask the operator of this installation if that is a mistake."
                raise Problem("sign_in_failed", 403, message)
        elif not await store.hold_tenant(session, place.tenant_id):
            log.warning("the provider %s names the tenant %s, which does not exist", trusted.id, place.tenant_id)
            return None
        roles = place.roles
        if roles is None:
            roles = frozenset({"member"} if await store.has_users(session) else {"owner"})
        chosen = [role for role in ROLES if role in roles]
        return await store.put_user(session, account, chosen, keep_roles=place.roles is None)

    async def _elsewhere(
        self, trusted: Trusted, arriving: Arriving, places: Sequence[Place], secret: str | None
    ) -> str | None:
        """Ends what the claims name no more; without a session yet, begins one where they came by an invitation."""
        account, named = arriving.account, {place.tenant_id for place in places}
        async with self._database.transaction(Scope(person=(account.issuer, account.subject))) as session:
            others = await store.list_memberships(session, account.issuer, account.subject)
        for other in others:
            tenant_id = other.tenant.id
            if tenant_id in named:
                continue
            async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
                if trusted.rules.leave and not other.invited:
                    await self._leave(session, tenant_id, other.user_id)
                elif secret is None and (roles := await store.hold_active(session, other.user_id)) is not None:
                    secret = await self._start(session, other.user_id, roles, arriving)
        return secret

    async def _start(self, session: AsyncSession, user_id: UUID, roles: list[str], arriving: Arriving) -> str:
        secret = secrets.token_urlsafe(32)
        agent = storable(arriving.agent)[:MOST_AGENT]
        started = await store.add_session(
            session, user_id, secret_hash(secret), self._lasts, agent, arriving.sid, arriving.signed_in_at
        )
        record(session, user_id, "session.started", str(started), how=arriving.account.issuer, roles=roles)
        return secret
