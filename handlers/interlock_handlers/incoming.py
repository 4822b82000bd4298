"""What a server sends, on its way from the transport to the SDK."""

import contextvars
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol, Self

import mcp_types as types
from anyio import EndOfStream
from mcp.client import Transport
from mcp.shared.message import SessionMessage

Item = SessionMessage | Exception


class _Stream(Protocol):
    async def receive(self) -> Item: ...
    async def aclose(self) -> None: ...


def completed(transport: Transport, is_modern: Callable[[], bool]) -> Transport:
    """The transport, with every result of today's protocol saying of what type it is.

    A result that does not say is a complete one; the SDK takes it for a breach of the protocol.
    """
    return _completed(transport, is_modern)


@asynccontextmanager
async def _completed(transport: Transport, is_modern: Callable[[], bool]) -> AsyncIterator[Any]:
    async with transport as (incoming, outgoing):
        yield _Incoming(incoming, is_modern), outgoing


class _Incoming:
    """A stream of messages as the SDK reads it."""

    def __init__(self, inner: _Stream, is_modern: Callable[[], bool]) -> None:
        self._inner = inner
        self._is_modern = is_modern

    @property
    def last_context(self) -> contextvars.Context | None:
        """The context in which the last message was sent: over HTTP, that of the request which it answers."""
        context: contextvars.Context | None = getattr(self._inner, "last_context", None)
        return context

    async def receive(self) -> Item:
        item = await self._inner.receive()
        if isinstance(item, SessionMessage) and isinstance(item.message, types.JSONRPCResponse) and self._is_modern():
            item.message.result.setdefault("resultType", "complete")
        return item

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
