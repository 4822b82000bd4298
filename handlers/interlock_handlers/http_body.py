"""The bytes of an answer, counted, and read only for as long as somebody waits for them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Protocol, TypeVar

import anyio
import httpx2

from interlock_handlers.budget import Budget
from interlock_handlers.latch import Latch, first_of
from interlock_handlers.limits import ANSWER_BYTES, MESSAGE_BYTES, PIECE_BYTES, STREAM_BYTES

T = TypeVar("T")


class Limit(Protocol):
    """How much of an answer is read."""

    def exceeded_by(self, size: int) -> str:
        """Why a piece of so many bytes is too much, or nothing."""
        ...


class AnswerLimit:
    """One answer's bytes."""

    def __init__(self, *, streamed: bool) -> None:
        self._most = ANSWER_BYTES if streamed else MESSAGE_BYTES
        self._seen = 0

    def exceeded_by(self, size: int) -> str:
        self._seen += max(size, PIECE_BYTES)
        if self._seen <= self._most:
            return ""
        return f"The server's answer is larger than {self._most // 1024 // 1024} MiB, or comes in too many pieces"


class StreamLimit:
    """What a stream that stays open may bring at once, and per second after that."""

    def __init__(self) -> None:
        self._bytes = Budget(STREAM_BYTES)

    def exceeded_by(self, size: int) -> str:
        return "" if self._bytes.take(max(size, PIECE_BYTES)) else "The server sends more than Interlock reads"


class Body(httpx2.AsyncByteStream):
    """Ends where the answer does, where `over` says that nobody waits for it any more, or at the limit.

    A fault in it ends this answer and nothing else: `read` is told of every byte, `faulty` of a broken connection,
    `excessive` of the limit, `ended` in any case.
    """

    def __init__(
        self,
        inner: object,
        limit: Limit,
        over: Latch,
        *,
        read: Callable[[int], None],
        faulty: Callable[[httpx2.TransportError], None],
        excessive: Callable[[str], None],
        ended: Callable[[], None],
    ) -> None:
        assert isinstance(inner, httpx2.AsyncByteStream)
        self._inner = inner
        self._limit = limit
        self._over = over
        self._read = read
        self._faulty = faulty
        self._excessive = excessive
        self._ended = ended

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._inner)
        try:
            while (part := await unless(self._over, _next(parts))) is not None:
                self._read(len(part))
                if why := self._limit.exceeded_by(len(part)):
                    self._excessive(why)
                    return
                yield part
        except GivenUp:
            return
        except httpx2.TransportError as error:
            self._faulty(error)
        finally:
            self._ended()

    async def aclose(self) -> None:
        await self._inner.aclose()


class GivenUp(httpx2.ReadError):
    """Nobody waits for the answer any more."""


async def unless(over: Latch, work: Coroutine[Any, Any, T]) -> T:
    """What the work comes to; raises GivenUp, and ends the work, when it is over before that."""
    task = asyncio.create_task(work)
    try:
        await first_of(task, over.future)
    except asyncio.CancelledError:
        await _end(task)
        raise
    if task.done():
        return task.result()
    await _end(task)
    raise GivenUp(over.reason)


async def _next(parts: AsyncIterator[bytes]) -> bytes | None:
    return await anext(parts, None)


async def _end(task: asyncio.Task[Any]) -> None:
    """Cancel and wait: what it works on must not be closed under it. It only has to let go of a socket."""
    task.cancel()
    with anyio.CancelScope(shield=True):
        await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
