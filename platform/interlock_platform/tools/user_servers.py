"""One user's MCP handler in this process, and the tasks that keep it in step with what is stored."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from interlock_handlers.authorization import Authorization
from interlock_handlers.changes import Change
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.server_errors import ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.tools.entries.entry import Entry

if TYPE_CHECKING:
    from interlock_handlers.handler import Handler

logger = logging.getLogger(__name__)


class UserServers:
    """Owns the handler; `note` is told of every change of it."""

    def __init__(self, handler: "Handler", note: Callable[[Change], Awaitable[None]]) -> None:
        self.handler = handler
        self._entries: dict[str, Entry] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._spawn(self._watch(note))

    @property
    def busy(self) -> bool:
        """Whether a call is under way, which may wait for a person for long."""
        return self.handler.busy

    def has(self, entry: Entry) -> bool:
        """Whether the server is connected, or tried, as this entry has it."""
        return self._entries.get(entry.spec.id) == entry

    def begin(self, entry: Entry, spec: ServerSpec, authorization: Authorization | None) -> None:
        """Connects in the background; how it goes is told as changes."""
        self._entries[entry.spec.id] = entry
        self._spawn(self._connect(spec, authorization))

    async def connect(
        self, entry: Entry, spec: ServerSpec, authorization: Authorization | None
    ) -> tuple[ToolDefinition, ...]:
        """Connects now. Raises ServerUnavailable, and then it is tried again."""
        self._entries[entry.spec.id] = entry
        return await self.handler.connect(spec, authorization)

    async def disconnect(self, server_id: str) -> None:
        self._entries.pop(server_id, None)
        await self.handler.disconnect(server_id)

    async def _connect(self, spec: ServerSpec, authorization: Authorization | None) -> None:
        try:
            await self.handler.connect(spec, authorization)
        except ServerUnavailable as error:
            logger.info("The server %s is not there yet: %s", spec.id, error)

    async def _watch(self, note: Callable[[Change], Awaitable[None]]) -> None:
        async for change in self.handler.changes():
            try:
                await note(change)
            except Exception:
                logger.exception("A change of the server %s could not be recorded", change.server_id)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        await self.handler.aclose()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
