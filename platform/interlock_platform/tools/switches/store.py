"""Rows of what a thread has switched off, and of what it always has."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.servers import ThreadTools


@dataclass(frozen=True)
class Switches:
    """Tools by qualified name: `off` are not there; `kept` are shown to the model however many there are."""

    off: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


async def read_switches(session: AsyncSession, thread_id: UUID) -> Switches:
    row = await session.get(ThreadTools, thread_id, populate_existing=True)
    return Switches(tuple(row.off), tuple(row.kept)) if row else Switches()


async def set_switches(session: AsyncSession, thread_id: UUID, off: Collection[str], kept: Collection[str]) -> None:
    said = {"off": list(off), "kept": list(kept)}
    row = insert(ThreadTools).values(thread_id=thread_id, **said)
    await session.execute(row.on_conflict_do_update(index_elements=["thread_id"], set_=said))


async def is_own(session: AsyncSession, user_id: UUID, thread_id: UUID) -> bool:
    query = select(col(Thread.id)).where(col(Thread.id) == thread_id, col(Thread.user_id) == user_id)
    return await session.scalar(query.where(col(Thread.deleted_at).is_(None))) is not None
