"""News of servers and tools for the user's browsers."""

from typing import Any
from uuid import UUID

from interlock_platform.errors import Problem
from interlock_platform.realtime.delivery import Delivery
from interlock_platform.tools.following import CATALOGUE
from interlock_platform.tools.service import Tools, UserKey


class ToolNews:
    """Says what to send when a user's servers or tools change."""

    def __init__(self, delivery: Delivery, tools: Tools) -> None:
        self._tools = tools
        delivery.on("server", self._server)
        delivery.on(CATALOGUE, self._server)
        delivery.on("server.deleted", self._deleted)
        delivery.on("toolset", self._toolset)

    async def _server(self, tenant_id: UUID, user_id: UUID, about: str) -> tuple[str, dict[str, Any]] | None:
        try:
            return "server", await self._tools.show_server(UserKey(tenant_id, user_id), about)
        except Problem:
            # It was deleted meanwhile, which is told by itself.
            return None

    async def _deleted(self, tenant_id: UUID, user_id: UUID, about: str) -> tuple[str, dict[str, Any]]:
        return "server.deleted", {"id": about}

    async def _toolset(self, tenant_id: UUID, user_id: UUID, about: str) -> tuple[str, dict[str, Any]]:
        return "toolset", await self._tools.current_wire(UserKey(tenant_id, user_id))
