"""Rows of threads, their runs and messages, as the chat needs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.gate.store import MOVING, WAITING
from interlock_platform.runs import store as runs
from interlock_platform.tables.conversation import Message, Run, Thread
from interlock_platform.tables.ledger import Call
from interlock_platform.tables.policy import Grant

Place = tuple[bool, datetime, UUID]
"""Where a thread is in its person's list: whether it is pinned, its last activity, its id."""


@dataclass(frozen=True)
class Overview:
    """A thread with what is going on in it."""

    thread: Thread
    state: str
    waiting: int

    def wire(self) -> dict[str, Any]:
        thread = self.thread
        return {
            "id": str(thread.id),
            "title": thread.title,
            "created_at": thread.created_at.isoformat() if thread.created_at else None,
            "updated_at": thread.updated_at.isoformat() if thread.updated_at else None,
            "state": self.state,
            "waiting": self.waiting,
            "pinned": thread.pinned_at is not None,
            "archived": thread.archived_at is not None,
        }


def _overviews() -> Select[Thread, str, int]:
    """A thread is `running` while anything moves, `waiting` when only people can move it on."""
    waiting = select(func.count()).where(col(Call.thread_id) == col(Thread.id), col(Call.state).in_(WAITING))
    moving = select(1).where(col(Call.thread_id) == col(Thread.id), col(Call.state).in_(MOVING))
    runs = select(col(Run.state)).where(col(Run.thread_id) == col(Thread.id))
    state = case(
        (runs.where(col(Run.state) == "running").exists(), "running"),
        (moving.exists(), "running"),
        (runs.where(col(Run.state) == "waiting").exists(), "waiting"),
        (runs.where(col(Run.state) == "queued").exists(), "queued"),
        else_="idle",
    )
    return (
        select(Thread, state, waiting.scalar_subquery())
        .where(col(Thread.deleted_at).is_(None))
        .execution_options(populate_existing=True)
    )


async def list_threads(
    session: AsyncSession, user_id: UUID, *, search: str, archived: bool, before: Place | None, limit: int
) -> list[Overview]:
    """Those in the archive or those that are not; pinned ones first, then by their last activity."""
    pinned = col(Thread.pinned_at).is_not(None)
    query = _overviews().where(col(Thread.user_id) == user_id, col(Thread.archived_at).is_not(None) == archived)
    if search:
        query = query.where(func.strpos(func.lower(col(Thread.title)), search.lower()) > 0)
    if before:
        query = query.where(tuple_(pinned, col(Thread.updated_at), col(Thread.id)) < before)
    ordered = query.order_by(pinned.desc(), col(Thread.updated_at).desc(), col(Thread.id).desc())
    return [Overview(*row) for row in await session.execute(ordered.limit(limit))]


async def find_thread(session: AsyncSession, user_id: UUID, thread_id: UUID) -> Overview | None:
    query = _overviews().where(col(Thread.user_id) == user_id, col(Thread.id) == thread_id)
    row = (await session.execute(query)).one_or_none()
    return Overview(*row) if row else None


async def hold_own(session: AsyncSession, user_id: UUID, thread_id: UUID, *, deleted: bool = False) -> Thread | None:
    """The user's thread, held until the transaction ends; only one that is `deleted`, or only one that is not."""
    query = select(Thread).where(
        col(Thread.id) == thread_id, col(Thread.user_id) == user_id, col(Thread.deleted_at).is_not(None) == deleted
    )
    return (await session.scalars(query.with_for_update())).one_or_none()


async def count_pinned(session: AsyncSession, user_id: UUID) -> int:
    query = select(func.count()).where(col(Thread.user_id) == user_id, col(Thread.pinned_at).is_not(None))
    return (await session.execute(query)).scalar_one()


async def first_exchange(session: AsyncSession, thread_id: UUID) -> tuple[str, str]:
    """What was said first, and the first words that came back."""

    async def first(role: str) -> str:
        query = select(col(Message.content)).where(
            col(Message.thread_id) == thread_id, col(Message.role) == role, col(Message.content) != ""
        )
        return await session.scalar(query.order_by(col(Message.seq)).limit(1)) or ""

    return await first("user"), await first("assistant")


async def untitled(session: AsyncSession, thread_id: UUID) -> Thread | None:
    """The thread, if its title is still its first words."""
    query = select(Thread).where(col(Thread.id) == thread_id, col(Thread.title_by) == "words")
    return (await session.scalars(query.where(col(Thread.deleted_at).is_(None)))).one_or_none()


async def entitle(session: AsyncSession, thread_id: UUID, title: str) -> bool:
    """Gives a thread the model's title, if its title is still its first words."""
    query = update(Thread).where(col(Thread.id) == thread_id, col(Thread.title_by) == "words")
    given = await session.execute(query.values(title=title, title_by="model").returning(col(Thread.id)))
    return given.one_or_none() is not None


async def erase_thread(session: AsyncSession, thread_id: UUID) -> list[str]:
    """Everything of a thread that is held goes; the locks of the jobs that are about nothing any more."""
    calls = (await session.scalars(select(col(Call.id)).where(col(Call.thread_id) == thread_id))).all()
    # A permission for always that was given on a card outlives the chat, and forgets where it came from.
    forgotten = update(Grant).where(col(Grant.from_call).in_(calls)).values(from_call=None)
    await session.execute(forgotten, execution_options={"synchronize_session": False})
    await session.execute(delete(Thread).where(col(Thread.id) == thread_id))
    await runs.delete_checkpoints(session, thread_id)
    own = [f"{kind}:{thread_id}" for kind in ("thread", "title", "removal")]
    return [*own, *(f"{kind}:{call_id}" for call_id in calls for kind in ("call", "expiry"))]


async def all_messages(session: AsyncSession, thread_id: UUID) -> Sequence[tuple[Message, Run]]:
    """The thread's messages in the order of their runs."""
    query = (
        select(Message, Run)
        .join(Run, (col(Run.thread_id) == col(Message.thread_id)) & (col(Run.id) == col(Message.run_id)))
        .where(col(Message.thread_id) == thread_id)
        .order_by(col(Run.position), col(Message.seq))
    )
    return (await session.execute(query)).all()


async def messages_before(session: AsyncSession, thread_id: UUID, run: Run, limit: int) -> list[Message]:
    """The latest messages of earlier runs, and the one that this run answers; oldest first."""
    # Each run has a message of a person, and what it said comes after that: nothing older than so many of them is read.
    oldest = (
        select(col(Message.seq))
        .where(col(Message.thread_id) == thread_id, col(Message.role) == "user", col(Message.seq) <= run.position)
        .order_by(col(Message.seq).desc())
        .offset(limit)
        .limit(1)
    )
    query = (
        select(Message)
        .join(Run, (col(Run.thread_id) == col(Message.thread_id)) & (col(Run.id) == col(Message.run_id)))
        .where(
            col(Message.thread_id) == thread_id,
            col(Message.seq) >= func.coalesce(oldest.scalar_subquery(), 0),
            (col(Run.position) < run.position) | ((col(Run.id) == run.id) & (col(Message.role) == "user")),
        )
        .order_by(col(Run.position).desc(), col(Message.seq).desc())
        .limit(limit)
    )
    return list(reversed((await session.scalars(query)).all()))


async def has_later_run(session: AsyncSession, thread_id: UUID, position: int) -> bool:
    """Whether somebody said something after the message at this position."""
    later = select(col(Run.id)).where(col(Run.thread_id) == thread_id, col(Run.position) > position).limit(1)
    return (await session.execute(later)).first() is not None
