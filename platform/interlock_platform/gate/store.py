"""The ledger's rows: every change of state is one conditional UPDATE."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.identity import User
from interlock_platform.tables.ledger import Call
from interlock_platform.tables.tooling import Definition

CallState = Literal[
    "proposed", "approved", "rejected", "answered", "expired", "cancelled", "void", "started", "succeeded", "failed",
    "unknown", "confirmed_done", "confirmed_not_done",
]  # fmt: skip
OPEN: tuple[CallState, ...] = ("proposed", "approved", "started", "unknown")
WAITING: tuple[CallState, ...] = ("proposed", "unknown")
"""States in which a person has something to do."""


@dataclass(frozen=True)
class Whole:
    """A call with everything that its card shows."""

    call: Call
    declared: dict[str, Any]
    thread_title: str
    names: dict[UUID, str]


async def find(session: AsyncSession, call_id: UUID, user_id: UUID | None = None) -> Whole | None:
    """The call; with `user_id`, only if that user requested it."""
    query = _wholes().where(col(Call.id) == call_id)
    if user_id is not None:
        query = query.where(col(Call.user_id) == user_id)
    wholes = await _read(session, query)
    return wholes[0] if wholes else None


async def list_calls(session: AsyncSession, user_id: UUID, states: Sequence[str], limit: int) -> list[Whole]:
    """The user's calls in these states, oldest first."""
    query = _wholes().where(col(Call.user_id) == user_id, col(Call.state).in_(states))
    return await _read(session, query.order_by(col(Call.created_at)).limit(limit))


def _wholes() -> Select[Call, dict[str, Any], str]:
    return (
        select(Call, col(Definition.declared), col(Thread.title))
        .join(Definition, col(Definition.hash) == col(Call.definition_hash))
        .join(Thread, col(Thread.id) == col(Call.thread_id))
        .execution_options(populate_existing=True)
    )


async def _read(session: AsyncSession, query: Select[Call, dict[str, Any], str]) -> list[Whole]:
    rows = (await session.execute(query)).all()
    names = await names_in(session, [call for call, _, _ in rows])
    return [Whole(call, declared, title, names) for call, declared, title in rows]


async def names_in(session: AsyncSession, calls: Sequence[Call]) -> dict[UUID, str]:
    """The names of whoever asked for these calls, decided or resolved them."""
    people = {who for call in calls for who in (call.user_id, call.decided_by, call.resolved_by) if who}
    if not people:
        return {}
    named = await session.execute(select(col(User.id), col(User.name)).where(col(User.id).in_(people)))
    return dict(named.all())


async def transition(
    session: AsyncSession,
    call_id: UUID,
    old: tuple[CallState, ...],
    new: CallState,
    *,
    presented_seal: str | None = None,
    before_expiry: bool = False,
    after_expiry: bool = False,
    **values: Any,
) -> bool:
    """True: this transaction moved the call. False: it was not in that state, or not as sealed, or not in time."""
    statement = update(Call).where(col(Call.id) == call_id, col(Call.state).in_(old))
    if presented_seal is not None:
        statement = statement.where(col(Call.seal) == presented_seal)
    if before_expiry:
        statement = statement.where(col(Call.expires_at) > func.now())
    if after_expiry:
        statement = statement.where(col(Call.expires_at) <= func.now())
    moved = await session.execute(
        statement.values(state=new, **values).returning(col(Call.id)),
        execution_options={"synchronize_session": False},
    )
    return moved.one_or_none() is not None


async def of_run(session: AsyncSession, thread_id: UUID, run_id: UUID) -> Sequence[Call]:
    """The calls of a run, in the order of their proposal."""
    query = select(Call).where(col(Call.thread_id) == thread_id, col(Call.run_id) == run_id)
    ordered = query.order_by(col(Call.created_at), col(Call.position))
    return (await session.scalars(ordered.execution_options(populate_existing=True))).all()


async def of_thread(session: AsyncSession, thread_id: UUID, run_ids: Sequence[UUID]) -> Sequence[Call]:
    query = select(Call).where(col(Call.thread_id) == thread_id, col(Call.run_id).in_(run_ids))
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def count_open(session: AsyncSession, thread_id: UUID, run_id: UUID) -> int:
    query = select(func.count()).where(
        col(Call.thread_id) == thread_id, col(Call.run_id) == run_id, col(Call.state).in_(OPEN)
    )
    return (await session.execute(query)).scalar_one()


async def count_waiting(session: AsyncSession, user_id: UUID) -> int:
    query = select(func.count()).where(col(Call.user_id) == user_id, col(Call.state).in_(WAITING))
    return (await session.execute(query)).scalar_one()


async def may_act(session: AsyncSession, user_id: UUID) -> bool:
    """Whether the requester is still a user of the tenant."""
    query = select(col(User.id)).where(col(User.id) == user_id, col(User.disabled_at).is_(None))
    return (await session.execute(query)).one_or_none() is not None


async def now(session: AsyncSession) -> datetime:
    """The database's clock: the only one that decides."""
    return (await session.execute(select(func.now()))).scalar_one()
