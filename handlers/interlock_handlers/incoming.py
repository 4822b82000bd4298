"""What a server sends, on its way from the transport to the SDK."""

import contextvars
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Protocol, Self

import mcp_types as types
from anyio import EndOfStream
from mcp.client import Transport
from mcp.shared.inbound import find_invalid_x_mcp_header
from mcp.shared.message import SessionMessage

from interlock_handlers.exchange import current_exchange, said
from interlock_handlers.patience import Patience, TooMuch

logger = logging.getLogger(__name__)

Item = SessionMessage | Exception


class _Stream(Protocol):
    async def receive(self) -> Item: ...
    async def aclose(self) -> None: ...


def completed(
    transport: Transport, is_modern: Callable[[], bool], excess: Callable[[str], None], left_out: dict[str, str]
) -> Transport:
    """The transport, with every result of today's protocol saying of what type it is, and nothing that is too much.

    A result that does not say is a complete one; the SDK takes it for a breach of the protocol. `excess` is told when
    the server sends more of its own accord than it may. `left_out` is told which tools the SDK drops without a word,
    and why.
    """
    return _completed(transport, is_modern, excess, left_out)


@asynccontextmanager
async def _completed(
    transport: Transport, is_modern: Callable[[], bool], excess: Callable[[str], None], left_out: dict[str, str]
) -> AsyncIterator[Any]:
    async with transport as (incoming, outgoing):
        yield _Incoming(incoming, is_modern, excess, left_out), outgoing


class _Incoming:
    """A stream of messages as the SDK reads it."""

    def __init__(
        self, inner: _Stream, is_modern: Callable[[], bool], excess: Callable[[str], None], left_out: dict[str, str]
    ) -> None:
        self._inner = inner
        self._is_modern = is_modern
        self._excess = excess
        self._left_out = left_out
        self._patience = Patience()

    @property
    def last_context(self) -> contextvars.Context | None:
        """The context in which the last message was sent: over HTTP, that of the request which it answers."""
        context: contextvars.Context | None = getattr(self._inner, "last_context", None)
        return context

    async def receive(self) -> Item:
        while True:
            item = await self._inner.receive()
            message = item.message if isinstance(item, SessionMessage) else None
            if isinstance(message, types.JSONRPCResponse | types.JSONRPCError):
                if self._is_misdirected(message):
                    continue
                if isinstance(message, types.JSONRPCResponse) and self._is_modern():
                    message.result.setdefault("resultType", "complete")
                    self._left_out.update(_dropped(message.result.get("tools")))
                return item
            immeasurable = isinstance(message, types.JSONRPCNotification) and _is_immeasurable(message)
            if self._bears(message) and not immeasurable:
                return item

    def _bears(self, message: types.JSONRPCMessage | None) -> bool:
        try:
            return self._patience.bears(wants_answer=isinstance(message, types.JSONRPCRequest))
        except TooMuch as error:
            self._excess(str(error))
            raise EndOfStream from error

    def _is_misdirected(self, message: types.JSONRPCResponse | types.JSONRPCError) -> bool:
        """Whether it came in answer to one call and claims to be the answer to something else."""
        exchange = self.last_context.get(current_exchange) if self.last_context else None
        if exchange is None or exchange.request_id is None or message.id == exchange.request_id:
            return False
        exchange.broken.set("The server answered something else than it was asked")
        return True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        try:
            return await self.receive()
        except EndOfStream:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _dropped(tools: object) -> Iterator[tuple[str, str]]:
    """Tools of a page of a list whose arguments can't go into the headers that they are to go into, and why."""
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, dict) and (reason := find_invalid_x_mcp_header(tool.get("inputSchema"))) is not None:
            yield str(tool.get("name")), said(reason)


def _is_immeasurable(message: types.JSONRPCNotification) -> bool:
    """Whether it reports progress in a number that no float holds, at which the SDK would break."""
    params = message.params or {}
    try:
        for name in ("progress", "total"):
            if isinstance(params.get(name), int):
                float(params[name])
    except OverflowError:
        return True
    return False
