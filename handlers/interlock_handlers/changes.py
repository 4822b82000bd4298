"""News of connections, for one reader."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from interlock_handlers.connection_state import ConnectionState


@dataclass(frozen=True)
class Change:
    """A server's connection has this state now, and whether its tools are other than before."""

    server_id: str
    state: ConnectionState
    tools_changed: bool


class Changes:
    """At most one unread change per server: a reader that falls behind misses steps, never the last one."""

    def __init__(self) -> None:
        self._unread: dict[str, Change] = {}
        self._some = asyncio.Event()
        self._closed = False

    def put(self, change: Change) -> None:
        earlier = self._unread.pop(change.server_id, None)
        tools_changed = change.tools_changed or (earlier is not None and earlier.tools_changed)
        self._unread[change.server_id] = Change(change.server_id, change.state, tools_changed)
        self._some.set()

    def close(self) -> None:
        self._closed = True
        self._some.set()

    async def read(self) -> AsyncIterator[Change]:
        """Changes as they come, until `close`."""
        while True:
            while self._unread:
                yield self._unread.pop(next(iter(self._unread)))
            if self._closed:
                return
            self._some.clear()
            await self._some.wait()
