"""The rows of those who belong to a tenant, and of the browsers that they are signed in with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.identity.programs.store import SERVICE_ISSUER
from interlock_platform.identity.store import ring_session
from interlock_platform.runs.store import OPEN_STATES
from interlock_platform.tables.conversation import Run, Thread
from interlock_platform.tables.identity import Session, Tenant, User


@dataclass(frozen=True)
class Member:
    """Somebody of the tenant; `sessions` are the browsers that they are signed in with, last used at `seen_at`."""

    user: User
    sessions: int
    seen_at: datetime | None


async def list_members(session: AsyncSession, idle: timedelta) -> list[Member]:
    """Everybody of the transaction's tenant, by name; those who may not sign in any more come last."""
    live = and_(col(Session.user_id) == col(User.id), _live(idle))
    query = (
        select(User, func.count(col(Session.id)), func.max(col(Session.seen_at)))
        .outerjoin(Session, live)
        .where(col(User.erased_at).is_(None))
        .where(col(User.issuer) != SERVICE_ISSUER)
        .group_by(col(User.id))
        .order_by(col(User.disabled_at).is_not(None), func.lower(col(User.name)), col(User.email), col(User.id))
    )
    return [Member(user, count, seen_at) for user, count, seen_at in await session.execute(query)]


async def hold_tenant(session: AsyncSession, tenant_id: UUID) -> None:
    """Until the transaction ends, nobody else changes who belongs to it: of two last owners only one can go."""
    await session.execute(select(col(Tenant.id)).where(col(Tenant.id) == tenant_id).with_for_update())


async def hold_user(session: AsyncSession, user_id: UUID) -> User | None:
    """Nobody, of one whose deletion has begun."""
    theirs = and_(col(User.id) == user_id, col(User.issuer) != SERVICE_ISSUER, col(User.erased_at).is_(None))
    query = select(User).where(theirs).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def other_owners(session: AsyncSession, user_id: UUID) -> bool:
    """Whether the tenant has an owner besides this one who can sign in."""
    owner = and_(col(User.roles).bool_op("@>")(["owner"]), col(User.disabled_at).is_(None), col(User.id) != user_id)
    return bool(await session.scalar(select(select(User).where(owner).exists())))


async def list_sessions(session: AsyncSession, user_id: UUID, idle: timedelta) -> Sequence[Session]:
    """Those that are still good, the one that was used last first."""
    query = select(Session).where(col(Session.user_id) == user_id, _live(idle))
    return (await session.scalars(query.order_by(col(Session.seen_at).desc()))).all()


async def end_sessions(session: AsyncSession, user_id: UUID, *which: ColumnElement[bool]) -> list[UUID]:
    """Ends the user's sessions, and rings for each: its open sockets are cut wherever they are."""
    gone = delete(Session).where(col(Session.user_id) == user_id, *which).returning(col(Session.id))
    ended = list(await session.scalars(gone))
    for session_id in ended:
        await ring_session(session, session_id)
    return ended


async def open_runs(session: AsyncSession, user_id: UUID) -> list[tuple[UUID, UUID]]:
    """(thread, run) of what is queued, under way or waits for the user, always in the same order."""
    query = select(col(Run.thread_id), col(Run.id)).join(Thread, col(Thread.id) == col(Run.thread_id))
    query = query.where(col(Thread.user_id) == user_id, col(Run.state).in_(OPEN_STATES))
    return [(thread, run) for thread, run in await session.execute(query.order_by(col(Thread.id), col(Run.position)))]


def is_session(session_id: UUID) -> ColumnElement[bool]:
    return col(Session.id) == session_id


def is_other_session(session_id: UUID) -> ColumnElement[bool]:
    return col(Session.id) != session_id


def _live(idle: timedelta) -> Any:
    return and_(col(Session.expires_at) > func.now(), col(Session.seen_at) > func.now() - idle)
