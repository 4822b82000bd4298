"""What a server tells while it works on a call goes to whoever looks on, a few times a second, and is kept nowhere."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from interlock_handlers.telling import LogLine, Progress, Told
from interlock_platform.http.problems import DATABASE_AWAY
from interlock_platform.runs.live import LiveProgress, LiveWriter
from interlock_platform.tables.ledger import Call

logger = logging.getLogger(__name__)

EVERY_SECONDS = 0.25
MOST_LINES = 5
"""Between two sendings; of more, the last ones are sent."""


@dataclass
class _Heard:
    """What is still to be sent."""

    progress: Progress | None = None
    lines: deque[LogLine] = field(default_factory=lambda: deque(maxlen=MOST_LINES))
    some: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, what: Progress | LogLine) -> None:
        if isinstance(what, Progress):
            self.progress = what
        else:
            self.lines.append(what)
        self.some.set()

    def all(self) -> list[Progress | LogLine]:
        taken: list[Progress | LogLine] = list(self.lines)
        if self.progress is not None:
            taken.append(self.progress)
        self.progress = None
        self.lines.clear()
        self.some.clear()
        return taken


class Reports:
    """One per process."""

    def __init__(self, live: LiveWriter) -> None:
        self._live = live

    @asynccontextmanager
    async def about(self, call: Call) -> AsyncIterator[Told]:
        """Inside, what is told of the call is sent on; what is not sent by then is of no more use."""
        heard, over = _Heard(), asyncio.Event()
        sending = asyncio.create_task(self._send(call, heard, over))
        try:
            yield heard.take
        finally:
            over.set()
            heard.some.set()
            # A sending under way is let end: a statement that is broken off costs its connection.
            await asyncio.wait({sending})

    async def _send(self, call: Call, heard: _Heard, over: asyncio.Event) -> None:
        while True:
            await heard.some.wait()
            if over.is_set():
                return
            try:
                for what in heard.all():
                    await self._live.write(_piece(call, what))
            except DATABASE_AWAY as error:
                logger.info("What a server tells of call %s can't be sent on: %s", call.id, error)
            try:
                await asyncio.wait_for(over.wait(), EVERY_SECONDS)
            except TimeoutError:
                continue
            return


def _piece(call: Call, what: Progress | LogLine) -> LiveProgress:
    thread_id, run_id, call_id = str(call.thread_id), str(call.run_id), str(call.id)
    if isinstance(what, Progress):
        return LiveProgress(thread_id, run_id, call_id, what.message, done=what.done, total=what.total)
    return LiveProgress(thread_id, run_id, call_id, what.text, level=what.level)
