"""One of two processes that ask each other: questions under way at the same time, each of which can be stopped."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from interlock_handlers.apart.frames import Frame, OutOfStep, read

logger = logging.getLogger(__name__)


class PeerGone(Exception):
    """The other process has ended, or is about to: what was asked has no answer."""


class Refused(Exception):
    """The other process could not do it; `body` says why, in its words."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body[:200].decode(errors="replace"))
        self.body = body


class Peer:
    """Asks over a stream, and answers what comes over it while `run` runs."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer: Callable[[str, bytes], Awaitable[bytes]],
        heard: Callable[[str, bytes], None],
    ) -> None:
        """`answer` is given what is asked and its body, and may raise Refused; `heard` is given what is told."""
        self._reader = reader
        self._writer = writer
        self._answer = answer
        self._heard = heard
        self._asked: dict[int, asyncio.Future[bytes]] = {}
        self._answering: dict[int, asyncio.Task[None]] = {}
        self._last = 0
        self._gone = False

    async def ask(self, what: str, body: bytes) -> bytes:
        """The body of the answer. Cancelled, it stops the other side's work on it. Raises Refused and PeerGone."""
        if self._gone:
            raise PeerGone
        self._last += 1
        number = self._last
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            await self._send(Frame("ask", number, what, body))
            return await answer
        except asyncio.CancelledError:
            if not answer.done() or answer.cancelled():
                self._write(Frame("stop", number))
            raise
        finally:
            self._asked.pop(number, None)

    def tell(self, what: str, body: bytes) -> None:
        """Nobody waits for what comes of it."""
        self._write(Frame("tell", 0, what, body))

    async def run(self) -> None:
        """Until the other side is gone; then nothing is under way any more."""
        try:
            while (frame := await read(self._reader)) is not None:
                self._take(frame)
        except OutOfStep as error:
            logger.error("The other process makes no sense: %s", error)
        finally:
            self._gone = True
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(PeerGone())
            for work in list(self._answering.values()):
                work.cancel()
            await asyncio.gather(*self._answering.values(), return_exceptions=True)
            self._writer.close()

    def _take(self, frame: Frame) -> None:
        match frame.kind:
            case "ask":
                work = asyncio.create_task(self._do(frame))
                self._answering[frame.number] = work
                work.add_done_callback(lambda _: self._answering.pop(frame.number, None))
            case "stop":
                if frame.number in self._answering:
                    self._answering[frame.number].cancel()
            case "tell":
                self._heard(frame.what, frame.body)
            case "answer" | "error":
                answer = self._asked.get(frame.number)
                if answer is None or answer.done():
                    return
                if frame.kind == "answer":
                    answer.set_result(frame.body)
                else:
                    answer.set_exception(Refused(frame.body))

    async def _do(self, frame: Frame) -> None:
        try:
            body = await self._answer(frame.what, frame.body)
        except Refused as refused:
            await self._send(Frame("error", frame.number, body=refused.body))
        else:
            await self._send(Frame("answer", frame.number, body=body))

    async def _send(self, frame: Frame) -> None:
        self._write(frame)
        try:
            await self._writer.drain()
        except ConnectionError as error:
            raise PeerGone from error

    def _write(self, frame: Frame) -> None:
        if not self._writer.is_closing():
            self._writer.write(frame.packed())
