"""The rows of keys, as those who make and revoke them see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.runs.store import OPEN_STATES
from interlock_platform.tables.conversation import Run
from interlock_platform.tables.identity import User
from interlock_platform.tables.keys import ApiKey, KeyPolicy

MOST_DAYS = 90
"""How long a key may be good where the tenant has not said."""
KEPT_SECONDS = 90 * 24 * 3600
"""A key that is over is still shown for so long."""


@dataclass(frozen=True)
class Owned:
    """A key, and the names of whose it is and of who revoked it."""

    key: ApiKey
    owner: str
    maker: str
    revoker: str | None


@dataclass(frozen=True)
class Allowed:
    """What the tenant allows: how long a key may be good, and whether people may have keys of their own."""

    most_days: int
    personal: bool


async def allowed(session: AsyncSession) -> Allowed:
    row = (await session.scalars(select(KeyPolicy))).one_or_none()
    return Allowed(row.most_days, row.personal) if row else Allowed(MOST_DAYS, personal=True)


async def allow(session: AsyncSession, wanted: Allowed) -> None:
    await session.execute(
        text(
            "insert into key_policies (most_days, personal) values (:days, :personal) "
            "on conflict (tenant_id) do update set most_days = :days, personal = :personal"
        ),
        {"days": wanted.most_days, "personal": wanted.personal},
    )


async def list_keys(session: AsyncSession, user_id: UUID | None) -> list[Owned]:
    """Those that this person made for themselves, or with None all of the tenant; the newest first."""
    whose: ColumnElement[bool] = true()
    if user_id is not None:
        whose = (col(ApiKey.user_id) == user_id) & ~col(ApiKey.of_tenant)
    return await _owned(session, whose, or_(col(ApiKey.expires_at) > _kept(), col(ApiKey.revoked_at) > _kept()))


async def find(session: AsyncSession, key_id: UUID) -> Owned | None:
    return next(iter(await _owned(session, col(ApiKey.id) == key_id)), None)


async def hold(session: AsyncSession, key_id: UUID) -> ApiKey | None:
    """The key, held until the transaction ends: until then nothing begins by it."""
    return (await session.scalars(select(ApiKey).where(col(ApiKey.id) == key_id).with_for_update())).one_or_none()


async def count_live(session: AsyncSession, made_by: UUID) -> int:
    live = (col(ApiKey.revoked_at).is_(None)) & (col(ApiKey.expires_at) > func.now())
    query = select(func.count()).select_from(ApiKey).where(col(ApiKey.made_by) == made_by, live)
    return int(await session.scalar(query) or 0)


async def runs_begun_by(session: AsyncSession, key_id: UUID) -> list[tuple[UUID, UUID]]:
    """(thread, run) of what this key began and what is not over, always in the same order."""
    query = select(col(Run.thread_id), col(Run.id)).where(col(Run.key_id) == key_id, col(Run.state).in_(OPEN_STATES))
    found = await session.execute(query.order_by(col(Run.thread_id), col(Run.position)))
    return [(thread, run) for thread, run in found]


def _kept() -> ColumnElement[datetime]:
    return func.now() - func.make_interval(0, 0, 0, 0, 0, 0, KEPT_SECONDS)


async def _owned(session: AsyncSession, *which: ColumnElement[bool]) -> list[Owned]:
    names = select(col(User.id), col(User.name)).subquery
    owner, maker, revoker = names("owner"), names("maker"), names("revoker")
    query = (
        select(ApiKey, owner.c.name, maker.c.name, revoker.c.name)
        .join(owner, owner.c.id == col(ApiKey.user_id))
        .outerjoin(maker, maker.c.id == col(ApiKey.made_by))
        .outerjoin(revoker, revoker.c.id == col(ApiKey.revoked_by))
        .where(*which)
        .order_by(col(ApiKey.created_at).desc(), col(ApiKey.id))
        .execution_options(populate_existing=True)
    )
    found = await session.execute(query)
    return [Owned(key, whose, made or "", revoked) for key, whose, made, revoked in found]
