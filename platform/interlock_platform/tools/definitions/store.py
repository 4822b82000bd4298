"""Rows of decisions on definitions, and of the definitions themselves."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_handlers.definition import ToolDefinition
from interlock_platform.tables.identity import User
from interlock_platform.tables.servers import DefinitionDecision
from interlock_platform.tables.tooling import Definition
from interlock_platform.tools.definitions.sorting import Decision, Decisions

MOST_PER_STATEMENT = 500
MOST_WAITING = 20
"""Definitions of one tool that wait to be accepted."""

_FORGET = text(
    """
    delete from definition_decisions gone using (
      select tool, hash, row_number() over (partition by tool order by seen_at desc, hash) as place
      from definition_decisions where server_id = :server_id and state = 'set_aside'
    ) waiting
    where gone.server_id = :server_id and gone.tool = waiting.tool and gone.hash = waiting.hash
      and waiting.place > :most
    returning gone.hash
    """
)
_FORGET_DEFINITIONS = text(
    """
    delete from definitions where hash = any(:hashes)
      and not exists (select 1 from definition_decisions decided where decided.hash = definitions.hash)
      and not exists (select 1 from calls where calls.definition_hash = definitions.hash)
    """
)


@dataclass(frozen=True)
class Seen:
    """A definition that a server gave of a tool, and what came of it."""

    tool: str
    hash: str
    state: Decision
    seen_at: datetime
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    declared: dict[str, Any]


async def hold(session: AsyncSession, server_id: str) -> None:
    """One transaction at a time decides on a server's definitions."""
    own = func.concat(func.current_setting("app.tenant"), ":", server_id)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(own, 0))))


async def decisions(session: AsyncSession, server_ids: Collection[str]) -> dict[str, Decisions]:
    """What was decided so far on the tools of these servers, by server."""
    row = DefinitionDecision
    query = select(col(row.server_id), col(row.tool), col(row.hash), col(row.state))
    found: dict[str, dict[str, dict[str, Decision]]] = {server_id: {} for server_id in server_ids}
    for server_id, tool, digest, state in await session.execute(query.where(col(row.server_id).in_(server_ids))):
        found[server_id].setdefault(tool, {})[digest] = cast(Decision, state)
    return dict(found)


async def note(session: AsyncSession, definitions: Sequence[ToolDefinition], state: Decision) -> list[ToolDefinition]:
    """Writes down that these were seen; returns those that were not written down yet."""
    new: list[ToolDefinition] = []
    for chunk in _chunks(definitions):
        rows = [{"server_id": each.server_id, "tool": each.name, "hash": each.hash, "state": state} for each in chunk]
        added = await session.execute(
            insert(DefinitionDecision)
            .values(rows)
            .on_conflict_do_nothing()
            .returning(col(DefinitionDecision.tool), col(DefinitionDecision.hash))
        )
        added_pairs = {(tool, digest) for tool, digest in added}
        new += [each for each in chunk if (each.name, each.hash) in added_pairs]
    return new


async def forget_oldest(session: AsyncSession, server_id: str) -> None:
    """A server that declares something else every time fills no table: of what waits, each tool keeps the newest."""
    forgotten = await session.scalars(_FORGET, {"server_id": server_id, "most": MOST_WAITING})
    await session.execute(_FORGET_DEFINITIONS, {"hashes": list(forgotten)})


async def accept(session: AsyncSession, server_id: str, hashes: Collection[str], by: UUID) -> list[tuple[str, str]]:
    """Tool and hash of each that this transaction accepted: it was set aside until now."""
    row = DefinitionDecision
    accepted = await session.execute(
        update(row)
        .where(col(row.server_id) == server_id, col(row.hash).in_(hashes), col(row.state) == "set_aside")
        .values(state="accepted", decided_by=by, decided_at=func.now())
        .returning(col(row.tool), col(row.hash)),
        execution_options={"synchronize_session": False},
    )
    return sorted((tool, digest) for tool, digest in accepted)


async def history(session: AsyncSession, server_id: str) -> list[Seen]:
    """Everything that the server declared, tool by tool, oldest first."""
    row = DefinitionDecision
    query = (
        select(row, col(User.name), col(Definition.declared))
        .join(Definition, col(Definition.hash) == col(row.hash))
        .outerjoin(User, col(User.id) == col(row.decided_by))
        .where(col(row.server_id) == server_id)
        .order_by(col(row.tool), col(row.seen_at), col(row.hash))
        .execution_options(populate_existing=True)
    )
    return [
        Seen(
            tool=each.tool,
            hash=each.hash,
            state=cast(Decision, each.state),
            seen_at=cast(datetime, each.seen_at),
            decided_by=each.decided_by,
            decided_by_name=name,
            decided_at=each.decided_at,
            declared=declared,
        )
        for each, name, declared in await session.execute(query)
    ]


async def pin(session: AsyncSession, definitions: Sequence[ToolDefinition]) -> None:
    """Keeps the definitions under their hashes."""
    for chunk in _chunks(definitions):
        rows = [{"hash": each.hash, "server_id": each.server_id, "declared": declared(each)} for each in chunk]
        await session.execute(insert(Definition).values(rows).on_conflict_do_nothing())


def declared(definition: ToolDefinition) -> dict[str, Any]:
    return {each.name: getattr(definition, each.name) for each in fields(definition) if each.name != "server_id"}


def _chunks(definitions: Sequence[ToolDefinition]) -> Iterable[Sequence[ToolDefinition]]:
    for start in range(0, len(definitions), MOST_PER_STATEMENT):
        yield definitions[start : start + MOST_PER_STATEMENT]
