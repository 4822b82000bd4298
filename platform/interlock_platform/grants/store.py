"""The rows of grants: each use is counted by one conditional UPDATE, so that no two calls share the last one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, any_, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_handlers.definition import SAMPLING
from interlock_platform.grants.offer import Offer
from interlock_platform.grants.standing import Standing
from interlock_platform.policy.judge import LAYERS
from interlock_platform.rights import RIGHTS
from interlock_platform.runs.store import tell_tenant, tell_user
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.identity import User
from interlock_platform.tables.policy import Grant, Rule
from interlock_platform.tables.servers import Server
from interlock_platform.tables.tooling import Definition, Toolset


async def use(session: AsyncSession, grant_id: UUID) -> bool:
    """True: this transaction has one use of the grant. False: it is revoked, has expired, or has no use left."""
    left = col(Grant.uses_left)
    counted = await session.execute(
        update(Grant)
        .where(col(Grant.id) == grant_id, *_not_ended(), left.is_(None) | (left > 0))
        .values(used=col(Grant.used) + 1, uses_left=left - 1, used_at=func.now())
        .returning(left, col(Grant.tenant_id), col(Grant.user_id), col(Grant.given_by)),
        execution_options={"synchronize_session": False},
    )
    row = counted.one_or_none()
    if row is None:
        return False
    if row.uses_left == 0:
        await ring(session, row.tenant_id, grant_id, user_id=row.user_id, given_by=row.given_by)
    return True


async def still_live(session: AsyncSession, grant_id: UUID) -> bool:
    """Whether a call that has used the grant may run by it: it is neither revoked nor expired, whatever uses are left.

    Until the transaction ends nobody can revoke it: once a revocation is answered, nothing starts by the grant.
    """
    query = select(col(Grant.id)).where(col(Grant.id) == grant_id, *_not_ended())
    return (await session.execute(query.with_for_update(read=True))).one_or_none() is not None


def _not_ended() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # The clock's time, not the transaction's: it may have waited for others since it began.
    return col(Grant.revoked_at).is_(None), col(Grant.expires_at) > func.clock_timestamp()


async def revoke(session: AsyncSession, grant_id: UUID, by: UUID) -> bool:
    """True: this transaction revoked it."""
    revoked = await session.execute(
        update(Grant)
        .where(col(Grant.id) == grant_id, col(Grant.revoked_at).is_(None))
        .values(revoked_by=by, revoked_at=func.now())
        .returning(col(Grant.id)),
        execution_options={"synchronize_session": False},
    )
    return revoked.one_or_none() is not None


async def ring(session: AsyncSession, tenant_id: UUID, grant_id: UUID, *, user_id: UUID | None, given_by: UUID) -> None:
    """Tells whom it concerns that the grant was given, revoked or used up."""
    about = f"grant:{grant_id}"
    if user_id is None:
        await tell_tenant(session, tenant_id, about)
        return
    roles = literal(list(RIGHTS["grants.manage"][0]), ARRAY(Text))
    managers = await session.scalars(
        select(col(User.id)).where(col(User.disabled_at).is_(None), col(User.roles).bool_op("&&")(roles))
    )
    for each in sorted({user_id, given_by, *managers}):
        await tell_user(session, tenant_id, each, about)


async def find(session: AsyncSession, grant_id: UUID) -> Standing | None:
    found = await _read(session, _standings().where(col(Grant.id) == grant_id))
    return found[0] if found else None


async def list_grants(session: AsyncSession, user_id: UUID | None, limit: int) -> list[Standing]:
    """Those that hold for the user, or anybody's; newest first. Beyond the limit, ended ones are left out first."""
    kept = select(col(Grant.id))
    if user_id is not None:
        kept = kept.where(or_(col(Grant.user_id) == user_id, col(Grant.user_id).is_(None)))
    kept = kept.order_by(and_(*_not_ended()).desc(), col(Grant.given_at).desc()).limit(limit)
    query = _standings().where(col(Grant.id).in_(kept))
    return await _read(session, query.order_by(col(Grant.given_at).desc(), col(Grant.id)))


def _standings() -> Select[Grant, datetime, bool, str, Any]:
    """Each grant with the time, whether its definition is in its people's toolsets now, and its chat's title if any;
    none of a chat that is deleted."""
    newest = (
        select(col(Toolset.user_id), col(Toolset.definitions))
        .ext(distinct_on(col(Toolset.user_id)))
        .order_by(col(Toolset.user_id), col(Toolset.revision).desc())
        .cte("newest")
    )
    offered = (
        select(1)
        .where(
            or_(col(Grant.user_id).is_(None), col(Grant.user_id) == newest.c.user_id),
            col(Grant.server_id) + "/" + col(Grant.definition_hash) == any_(newest.c.definitions),
        )
        .exists()
    )
    return (
        select(Grant, func.now(), or_(offered, col(Grant.tool) == SAMPLING), col(Thread.title), col(Server.name))
        .outerjoin(Thread, col(Thread.id) == col(Grant.thread_id))
        .outerjoin(Server, col(Server.id) == col(Grant.server_id))
        .where(col(Thread.deleted_at).is_(None))
        .execution_options(populate_existing=True)
    )


async def _read(session: AsyncSession, query: Select[Grant, datetime, bool, str, Any]) -> list[Standing]:
    rows = (await session.execute(query)).all()
    people = {who for grant, *_ in rows for who in (grant.user_id, grant.given_by, grant.revoked_by) if who}
    named = await session.execute(select(col(User.id), col(User.name)).where(col(User.id).in_(people)))
    names = dict(named.all())
    return [
        Standing(grant, now, offered, title, server_name, names) for grant, now, offered, title, server_name in rows
    ]


async def now(session: AsyncSession) -> datetime:
    return (await session.execute(select(func.now()))).scalar_one()


async def roles_of(session: AsyncSession, user_id: UUID) -> frozenset[str] | None:
    """None for whoever does not belong to the tenant, or no longer."""
    query = select(col(User.roles)).where(col(User.id) == user_id, col(User.disabled_at).is_(None))
    roles = await session.scalar(query)
    return None if roles is None else frozenset(roles)


async def has_thread(session: AsyncSession, user_id: UUID, thread_id: UUID) -> bool:
    query = select(col(Thread.id)).where(col(Thread.id) == thread_id, col(Thread.user_id) == user_id)
    return (await session.execute(query.where(col(Thread.deleted_at).is_(None)))).one_or_none() is not None


async def is_pinned(session: AsyncSession, server_id: str, tool: str, definition_hash: str) -> bool:
    """Whether this server declared this tool so, to somebody of the tenant, now or before."""
    # One and the same declaration of two servers has one row, under the one that was first.
    offered = select(1).where(col(Toolset.definitions).contains([f"{server_id}/{definition_hash}"])).exists()
    query = select(col(Definition.hash)).where(
        col(Definition.hash) == definition_hash,
        col(Definition.declared)["name"].as_string() == tool,
        or_(col(Definition.server_id) == server_id, offered),
    )
    return (await session.execute(query)).one_or_none() is not None


async def forbidding(session: AsyncSession, offer: Offer) -> Sequence[Rule]:
    """The rules about every call of the offer's reach that deny, or that permit no grants; the highest layer first."""
    query = select(Rule).where(
        col(Rule.enabled),
        col(Rule.deleted_at).is_(None),
        _about(col(Rule.server_id), offer.server_id),
        _about(col(Rule.tool), offer.tool),
        _about(col(Rule.user_id), offer.user_id),
        _about(col(Rule.thread_id), offer.thread_id),
        or_(col(Rule.verdict) == "deny", ~col(Rule.grants), col(Rule.approvers).is_not(None)),
    )
    height = case({layer: position for position, layer in enumerate(LAYERS)}, value=col(Rule.layer))
    return (await session.scalars(query.order_by(height, col(Rule.changed)))).all()


def _about(named: Any, offered: str | UUID | None) -> ColumnElement[bool]:
    """Whether what a rule names, if it names anything, is all that the offer reaches."""
    return named.is_(None) if offered is None else or_(named.is_(None), named == offered)
