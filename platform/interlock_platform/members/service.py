"""Who belongs to the organisation, as what, and in which browsers: every change counts at once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.store import record
from interlock_platform.chat.ending import Ending
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem, not_found
from interlock_platform.identity.claims import ROLES
from interlock_platform.identity.programs.store import revoke_all
from interlock_platform.identity.rules import issuer_of
from interlock_platform.identity.store import ring_session
from interlock_platform.members import store
from interlock_platform.members.store import Member
from interlock_platform.principal import Principal
from interlock_platform.rights import has, require
from interlock_platform.runs import store as runs
from interlock_platform.runs.store import tell_user
from interlock_platform.tables.identity import Session, User
from interlock_platform.tools.following import GONE


class Members:
    """The same for every door."""

    def __init__(self, database: Database, ending: Ending, idle: timedelta) -> None:
        self._database = database
        self._ending = ending
        self._idle = idle

    async def list_members(self, who: Principal) -> list[dict[str, Any]]:
        """Those who can sign in; who manages members also sees the others, and how everybody stands."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            members = await store.list_members(session, self._idle)
        if has(who.roles, "members.manage"):
            return [_wire(member.user) | _standing(member) for member in members]
        return [_wire(member.user) for member in members if member.user.disabled_at is None]

    async def set_roles(self, who: Principal, user_id: UUID, roles: Sequence[str] | None) -> None:
        """With None they are what the identity provider says, from the next sign-in on.

        Raises `not_found`, `forbidden` and `last_owner`.
        """
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            user = await self._hold(session, who, user_id)
            after = user.roles if roles is None else [role for role in ROLES if role in roles]
            if ("owner" in after) != ("owner" in user.roles):
                _require_owner(who)
            if "owner" not in after:
                await _require_other_owner(session, user)
            record(
                session, who.user_id, "member.roles_set", str(user_id),
                before=user.roles, after=after, by_provider=roles is None,
            )  # fmt: skip
            before = frozenset(user.roles)
            user.roles, user.roles_set = after, roles is not None
            await tell_user(session, who.tenant_id, user_id, "me:")
            if has(before, "runs.start") and not has(frozenset(after), "runs.start"):
                await self._stop_runs(session, who.user_id, user)
                await tell_user(session, who.tenant_id, user_id, f"{GONE}:")

    async def disable(self, who: Principal, user_id: UUID) -> None:
        """Ends their sessions and their runs with everything that waits, all in one.

        Raises `not_found`, `forbidden`, `own_account` and `last_owner`.
        """
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            user = await self._hold(session, who, user_id)
            if user_id == who.user_id:
                raise Problem("own_account", 409, "You can't take away your own access. Ask another admin to do it.")
            await _require_other_owner(session, user)
            if user.disabled_at is not None and not user.unmapped:
                return
            await self._end_sessions(session, who.user_id, user_id, "disabled")
            await self._stop_runs(session, who.user_id, user)
            await self._revoke_keys(session, who.user_id, user_id)
            await tell_user(session, who.tenant_id, user_id, f"{GONE}:")
            record(session, who.user_id, "member.disabled", str(user_id))
            # An admin's word: also where the provider had taken it before, and could give it back.
            user.disabled_at, user.unmapped = await session.scalar(func.now().select()), False

    async def leaving(self, session: AsyncSession, who: Principal, user_id: UUID) -> User:
        """The member who is to be deleted, held: oneself, or whoever an admin may dispose of.

        Raises `not_found`, `forbidden` and `last_owner`.
        """
        if user_id != who.user_id:
            require(who, "members.manage")
        user = await self._hold(session, who, user_id)
        await _require_other_owner(session, user)
        return user

    async def close(self, session: AsyncSession, actor: UUID, user: User) -> None:
        """Of somebody who is to be deleted: they come in no more, nothing of theirs goes on. Done again, it does what
        is left of it."""
        await self._end_sessions(session, actor, user.id, "deleted")
        await self._revoke_keys(session, actor, user.id)
        await self._stop_runs(session, actor, user)
        assert user.tenant_id is not None, "the database fills it in"
        await tell_user(session, user.tenant_id, user.id, f"{GONE}:")
        if user.erased_at is None:
            user.erased_at = await session.scalar(func.now().select())
            user.disabled_at, user.unmapped = user.disabled_at or user.erased_at, False

    async def enable(self, who: Principal, user_id: UUID) -> None:
        """They may sign in again. Raises `not_found`, `forbidden`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            user = await self._hold(session, who, user_id)
            if user.disabled_at is not None:
                record(session, who.user_id, "member.enabled", str(user_id))
                user.disabled_at, user.unmapped = None, False

    async def unmap(self, session: AsyncSession, tenant_id: UUID, user_id: UUID) -> None:
        """Their identity provider names them for the tenant no more: as `disable`, until it does again."""
        await store.hold_tenant(session, tenant_id)
        user = await store.hold_user(session, user_id)
        if user is None or user.disabled_at is not None:
            return
        for ended in await store.end_sessions(session, user_id):
            record(session, None, "session.ended", str(ended), why="unmapped")
        await self._stop_runs(session, user_id, user)
        await self._revoke_keys(session, user_id, user_id)
        await tell_user(session, tenant_id, user_id, f"{GONE}:")
        record(session, None, "member.unmapped", str(user_id), how=user.issuer)
        user.disabled_at, user.unmapped = await session.scalar(func.now().select()), True

    async def list_sessions(self, who: Principal, user_id: UUID) -> list[dict[str, Any]]:
        """Raises `not_found`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            user = await session.get(User, user_id)
            if user is None or user.erased_at is not None:
                raise not_found()
            sessions = await store.list_sessions(session, user_id, self._idle)
        return [_session_wire(each, current=each.id == who.session_id) for each in sessions]

    async def end_session(self, who: Principal, session_id: UUID) -> None:
        """One of the caller's own. Raises `not_found`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            which = store.is_session(session_id)
            if not await self._end_sessions(session, who.user_id, who.user_id, "ended_elsewhere", which):
                raise not_found()

    async def end_other_sessions(self, who: Principal) -> int:
        """How many of the caller's own were ended: all but this one."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            which = store.is_other_session(who.session_id)
            return await self._end_sessions(session, who.user_id, who.user_id, "ended_elsewhere", which)

    async def end_sessions_of(self, who: Principal, user_id: UUID) -> int:
        """How many a member had. Raises `not_found`, `forbidden`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await self._hold(session, who, user_id)
            return await self._end_sessions(session, who.user_id, user_id, "ended_by_admin")

    async def _hold(self, session: AsyncSession, who: Principal, user_id: UUID) -> User:
        """The member, held with the tenant's membership; of owners only an owner disposes."""
        await store.hold_tenant(session, who.tenant_id)
        user = await store.hold_user(session, user_id)
        if user is None:
            raise not_found()
        if "owner" in user.roles:
            _require_owner(who)
        return user

    async def _revoke_keys(self, session: AsyncSession, actor: UUID, user_id: UUID) -> None:
        """For good: whoever comes back makes new ones."""
        for key_id in await revoke_all(session, user_id, actor):
            await ring_session(session, key_id)
            record(session, actor, "key.revoked", str(key_id))

    async def _stop_runs(self, session: AsyncSession, actor: UUID, user: User) -> None:
        for thread_id, run_id in await store.open_runs(session, user.id):
            thread = await runs.hold(session, thread_id)
            run = await runs.run_of(session, thread_id, run_id)
            if thread is not None and run is not None:
                await self._ending.stop(session, thread, run, actor, f"{user.name} has no access any more.")

    async def _end_sessions(
        self, session: AsyncSession, actor: UUID, user_id: UUID, why: str, *which: ColumnElement[bool]
    ) -> int:
        ended = await store.end_sessions(session, user_id, *which)
        for session_id in ended:
            record(session, actor, "session.ended", str(session_id), why=why)
        return len(ended)


def _require_owner(who: Principal) -> None:
    if "owner" not in who.roles:
        raise Problem("forbidden", 403, "Only an owner may say who is an owner, and what becomes of one. Ask an owner.")


async def _require_other_owner(session: AsyncSession, user: User) -> None:
    if "owner" in user.roles and not await store.other_owners(session, user.id):
        message = f"{user.name} is the last owner, and somebody has to be. Make somebody else an owner first."
        raise Problem("last_owner", 409, message)


def _wire(user: User) -> dict[str, Any]:
    roles = [role for role in ROLES if role in user.roles]
    return {"id": str(user.id), "name": user.name, "email": user.email, "roles": roles}


def _standing(member: Member) -> dict[str, Any]:
    user = member.user
    return {
        "active": user.disabled_at is None,
        "roles_set": user.roles_set,
        "source": issuer_of(user.issuer),
        "sessions": member.sessions,
        "seen_at": member.seen_at.isoformat() if member.seen_at else None,
    }


def _session_wire(session: Session, *, current: bool) -> dict[str, Any]:
    assert session.created_at is not None, "the database fills it in"
    assert session.seen_at is not None, "the database fills it in"
    return {
        "id": str(session.id),
        "agent": session.agent,
        "created_at": session.created_at.isoformat(),
        "seen_at": session.seen_at.isoformat(),
        "expires_at": session.expires_at.isoformat(),
        "current": current,
    }
