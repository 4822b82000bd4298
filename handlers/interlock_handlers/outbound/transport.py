"""HTTP over checked connections: no proxies, no redirects, no cookies, one connection never shared between guards."""

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import httpx2

from interlock_handlers.outbound.guard import Guard
from interlock_handlers.outbound.network import GuardedNetwork, Resolve

MAX_IDLE_CONNECTIONS = 20
IDLE_SECONDS = 5.0

_RAISED_AS: dict[type[Exception], type[httpx2.TransportError]] = {
    httpcore2.ConnectTimeout: httpx2.ConnectTimeout,
    httpcore2.ReadTimeout: httpx2.ReadTimeout,
    httpcore2.WriteTimeout: httpx2.WriteTimeout,
    httpcore2.PoolTimeout: httpx2.PoolTimeout,
    httpcore2.ConnectError: httpx2.ConnectError,
    httpcore2.ReadError: httpx2.ReadError,
    httpcore2.WriteError: httpx2.WriteError,
    httpcore2.UnsupportedProtocol: httpx2.UnsupportedProtocol,
    httpcore2.LocalProtocolError: httpx2.LocalProtocolError,
    httpcore2.RemoteProtocolError: httpx2.RemoteProtocolError,
}


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Raises AddressRefused, and httpx2's TransportError as its own transports do."""

    def __init__(self, guard: Guard, resolve: Resolve, ssl_context: ssl.SSLContext) -> None:
        self._guard = guard
        # Without a limit on connections: a call that waits for a free one looks like a server that hangs.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl_context,
            max_connections=None,
            max_keepalive_connections=MAX_IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=GuardedNetwork(guard, resolve),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._guard.check(str(request.url))
        assert isinstance(request.stream, httpx2.AsyncByteStream)
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore2.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        with _raised_as_httpx2():
            response = await self._pool.handle_async_request(asked)
        assert isinstance(response.stream, AsyncIterable)
        return httpx2.Response(
            response.status,
            headers=response.headers,
            stream=_Stream(response.stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _raised_as_httpx2():
            async for part in self._inner:
                yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


@contextmanager
def _raised_as_httpx2() -> Iterator[None]:
    try:
        yield
    except tuple(_RAISED_AS) as error:
        raise _RAISED_AS[type(error)](str(error)) from error
