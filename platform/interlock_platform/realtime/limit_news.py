"""News for those whose limits changed."""

from typing import Any
from uuid import UUID

from interlock_platform.limits.knowing import NEWS
from interlock_platform.realtime.delivery import Delivery


class LimitNews:
    """Says that it is time to ask again what is left."""

    def __init__(self, delivery: Delivery) -> None:
        delivery.on("limits", self._limits)

    async def _limits(self, tenant_id: UUID, user_id: UUID, about: str) -> tuple[str, dict[str, Any]] | None:
        return NEWS, {}
