"""The rows of switched features."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.features.features import NAMES, Features
from interlock_platform.tables.choices import FeatureChoice
from interlock_platform.tables.identity import Tenant
from interlock_platform.tables.servers import Server


async def features_of(session: AsyncSession) -> Features:
    """Of the transaction's tenant, as of now."""
    chosen = await session.execute(select(col(FeatureChoice.feature), col(FeatureChoice.enabled)))
    # A choice about what this version does not have any more is nobody's.
    return Features(**{feature: enabled for feature, enabled in chosen if feature in NAMES})


async def hold(session: AsyncSession, tenant_id: UUID) -> None:
    """Until the transaction ends, nobody else of the tenant switches anything."""
    await session.execute(select(col(Tenant.id)).where(col(Tenant.id) == tenant_id).with_for_update())


async def choose(session: AsyncSession, feature: str, enabled: bool, by: UUID) -> None:
    said: dict[str, Any] = {"enabled": enabled, "changed_by": by, "changed_at": func.now()}
    row = insert(FeatureChoice).values(feature=feature, **said)
    await session.execute(row.on_conflict_do_update(index_elements=["tenant_id", "feature"], set_=said))


async def personal_servers(session: AsyncSession) -> list[tuple[UUID, str]]:
    """(user, server) of everybody's own servers."""
    query = select(col(Server.user_id), col(Server.id))
    found = await session.execute(query.where(col(Server.user_id).is_not(None), col(Server.deleted_at).is_(None)))
    return [(user_id, server_id) for user_id, server_id in found if user_id is not None]
