"""Stopping a run that is under way in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from interlock_platform.database import Database, Scope
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.store import CANCEL_CHANNEL, run_of

AGAIN_SECONDS = 0.5


class RunStopped(Exception):
    """The run was cancelled while it was under way."""


@dataclass
class _UnderWay:
    task: asyncio.Task[object]
    scope: Scope
    thread_id: UUID
    run_id: UUID
    cancelled: int = 0


class Stops:
    """The runs under way here, and who may be told to stop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._under_way: dict[str, _UnderWay] = {}

    @asynccontextmanager
    async def watching(self, scope: Scope, thread_id: UUID, run_id: UUID) -> AsyncIterator[None]:
        """Inside, a request to stop this run cancels the task and comes out as RunStopped."""
        task = asyncio.current_task()
        assert task is not None, "runs are worked on in tasks"
        watched = self._under_way[str(run_id)] = _UnderWay(task, scope, thread_id, run_id)
        try:
            # It may have been asked for between the run's beginning and now.
            if await self._is_asked_for(watched):
                raise RunStopped
            yield
        except asyncio.CancelledError:
            if not watched.cancelled:
                raise
            self._end(watched)
            if task.cancelling():
                raise
            raise RunStopped from None
        finally:
            self._end(watched)

    async def obey(self, bell: Bell) -> None:
        """Stops what the bell says, until cancelled."""
        async for rung in bell.listen(CANCEL_CHANNEL):
            if rung is not None:
                self._stop(rung.partition(":")[2])
                continue
            for watched in list(self._under_way.values()):
                if await self._is_asked_for(watched):
                    self._stop(str(watched.run_id))

    def _stop(self, run_id: str) -> None:
        watched = self._under_way.get(run_id)
        if watched is not None:
            watched.cancelled += 1
            watched.task.cancel()
            # `asyncio.wait_for` swallows a cancellation that comes together with a result (until Python 3.12).
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._stop, run_id)

    def _end(self, watched: _UnderWay) -> None:
        """No more cancellations come, and those that came were for the run and not for the task."""
        self._under_way.pop(str(watched.run_id), None)
        for _ in range(watched.cancelled):
            watched.task.uncancel()
        watched.cancelled = 0

    async def _is_asked_for(self, watched: _UnderWay) -> bool:
        async with self._database.transaction(watched.scope) as session:
            run = await run_of(session, watched.thread_id, watched.run_id)
        return run is not None and run.cancelled_at is not None
