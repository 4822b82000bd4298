"""Reading what is taken out, a few rows at a time."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.gate import store as ledger
from interlock_platform.gate.telling import told_to_model
from interlock_platform.holdings.inventory import Holding
from interlock_platform.holdings.store import of_person, shown_columns, table_of
from interlock_platform.tables.artifacts import Artifact
from interlock_platform.tables.conversation import Message, Thread

BATCH = 200


async def rows_of(session: AsyncSession, holding: Holding, user_id: UUID | None) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows of a person, or without one of the tenant, by their keys."""
    table = table_of(holding)
    columns = shown_columns(holding)
    query = select(*columns).order_by(*table.primary_key.columns)
    if user_id is not None:
        mine = of_person(holding, user_id)
        assert mine is not None, f"{holding.table} is nobody's"
        query = query.where(mine)
    names = [each.name for each in columns]
    begin = 0
    while rows := (await session.execute(query.limit(BATCH).offset(begin))).all():
        yield [dict(zip(names, row, strict=True)) for row in rows]
        begin += len(rows)


async def threads_of(session: AsyncSession, user_id: UUID | None) -> Sequence[Thread]:
    query = select(Thread).order_by(col(Thread.created_at), col(Thread.id))
    if user_id is not None:
        query = query.where(col(Thread.user_id) == user_id)
    return (await session.scalars(query)).all()


async def messages_of(session: AsyncSession, thread_id: UUID) -> Sequence[Message]:
    query = select(Message).where(col(Message.thread_id) == thread_id).order_by(col(Message.seq))
    return (await session.scalars(query)).all()


async def results_of(session: AsyncSession, thread_id: UUID, runs: Sequence[UUID]) -> dict[tuple[UUID, str], str]:
    """(run, the model's id of the call) -> what came of it, in words."""
    calls = await ledger.tools_of(session, thread_id, runs)
    names = await ledger.names_in(session, calls)
    return {(call.run_id, call.tool_call_id): told_to_model(call, names) for call in calls}


async def artifacts_of(session: AsyncSession, user_id: UUID | None) -> Sequence[tuple[UUID, str]]:
    """(id, name) of each."""
    query = select(col(Artifact.id), col(Artifact.name)).order_by(col(Artifact.id))
    if user_id is not None:
        query = query.join(Thread, col(Thread.id) == col(Artifact.thread_id)).where(col(Thread.user_id) == user_id)
    return [(artifact_id, name) for artifact_id, name in await session.execute(query)]


async def bytes_of(session: AsyncSession, artifact_id: UUID) -> bytes | None:
    return await session.scalar(select(col(Artifact.data)).where(col(Artifact.id) == artifact_id))
