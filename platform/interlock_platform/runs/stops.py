"""Stopping a run that is under way in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from interlock_platform.runs.bell import Bell
from interlock_platform.runs.store import CANCEL_CHANNEL


class RunStopped(Exception):
    """The run was cancelled while it was under way."""


class Stops:
    """The runs under way here, and who may be told to stop."""

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Task[object]] = {}
        self._stopped: set[str] = set()

    @asynccontextmanager
    async def watching(self, run_id: UUID) -> AsyncIterator[None]:
        """Inside, a request to stop this run cancels the task and comes out as RunStopped."""
        task = asyncio.current_task()
        assert task is not None, "runs are worked on in tasks"
        self._under_way[str(run_id)] = task
        try:
            yield
        except asyncio.CancelledError:
            if str(run_id) not in self._stopped:
                raise
            task.uncancel()
            raise RunStopped from None
        finally:
            del self._under_way[str(run_id)]
            self._stopped.discard(str(run_id))

    async def obey(self, bell: Bell) -> None:
        """Stops what the bell says, until cancelled."""
        async for rung in bell.listen(CANCEL_CHANNEL):
            run_id = rung.partition(":")[2] if rung else ""
            if task := self._under_way.get(run_id):
                self._stopped.add(run_id)
                task.cancel()
