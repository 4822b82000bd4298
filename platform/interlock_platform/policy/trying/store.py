"""What rules are tried on: definitions as agents have them, recorded calls, and every live grant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.tables.identity import User
from interlock_platform.tables.ledger import Call
from interlock_platform.tables.policy import Grant

_OWN_DEFINITION = text(
    """
    select d.hash
    from (
      select unnest(definitions) as entry
      from (select definitions from toolsets where user_id = :user_id order by revision desc limit 1) latest
    ) own join definitions d on own.entry = cast(:server_id as text) || '/' || d.hash
    where d.declared ->> 'name' = :tool
    """
)
_LAST_DEFINITION = text(
    "select hash from definitions where server_id = :server_id and declared ->> 'name' = :tool "
    "order by created_at desc limit 1"
)


@dataclass(frozen=True)
class Person:
    """A requester as of today."""

    name: str
    email: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Recorded:
    """A call of the ledger, as far as policy looks at it; `arguments` in canonical form."""

    id: UUID
    at: datetime
    server_id: str
    tool: str
    definition_hash: str
    arguments: str
    user_id: UUID
    thread_id: UUID
    unattended: bool


async def definition_of(session: AsyncSession, user_id: UUID, server_id: str, tool: str) -> str:
    """The hash of the tool as the user's agent has it, else as anybody saw it last; empty for a tool never seen."""
    values = {"user_id": user_id, "server_id": server_id, "tool": tool}
    own: str | None = await session.scalar(_OWN_DEFINITION, values)
    return own or await session.scalar(_LAST_DEFINITION, values) or ""


async def now(session: AsyncSession) -> datetime:
    """The database's clock: the only one that decides."""
    return (await session.execute(select(func.now()))).scalar_one()


async def calls(
    session: AsyncSession, since: datetime, until: datetime, before: tuple[datetime, UUID] | None, most: int
) -> list[Recorded]:
    """The next tool calls of the period, newest first, after the one that `before` names."""
    query = select(
        col(Call.id), col(Call.created_at), col(Call.server_id), col(Call.tool), col(Call.definition_hash),
        col(Call.arguments), col(Call.user_id), col(Call.thread_id), col(Call.unattended),
    ).where(col(Call.kind) == "tool", col(Call.created_at) >= since, col(Call.created_at) < until)  # fmt: skip
    if before is not None:
        query = query.where(func.row(col(Call.created_at), col(Call.id)) < func.row(*before))
    newest = query.order_by(col(Call.created_at).desc(), col(Call.id).desc()).limit(most)
    rows: Sequence[Any] = (await session.execute(newest)).all()
    return [Recorded(*row) for row in rows]


async def people(session: AsyncSession) -> dict[UUID, Person]:
    query = select(col(User.id), col(User.name), col(User.email), col(User.roles))
    return {each.id: Person(each.name, each.email, frozenset(each.roles)) for each in await session.execute(query)}


async def live_grants(session: AsyncSession) -> Sequence[Grant]:
    query = select(Grant).where(
        col(Grant.revoked_at).is_(None),
        col(Grant.expires_at) > func.clock_timestamp(),
        func.coalesce(col(Grant.uses_left), 1) > 0,
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).all()
