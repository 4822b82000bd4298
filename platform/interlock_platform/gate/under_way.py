"""Work that is done once at a time however many ask for it, and that goes on when one of them gives up."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID


class UnderWay:
    """What is being done now, by the id of what it is done to."""

    def __init__(self) -> None:
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    async def join(self, id: UUID, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Waits for the end of what is under way, which this begins if nothing is.

        A job may be cancelled because its worker lost Postgres: what was begun goes on, and the next job joins it.
        """
        task = self._tasks.get(id)
        if task is None:
            task = self._tasks[id] = asyncio.create_task(begin())
            task.add_done_callback(lambda _: self._tasks.pop(id, None))
        await asyncio.shield(task)

    async def aclose(self) -> None:
        """Cancels what is still under way."""
        left = list(self._tasks.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
