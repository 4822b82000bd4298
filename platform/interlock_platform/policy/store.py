"""Rows of rules, classes of tools and live grants."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.policy.rulebook import Version
from interlock_platform.tables.policy import Rule

_STANDING = text(
    """
    select u.tenant_id, u.email, u.roles, c.effect, c.risk,
      coalesce((select changed from rules where tenant_id is null order by changed desc limit 1), 0) as platform,
      coalesce((select changed from rules where tenant_id = u.tenant_id order by changed desc limit 1), 0) as tenant,
      (select json_agg(live) from (
        select id, user_id, thread_id, arguments is not null as exact, condition, unattended, given_by
        from grants
        where tenant_id = u.tenant_id and server_id = :server_id and tool = :tool
          and (user_id = u.id or user_id is null) and revoked_at is null
          and definition_hash = :definition_hash and (thread_id is null or thread_id = :thread_id)
          and (arguments is null or arguments = :arguments)
          and expires_at > clock_timestamp() and (uses_left is null or uses_left > 0)
        order by uses_left is not null, user_id is null, thread_id is null, arguments is null, given_at, id
      ) live) as grants
    from users u left join tool_classes c on c.server_id = :server_id and c.tool = :tool
    where u.id = :requester
    """
)


@dataclass(frozen=True)
class Standing:
    """What a verdict on one call of one person depends on beside the rules; `grants` are those that could cover it."""

    tenant_id: UUID
    email: str
    roles: frozenset[str]
    effect: str
    risk: str | None
    version: Version
    grants: Sequence[dict[str, Any]]


async def standing(
    session: AsyncSession,
    *,
    server_id: str,
    tool: str,
    definition_hash: str,
    arguments: str | None,
    requester: UUID,
    thread_id: UUID | None,
) -> Standing | None:
    """In one statement, for every call waits for it; None for somebody who is nobody of the tenant.

    `arguments` in canonical form; None where they have none, which no grant for exact arguments covers. Grants come
    in the order in which they are used: those without a count first, the person's own before everybody's.
    """
    values = {
        "server_id": server_id, "tool": tool, "definition_hash": definition_hash, "arguments": arguments,
        "requester": requester, "thread_id": thread_id,
    }  # fmt: skip
    row = (await session.execute(_STANDING, values)).one_or_none()
    if row is None:
        return None
    return Standing(
        tenant_id=row.tenant_id,
        email=row.email,
        roles=frozenset(row.roles),
        effect=row.effect or "at_most_once",
        risk=row.risk,
        version=Version(row.platform, row.tenant),
        grants=row.grants or (),
    )


async def rules(session: AsyncSession) -> tuple[Version, list[Rule]]:
    """The tenant's and the operator's rules, and the version that they are: of one and the same moment."""
    newest = select(func.max(col(Rule.changed))).group_by(col(Rule.tenant_id))
    # The last change may have been to delete a rule: that one says the version, too.
    query = select(Rule).where(col(Rule.deleted_at).is_(None) | col(Rule.changed).in_(newest))
    rows = (await session.scalars(query.execution_options(populate_existing=True))).all()
    platform = max((row.changed or 0 for row in rows if row.tenant_id is None), default=0)
    tenant = max((row.changed or 0 for row in rows if row.tenant_id is not None), default=0)
    return Version(platform, tenant), [row for row in rows if row.deleted_at is None]
