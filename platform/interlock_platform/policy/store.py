"""Rows of rules, classes of tools and live grants."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.identity.programs.store import SERVICE_ISSUER
from interlock_platform.policy.people import Active
from interlock_platform.policy.rulebook import Version
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.identity import Tenant, User
from interlock_platform.tables.policy import Rule, ToolClass

_NEXT_CHANGE = func.nextval(func.pg_get_serial_sequence("rules", "changed"))

PLATFORM_LOCK = 0x1E7EB10D
_STANDING = text(
    """
    select u.tenant_id, u.name, u.email, u.roles, u.disabled_at is null as active,
      u.issuer = :service as of_key, now() as now, c.effect, c.risk,
      coalesce((select changed from rules where tenant_id is null order by tenant_id desc, changed desc limit 1), 0)
        as platform,
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
    """What a verdict on one call of one person depends on beside the rules; `grants` are those that could cover it.

    `now` is when the transaction began, by the database's clock.
    """

    tenant_id: UUID
    name: str
    email: str
    roles: frozenset[str]
    active: bool
    of_key: bool
    now: datetime
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
        "requester": requester, "thread_id": thread_id, "service": SERVICE_ISSUER,
    }  # fmt: skip
    row = (await session.execute(_STANDING, values)).one_or_none()
    if row is None:
        return None
    return Standing(
        tenant_id=row.tenant_id,
        name=row.name,
        email=row.email,
        roles=frozenset(row.roles),
        active=row.active,
        of_key=row.of_key,
        now=row.now,
        effect=row.effect or "at_most_once",
        risk=row.risk,
        version=Version(row.platform, row.tenant),
        grants=row.grants or (),
    )


async def classes(session: AsyncSession) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Effect and risk of every tool that an admin classed, by server and tool."""
    rows = await session.scalars(select(ToolClass))
    return {(row.server_id, row.tool): (row.effect, row.risk) for row in rows}


async def rules(session: AsyncSession) -> tuple[Version, list[Rule]]:
    """The tenant's and the operator's rules, and the version that they are: of one and the same moment."""
    newest = select(func.max(col(Rule.changed))).group_by(col(Rule.tenant_id))
    # The last change may have been to delete a rule: that one says the version, too.
    query = select(Rule).where(col(Rule.deleted_at).is_(None) | col(Rule.changed).in_(newest))
    rows = (await session.scalars(query.execution_options(populate_existing=True))).all()
    platform = max((row.changed or 0 for row in rows if row.tenant_id is None), default=0)
    tenant = max((row.changed or 0 for row in rows if row.tenant_id is not None), default=0)
    return Version(platform, tenant), [row for row in rows if row.deleted_at is None]


async def hold_tenant(session: AsyncSession) -> None:
    """One transaction at a time changes a tenant's rules, so that later changes have greater numbers."""
    await session.execute(select(col(Tenant.id)).with_for_update(key_share=True))


async def find(session: AsyncSession, rule_id: UUID) -> Rule | None:
    """A rule that was not deleted; the operator's too."""
    query = select(Rule).where(col(Rule.id) == rule_id, col(Rule.deleted_at).is_(None))
    return await session.scalar(query.execution_options(populate_existing=True))


async def change(session: AsyncSession, rule_id: UUID, **values: Any) -> None:
    """As the newest change of the tenant's rules."""
    statement = update(Rule).where(col(Rule.id) == rule_id, col(Rule.tenant_id).is_not(None))
    await session.execute(statement.values(changed=_NEXT_CHANGE, **values))


async def delete(session: AsyncSession, rule_id: UUID, by: UUID) -> None:
    await change(session, rule_id, deleted_at=func.now(), changed_by=by)


async def has_name(session: AsyncSession, name: str, *, but: UUID | None) -> bool:
    query = select(col(Rule.id)).where(col(Rule.name) == name, col(Rule.deleted_at).is_(None))
    if but is not None:
        query = query.where(col(Rule.id) != but)
    return (await session.scalar(query.limit(1))) is not None


async def count(session: AsyncSession, user_id: UUID) -> tuple[int, int]:
    """The tenant's rules, and those about a person or a chat that this user wrote last."""
    own = (col(Rule.changed_by) == user_id) & col(Rule.layer).in_(("user", "thread"))
    query = select(func.count(), func.count().filter(own)).where(
        col(Rule.tenant_id).is_not(None), col(Rule.deleted_at).is_(None)
    )
    whole, personal = (await session.execute(query)).one()
    return whole, personal


async def active(session: AsyncSession) -> dict[UUID, Active]:
    """Everybody of the tenant who may sign in."""
    query = select(col(User.id), col(User.name), col(User.roles)).where(
        col(User.disabled_at).is_(None), col(User.issuer) != SERVICE_ISSUER
    )
    return {user_id: Active(name, frozenset(roles)) for user_id, name, roles in await session.execute(query)}


async def names(session: AsyncSession, users: Collection[UUID | None]) -> dict[UUID, str]:
    query = select(col(User.id), col(User.name)).where(col(User.id).in_([each for each in users if each]))
    return dict((await session.execute(query)).all())


async def owner_of(session: AsyncSession, thread_id: UUID) -> UUID | None:
    return await session.scalar(select(col(Thread.user_id)).where(col(Thread.id) == thread_id))


async def own_threads(session: AsyncSession, user_id: UUID, threads: Collection[UUID | None]) -> set[UUID]:
    """Those of these chats that are this user's."""
    wanted = [each for each in threads if each]
    query = select(col(Thread.id)).where(col(Thread.user_id) == user_id, col(Thread.id).in_(wanted))
    return set(await session.scalars(query)) if wanted else set()


async def hold_platform(session: AsyncSession) -> None:
    """One process at a time replaces the operator's rules."""
    await session.execute(select(func.pg_advisory_xact_lock(PLATFORM_LOCK)))


async def platform_rules(session: AsyncSession) -> Sequence[Rule]:
    """Those of today, by name."""
    query = select(Rule).where(col(Rule.tenant_id).is_(None), col(Rule.deleted_at).is_(None))
    return sorted(await session.scalars(query), key=lambda row: row.name)


async def delete_platform(session: AsyncSession) -> None:
    statement = update(Rule).where(col(Rule.tenant_id).is_(None), col(Rule.deleted_at).is_(None))
    await session.execute(statement.values(changed=_NEXT_CHANGE, deleted_at=func.now()))
