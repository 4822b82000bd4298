"""The rows of identity providers that tenants entered."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.tables.identity import IdentityProvider, User


async def read(session: AsyncSession) -> Sequence[IdentityProvider]:
    """Of the transaction's tenant, the oldest first."""
    return (await session.scalars(select(IdentityProvider).order_by(col(IdentityProvider.created_at)))).all()


async def find(session: AsyncSession, provider_id: UUID) -> IdentityProvider | None:
    """The one that the transaction names, whichever tenant's it is."""
    query = select(IdentityProvider).where(col(IdentityProvider.id) == provider_id)
    return (await session.scalars(query)).one_or_none()


async def remove(session: AsyncSession, provider_id: UUID) -> str | None:
    """Its issuer, if it was the tenant's."""
    gone = delete(IdentityProvider).where(col(IdentityProvider.id) == provider_id)
    return (await session.scalars(gone.returning(col(IdentityProvider.issuer)))).one_or_none()


async def users_of(session: AsyncSession, issuer_key: str) -> list[UUID]:
    """Those of the tenant whom this provider vouches for."""
    return list(await session.scalars(select(col(User.id)).where(col(User.issuer) == issuer_key)))
