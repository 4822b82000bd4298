"""News of grants for the browsers of those whom they concern."""

from typing import Any
from uuid import UUID

from interlock_platform.grants.service import Grants
from interlock_platform.realtime.delivery import Delivery


class GrantNews:
    """Says what to send when a grant was given, revoked or used up."""

    def __init__(self, delivery: Delivery, grants: Grants) -> None:
        self._grants = grants
        delivery.on("grant", self._grant)

    async def _grant(self, tenant_id: UUID, user_id: UUID, about: str) -> tuple[str, dict[str, Any]] | None:
        told = await self._grants.news(tenant_id, user_id, UUID(about))
        return ("grant", told) if told else None
