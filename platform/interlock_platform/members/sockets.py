"""News for somebody whose own rights have changed."""

from typing import Any
from uuid import UUID

from interlock_platform.realtime.delivery import Delivery


class MemberNews:
    """Says that it is time to ask again who one is; what that is, the answer says."""

    def __init__(self, delivery: Delivery) -> None:
        delivery.on("me", self._me)

    async def _me(self, tenant_id: UUID, user_id: UUID, about: str) -> tuple[str, dict[str, Any]] | None:
        return "me", {}
