"""An event that happens once and that tasks can race against without a task of its own."""

import asyncio
from typing import Any


class Latch:
    """Set once, with a reason; `future` goes into `asyncio.wait` beside whatever else may come first."""

    def __init__(self) -> None:
        self.future: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def set(self, reason: str) -> None:
        if not self.future.done():
            self.future.set_result(reason)

    @property
    def is_set(self) -> bool:
        return self.future.done()

    @property
    def reason(self) -> str:
        return self.future.result() if self.future.done() else ""


async def first_of(*futures: asyncio.Future[Any], seconds: float | None = None) -> None:
    """Return when one of them is done, or after `seconds`; cancels none."""
    await asyncio.wait(futures, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
