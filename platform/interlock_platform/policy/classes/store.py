"""Rows of the admins' words on tools, beside what the servers say of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.tables.policy import ToolClass

MAX_LISTED = 5_000

_KNOWN = text(
    """
    select d.server_id, d.tool, d.title, d.annotations, c.effect, c.risk, c.set_by, u.name as set_by_name, c.set_at
    from (
      select distinct on (server_id, declared ->> 'name')
        server_id, declared ->> 'name' as tool, declared ->> 'title' as title, declared -> 'annotations' as annotations
      from (
        select server_id, declared, created_at from definitions
        union all
        -- Two servers that declare the very same tool share the definition, which names the first of them.
        select split_part(entry, '/', 1), declared, created_at
        from (select distinct unnest(definitions) as entry from (
          select distinct on (user_id) definitions from toolsets order by user_id, revision desc
        ) latest) entries join definitions on hash = split_part(entry, '/', 2)
      ) declarations
      where cast(:server_id as text) is null or (server_id = :server_id and declared ->> 'name' = :tool)
      order by server_id, declared ->> 'name', created_at desc
    ) d
    left join tool_classes c on c.server_id = d.server_id and c.tool = d.tool
    left join users u on u.id = c.set_by
    order by d.server_id, d.tool
    limit :most
    """
)


@dataclass(frozen=True)
class Known:
    """A tool that a server declared to somebody of the tenant, and how it is classed."""

    server_id: str
    tool: str
    title: str | None
    declared: dict[str, Any] | None
    effect: str
    risk: str | None
    set_by: UUID | None
    set_by_name: str | None
    set_at: datetime | None


async def list_known(session: AsyncSession) -> list[Known]:
    return await _read(session, None, None)


async def find_known(session: AsyncSession, server_id: str, tool: str) -> Known | None:
    return next(iter(await _read(session, server_id, tool)), None)


async def _read(session: AsyncSession, server_id: str | None, tool: str | None) -> list[Known]:
    rows = await session.execute(_KNOWN, {"server_id": server_id, "tool": tool, "most": MAX_LISTED})
    return [
        Known(
            server_id=row.server_id,
            tool=row.tool,
            title=row.title,
            declared=row.annotations,
            effect=row.effect or "at_most_once",
            risk=row.risk,
            set_by=row.set_by,
            set_by_name=row.set_by_name,
            set_at=row.set_at,
        )
        for row in rows
    ]


async def put(session: AsyncSession, server_id: str, tool: str, effect: str, risk: str | None, by: UUID) -> None:
    said = {"effect": effect, "risk": risk, "set_by": by, "set_at": func.now()}
    row = insert(ToolClass).values(server_id=server_id, tool=tool, **said)
    await session.execute(row.on_conflict_do_update(index_elements=["tenant_id", "server_id", "tool"], set_=said))


async def hold(session: AsyncSession, server_id: str, tool: str) -> None:
    """So that what was before is what the record says."""
    where = (col(ToolClass.server_id) == server_id, col(ToolClass.tool) == tool)
    await session.execute(select(col(ToolClass.tool)).where(*where).with_for_update())
