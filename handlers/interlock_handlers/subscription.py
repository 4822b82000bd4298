"""What a server of today's protocol announces only to those who keep a stream open for it."""

import asyncio
from contextlib import suppress

from mcp import Client, MCPError
from mcp.client.subscriptions import SubscriptionLost
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from interlock_handlers.latch import Latch

RELISTEN_SECONDS = 1.0
MAX_RELISTEN_SECONDS = 60.0


class Subscription:
    """Sets `changed` when the server's tools may have changed, until `ended`."""

    def __init__(self, changed: asyncio.Event, ended: Latch) -> None:
        self.begun = Latch()
        """Changes are announced from now on, or never."""
        self.listed = False
        """The tools were listed once."""
        self._changed = changed
        self._ended = ended

    async def keep(self, client: Client) -> None:
        """Hold the stream open; returns at once where the server has none."""
        tools = client.server_capabilities.tools
        if client.protocol_version not in MODERN_PROTOCOL_VERSIONS or tools is None or not tools.list_changed:
            self.begun.set("")
            return
        delay = RELISTEN_SECONDS
        while not self._ended.is_set:
            with suppress(SubscriptionLost, MCPError, TimeoutError):
                async with client.listen(tools_list_changed=True) as changes:
                    if self.listed:
                        # What happened in between was announced to nobody.
                        self._changed.set()
                    self.begun.set("")
                    if not changes.honored.tools_list_changed:
                        return
                    async for _ in changes:
                        self._changed.set()
            self.begun.set("")
            await asyncio.wait({self._ended.future}, timeout=delay)
            delay = min(delay * 2, MAX_RELISTEN_SECONDS)
