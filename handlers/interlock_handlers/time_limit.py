"""A call's time, which stands still while a person is asked."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from interlock_handlers.latch import Latch


class TimeLimit:
    """Runs from the beginning; `over` is set when all of it is used up."""

    def __init__(self, seconds: float) -> None:
        self.over = Latch()
        self._left = seconds
        self._loop = asyncio.get_running_loop()
        self._standing = 0
        self._stopped = False
        self._run()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Inside, no time passes."""
        if not self._standing:
            self._left -= self._loop.time() - self._since
            self._timer.cancel()
        self._standing += 1
        try:
            yield
        finally:
            self._standing -= 1
            if not self._standing and not self._stopped:
                self._run()

    def stop(self) -> None:
        """Nobody waits for it any more."""
        self._stopped = True
        self._timer.cancel()

    def _run(self) -> None:
        self._since = self._loop.time()
        self._timer = self._loop.call_later(max(self._left, 0), self.over.set, "")
