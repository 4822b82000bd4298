"""The rows of those who belong to a tenant."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.tables.identity import User


@dataclass(frozen=True)
class Member:
    """Somebody who may sign in to the tenant."""

    id: UUID
    name: str
    email: str
    roles: frozenset[str]


async def list_members(session: AsyncSession) -> list[Member]:
    """Everybody of the transaction's tenant who is not disabled, by name."""
    query = select(col(User.id), col(User.name), col(User.email), col(User.roles)).where(
        col(User.disabled_at).is_(None)
    )
    rows = await session.execute(query.order_by(func.lower(col(User.name)), col(User.email), col(User.id)))
    return [Member(user_id, name, email, frozenset(roles)) for user_id, name, email, roles in rows]
