"""Where connections to MCP servers are kept: by a process apart, or inside the one that uses them."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from interlock_handlers.outbound.outbound import Outbound

if TYPE_CHECKING:
    from interlock_handlers.apart.household import Household
    from interlock_handlers.handler import Handler

# Loading the protocol's models takes a good part of a start, and the doors open without them: it is put off until
# somebody has servers.


class Inside:
    """Handlers in this process."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    async def handler(self) -> "Handler":
        from interlock_handlers.mcp import MCPHandler

        return MCPHandler(outbound=self._outbound, samples=True)

    async def aclose(self) -> None:
        """Handlers are closed by whoever has them."""


class Apart:
    """Handlers whose connections another process keeps, which is started for the first of them."""

    def __init__(self, allow: Sequence[str]) -> None:
        """`allow`: see Outbound."""
        self._allow = allow
        self._household: Household | None = None
        self._running: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()

    async def handler(self) -> "Handler":
        async with self._beginning:
            if self._household is None:
                self._household = await asyncio.to_thread(self._make)
                self._running = asyncio.create_task(self._household.run())
            return self._household.handler(samples=True)

    async def aclose(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def _make(self) -> "Household":
        from interlock_handlers.apart.household import Household

        return Household([sys.executable, "-m", "interlock_servers.connections"], self._allow)
