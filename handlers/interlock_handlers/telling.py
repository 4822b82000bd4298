"""What a server tells while it works on a call: how far it is, and lines for a log."""

import asyncio
import json
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

import mcp_types as types

from interlock_handlers.storable import short, storable

AT_ONCE = 20
PER_SECOND = 10.0
MAX_CHARACTERS = 2000

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """`done` of `total`, in whatever the server counts; `total` is None where it does not know."""

    done: float
    total: float | None
    message: str | None


@dataclass(frozen=True)
class LogLine:
    """One line; `source` is the server's name for the part of it that speaks."""

    level: types.LoggingLevel
    source: str | None
    text: str


Told = Callable[[Progress | LogLine], None]
"""Is told as it happens, in the event loop, and returns at once; never more than `Teller` lets through."""


class Teller:
    """Hands on what a server tells during one call: so much at once, so much a second, and texts of bounded length."""

    def __init__(self, told: Told | None) -> None:
        self.wanted = told is not None
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._left = float(AT_ONCE)
        self._since = self._loop.time()
        self._left_out = 0

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        if not math.isfinite(done):
            return
        total = total if total is not None and math.isfinite(total) and total > 0 else None
        self._tell(Progress(done, total, short(message, MAX_CHARACTERS)))

    def line(self, params: types.LoggingMessageNotificationParams) -> None:
        data = params.data
        text = data if isinstance(data, str) else json.dumps(storable(data), ensure_ascii=False)
        self._tell(LogLine(params.level, short(params.logger, 100), short(text, MAX_CHARACTERS) or ""))

    def _tell(self, what: Progress | LogLine) -> None:
        if self._told is None:
            return
        now = self._loop.time()
        self._left = min(AT_ONCE, self._left + (now - self._since) * PER_SECOND)
        self._since = now
        if self._left < 1:
            self._left_out += 1
            return
        self._left -= 1
        try:
            if self._left_out:
                left_out, self._left_out = self._left_out, 0
                self._told(LogLine("notice", None, f"{left_out} messages of the server were left out here."))
            self._told(what)
        except Exception:
            logger.exception("What a server told could not be handed on")
