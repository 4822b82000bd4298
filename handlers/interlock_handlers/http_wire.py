"""A session's HTTP: one client, every request watched, its faults kept to the request that met them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.client import Transport
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from interlock_handlers.authorization import Authorization
from interlock_handlers.exchange import Exchange, current_exchange
from interlock_handlers.latch import Latch
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_errors import LoginRequired, ServerForbids, ServerNonsense, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec

CONNECT_SECONDS = 10.0
WRITE_SECONDS = 30.0
MAX_MESSAGE_BYTES = 8 * 1024 * 1024
MAX_STREAM_BYTES = 32 * 1024 * 1024


class HttpWire(httpx2.AsyncBaseTransport):
    """Streamable HTTP or SSE, as the spec says.

    It sits under the SDK's transports because only here it is known whether a request's body went out, and because an
    exception that passes through them ends the whole session with every other call in it.
    """

    def __init__(self, spec: ServerSpec, outbound: Outbound, authorization: Authorization | None = None) -> None:
        self.dead = Latch()
        self.doubtful = Latch()
        self.established = False
        self._spec = spec
        self._authorization = authorization
        self._unauthorized: ServerUnavailable | None = None
        self._outbound = outbound.of(spec)
        self._inner = outbound.transport(spec)
        self._failure: httpx2.TransportError | None = None
        self._status: int | None = None
        self._login_required = False
        self._forbidden = False

    @property
    def is_sse(self) -> bool:
        return self._spec.transport == "sse"

    def transport(self) -> Transport:
        """Raises AddressRefused for an address that can be refused as it is written."""
        self._outbound.check(self._spec.url)
        return _sse(self, self._spec) if self.is_sse else _streamable(self, self._spec)

    def diagnosis(self, error: BaseException | None) -> ServerUnavailable:
        if isinstance(error, ServerUnavailable):
            return error
        if self._unauthorized is not None:
            return self._unauthorized
        where = _address(self._spec.url)
        if self._login_required:
            return LoginRequired(f"{where} wants you to sign in before it can be used (HTTP {self._status}).")
        if self._forbidden:
            return ServerForbids(f"{where} does not let your account in (HTTP 403). Sign in with another one.")
        if self._failure is not None:
            return ServerUnavailable(f"Nothing answers at {where}. Check that the server is running, then try again.")
        if self._status is not None and self._status >= 500:
            return ServerUnavailable(f"{where} answers with an error (HTTP {self._status}). Try again later.")
        if self._status in (404, 405, 410):
            return ServerNonsense(f"There is no MCP server at {where} (HTTP {self._status}). Check the address.")
        if isinstance(error, TimeoutError):
            return ServerUnavailable(f"{where} takes too long to answer. Try again later.")
        return ServerNonsense(f"What answers at {where} does not speak MCP. Check the address and the transport.")

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        exchange = current_exchange.get() if _is_call(request) else None
        if exchange is not None:
            request.extensions["trace"] = _watch(exchange)
        try:
            response = await self._authorized(request, exchange)
        except ServerUnavailable as error:
            # Nothing of it ran: no credentials were sent, or the server refused them.
            self._unauthorized = error
            self.doubtful.set(str(error))
            if exchange is not None:
                exchange.unauthorized = error
                exchange.broken.set(str(error))
            return httpx2.Response(401 if isinstance(error, LoginRequired) else 503, request=request)
        except httpx2.TransportError as error:
            self._failure = error
            if exchange is not None:
                exchange.broken.set(_sentence(error))
            if exchange is not None or isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
                self.doubtful.set(_sentence(error))
            if request.method != "POST" or not self.established:
                raise
            return httpx2.Response(503, text=_sentence(error), request=request)
        self._note(request, response, exchange)
        if response.headers.get("content-encoding", "identity") != "identity":
            # A few compressed bytes can be gigabytes, and what is counted here is the compressed ones.
            await response.aclose()
            if exchange is not None:
                exchange.in_protocol = False
                exchange.broken.set("The server compressed its answer, which it was told not to do")
            return httpx2.Response(502, request=request)
        response.stream = _Body(response, self, request, exchange)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _authorized(self, request: httpx2.Request, exchange: Exchange | None) -> httpx2.Response:
        """The answer to the request with the user's credentials, sent once more if those were refused and renewed.

        Raises ServerUnavailable where there are none.
        """
        if self._authorization is None or not _same_origin(request.url, httpx2.URL(self._spec.url)):
            return await self._inner.handle_async_request(request)
        sent = await self._authorization.headers()
        request.headers.update(sent)
        response = await self._inner.handle_async_request(request)
        if response.status_code not in (401, 403):
            return response
        challenge = response.headers.get("www-authenticate")
        try:
            renewed = await self._authorization.refused(response.status_code, challenge, sent)
        except BaseException:
            await response.aclose()
            raise
        if not renewed:
            return response
        await response.aclose()
        if exchange is not None:
            exchange.not_sent_after_all()
        request.headers.update(await self._authorization.headers())
        return await self._inner.handle_async_request(request)

    def _note(self, request: httpx2.Request, response: httpx2.Response, exchange: Exchange | None) -> None:
        self._status = response.status_code
        self._forbidden |= response.status_code == 403 and self._authorization is not None
        if response.status_code == 401 or (response.status_code == 403 and self._authorization is None):
            self._login_required = True
            self.doubtful.set("The server wants a new sign-in")
        if response.status_code == 404 and "mcp-session-id" in request.headers:
            self.doubtful.set("The server has forgotten the session")
        if exchange is None:
            return
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        exchange.status = response.status_code
        exchange.signed_in = self._authorization is not None
        exchange.last_heard = f"HTTP {response.status_code} {kind}".strip()
        if self.is_sse:
            # The answer comes over the event stream; a refused POST is all that this response can say.
            if response.status_code >= 300:
                exchange.in_protocol = False
                exchange.broken.set(f"The server answered with HTTP {response.status_code}")
        else:
            spoken = kind in ("application/json", "text/event-stream")
            exchange.in_protocol = spoken and response.status_code != 202 and not 300 <= response.status_code < 400


class _Body(httpx2.AsyncByteStream):
    """A response's bytes, counted; a fault in them ends this response and nothing else."""

    def __init__(
        self, response: httpx2.Response, wire: HttpWire, request: httpx2.Request, exchange: Exchange | None
    ) -> None:
        self._inner = response.stream
        self._wire = wire
        self._exchange = exchange
        streamed = response.headers.get("content-type", "").startswith("text/event-stream")
        self._carries_session = streamed and request.method == "GET"
        self._limit = MAX_STREAM_BYTES if streamed else MAX_MESSAGE_BYTES
        self._unlimited = streamed and exchange is None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._inner, httpx2.AsyncByteStream)
        seen = 0
        try:
            async for part in self._inner:
                seen += len(part)
                if seen > self._limit and not self._unlimited:
                    self._end(f"The server's answer is larger than {self._limit // 1024 // 1024} MiB")
                    return
                yield part
        except httpx2.TransportError as error:
            self._end(_sentence(error))
            if self._exchange is not None:
                self._wire.doubtful.set(_sentence(error))
        finally:
            if self._carries_session and self._wire.is_sse:
                self._wire.dead.set("The server ended the connection")

    async def aclose(self) -> None:
        assert isinstance(self._inner, httpx2.AsyncByteStream)
        await self._inner.aclose()

    def _end(self, why: str) -> None:
        if self._exchange is not None:
            self._exchange.broken.set(why)


def _same_origin(one: httpx2.URL, other: httpx2.URL) -> bool:
    return _origin(one) == _origin(other)


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _is_call(request: httpx2.Request) -> bool:
    if request.method != "POST":
        return False
    try:
        message: Any = json.loads(request.content)
    except ValueError:
        return False
    return isinstance(message, dict) and message.get("method") == "tools/call"


def _watch(exchange: Exchange) -> Any:
    async def trace(event: str, _info: dict[str, Any]) -> None:
        if event.endswith("send_request_body.started") and not exchange.sending():
            raise httpx2.WriteError("The call was given up before it was sent")

    return trace


@asynccontextmanager
async def _streamable(wire: HttpWire, spec: ServerSpec) -> AsyncIterator[Any]:
    async with (
        _client(wire, dict(spec.headers), httpx2.Timeout(WRITE_SECONDS, connect=CONNECT_SECONDS, read=None)) as client,
        streamable_http_client(spec.url, http_client=client, max_sse_event_size=MAX_MESSAGE_BYTES) as streams,
    ):
        yield streams


def _sse(wire: HttpWire, spec: ServerSpec) -> Any:
    def factory(
        headers: dict[str, str] | None = None,
        timeout: httpx2.Timeout | None = None,
        auth: httpx2.Auth | None = None,
    ) -> httpx2.AsyncClient:
        # The SDK's limit on silence would end an idle session every five minutes.
        return _client(wire, headers or {}, httpx2.Timeout(WRITE_SECONDS, connect=CONNECT_SECONDS, read=None), auth)

    return sse_client(spec.url, headers=dict(spec.headers), httpx_client_factory=factory)


def _client(
    wire: HttpWire, headers: dict[str, str], timeout: httpx2.Timeout, auth: httpx2.Auth | None = None
) -> httpx2.AsyncClient:
    # Compressed answers would slip past the count of bytes.
    return httpx2.AsyncClient(
        transport=wire, headers={**headers, "accept-encoding": "identity"}, timeout=timeout, auth=auth
    )


def _sentence(error: httpx2.TransportError) -> str:
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return "The server cannot be reached"
    return f"The connection broke: {str(error) or type(error).__name__}"


def _address(url: str) -> str:
    """The address as it may be shown: without credentials and without a query that may hold them."""
    return str(httpx2.URL(url).copy_with(userinfo=b"", query=None, fragment=None))
