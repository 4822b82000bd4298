"""Rows of connections and toolset revisions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_handlers.definition import ToolDefinition
from interlock_platform.tables.identity import User
from interlock_platform.tables.tooling import Connection, Definition, Toolset


async def hold_user(session: AsyncSession, user_id: UUID) -> None:
    """One transaction at a time changes a user's connections and tools."""
    await session.execute(select(col(User.id)).where(col(User.id) == user_id).with_for_update())


async def wanted(session: AsyncSession, user_id: UUID) -> set[str]:
    """The servers that the user is connected to, or wants to be."""
    return set(await session.scalars(select(col(Connection.server_id)).where(col(Connection.user_id) == user_id)))


async def connection_id(session: AsyncSession, user_id: UUID, server_id: str) -> UUID | None:
    """Which connecting it was that the user has of this server."""
    query = select(col(Connection.id)).where(col(Connection.user_id) == user_id, col(Connection.server_id) == server_id)
    return await session.scalar(query)


async def want(session: AsyncSession, user_id: UUID, server_id: str) -> None:
    row = insert(Connection).values(user_id=user_id, server_id=server_id)
    await session.execute(row.on_conflict_do_nothing())


async def unwant(session: AsyncSession, user_id: UUID, server_id: str) -> None:
    where = (col(Connection.user_id) == user_id, col(Connection.server_id) == server_id)
    await session.execute(delete(Connection).where(*where))


async def users_connected(session: AsyncSession, server_id: str) -> list[UUID]:
    return list(await session.scalars(select(col(Connection.user_id)).where(col(Connection.server_id) == server_id)))


async def end_connections(session: AsyncSession, server_id: str) -> list[UUID]:
    """Nobody of the tenant wants this server any more; returns who did."""
    statement = delete(Connection).where(col(Connection.server_id) == server_id).returning(col(Connection.user_id))
    return list((await session.execute(statement)).scalars())


async def pinned(session: AsyncSession, entries: Sequence[str]) -> list[ToolDefinition]:
    """The definitions of a toolset's entries, in their order."""
    pairs = [entry.split("/") for entry in entries]
    rows = await session.scalars(select(Definition).where(col(Definition.hash).in_({each for _, each in pairs})))
    by_hash = {row.hash: row.declared for row in rows}
    return [ToolDefinition(server_id=server_id, **by_hash[each]) for server_id, each in pairs]


async def latest_revision(session: AsyncSession, user_id: UUID) -> int:
    """The user's current revision; 0 is the empty toolset before the first."""
    query = select(func.max(col(Toolset.revision))).where(col(Toolset.user_id) == user_id)
    return (await session.execute(query)).scalar_one() or 0


async def toolset_entries(session: AsyncSession, user_id: UUID, revision: int) -> list[str]:
    row = await session.scalar(
        select(Toolset).where(col(Toolset.user_id) == user_id, col(Toolset.revision) == revision)
    )
    return row.definitions if row else []


async def add_revision(session: AsyncSession, user_id: UUID, revision: int, entries: Sequence[str]) -> None:
    session.add(Toolset(user_id=user_id, revision=revision, definitions=list(entries)))
    await session.flush()
