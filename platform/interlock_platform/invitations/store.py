"""The rows of invitations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Text, cast, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from interlock_platform.tables.identity import Invitation, User

MOST_LISTED = 200


@dataclass(frozen=True)
class Listed:
    """An invitation, who gave it, who used it, and whether its time is over."""

    row: Invitation
    giver: User
    guest: User | None
    expired: bool


async def add(
    session: AsyncSession, secret_hash: bytes, roles: list[str], email: str | None, given_by: UUID, lasts: timedelta
) -> UUID:
    invitation_id = uuid4()
    values = {
        "id": invitation_id,
        "secret_hash": secret_hash,
        "roles": cast(roles, ARRAY(Text)),
        "email": email,
        "created_by": given_by,
        "expires_at": func.now() + lasts,
    }
    await session.execute(insert(Invitation).values(**values))
    return invitation_id


async def count_open(session: AsyncSession) -> int:
    found = await session.scalar(select(func.count()).select_from(Invitation).where(*_open()))
    return found or 0


async def read(session: AsyncSession, invitation_id: UUID | None = None) -> Sequence[Listed]:
    """Of the transaction's tenant, the newest first."""
    guest = aliased(User)
    query = (
        select(Invitation, User, guest, col(Invitation.expires_at) <= func.now())
        .join(User, col(User.id) == col(Invitation.created_by))
        .outerjoin(guest, col(guest.id) == col(Invitation.used_by))
        .order_by(col(Invitation.created_at).desc(), col(Invitation.id))
        .limit(MOST_LISTED)
    )
    if invitation_id is not None:
        query = query.where(col(Invitation.id) == invitation_id)
    return [Listed(*row) for row in await session.execute(query)]


async def tenant_of(session: AsyncSession, secret_hash: bytes) -> UUID | None:
    """Of the invitation that the transaction's secret opens."""
    return await session.scalar(select(col(Invitation.tenant_id)).where(col(Invitation.secret_hash) == secret_hash))


async def hold(session: AsyncSession, secret_hash: bytes) -> Invitation | None:
    """One that can be used, which nobody else uses or takes back until the transaction ends."""
    query = select(Invitation).where(col(Invitation.secret_hash) == secret_hash, *_open())
    return (await session.scalars(query.with_for_update())).one_or_none()


async def use(session: AsyncSession, invitation_id: UUID, user_id: UUID) -> None:
    await session.execute(
        update(Invitation).where(col(Invitation.id) == invitation_id).values(used_at=func.now(), used_by=user_id)
    )
    await session.execute(update(User).where(col(User.id) == user_id).values(invited=True, roles_set=True))


async def revoke(session: AsyncSession, invitation_id: UUID) -> bool:
    """Whether it could still be used until now."""
    query = update(Invitation).where(col(Invitation.id) == invitation_id, *_open()).values(revoked_at=func.now())
    return (await session.execute(query.returning(col(Invitation.id)))).one_or_none() is not None


def _open() -> tuple[ColumnElement[bool], ...]:
    return (
        col(Invitation.used_at).is_(None),
        col(Invitation.revoked_at).is_(None),
        col(Invitation.expires_at) > func.now(),
    )
