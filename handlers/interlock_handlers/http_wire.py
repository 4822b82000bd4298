"""A session's HTTP: one client, every request watched, its faults kept to the request that met them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.client import Transport
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from interlock_handlers.authorization import Authorization
from interlock_handlers.budget import Budget
from interlock_handlers.exchange import Exchange, current_exchange
from interlock_handlers.http_body import AnswerLimit, Body, GivenUp, StreamLimit, unless
from interlock_handlers.http_request import address, message, same_origin, stays_open
from interlock_handlers.latch import Latch, first_of
from interlock_handlers.limits import ANSWER_RESUMPTIONS, ANSWER_SECONDS, MESSAGE_BYTES, STREAM_OPENINGS
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_errors import LoginRequired, ServerForbids, ServerNonsense, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from interlock_handlers.slowness import too_slow

CONNECT_SECONDS = 10.0
WRITE_SECONDS = 30.0
BROKEN_OFF = "The server breaks off its answer again and again"
COMPRESSED = "The server compressed its answer, which it was told not to do"


class HttpWire(httpx2.AsyncBaseTransport):
    """Streamable HTTP or SSE, as the spec says.

    It sits under the SDK's transports because only here it is known whether a request's body went out, and because an
    exception that passes through them ends the whole session with every other call in it.
    """

    def __init__(self, spec: ServerSpec, outbound: Outbound, authorization: Authorization | None = None) -> None:
        self.dead = Latch()
        self.doubtful = Latch()
        self.excessive = Latch()
        self.established = False
        self._spec = spec
        self._authorization = authorization
        self._unauthorized: ServerUnavailable | None = None
        self._outbound = outbound.of(spec)
        self._inner = outbound.transport(spec)
        self._failure: httpx2.TransportError | None = None
        self._status: int | None = None
        self.wants_login = False
        self._forbidden = False
        self._excess = ""
        self._openings = Budget(STREAM_OPENINGS)

    @property
    def is_sse(self) -> bool:
        return self._spec.transport == "sse"

    def transport(self) -> Transport:
        """Raises AddressRefused for an address that can be refused as it is written."""
        self._outbound.check(self._spec.url)
        return _sse(self, self._spec) if self.is_sse else _streamable(self, self._spec)

    def excess(self, why: str) -> None:
        self._excess = why
        self.excessive.set(why)
        self.dead.set(why)

    def diagnosis(self, error: BaseException | None) -> ServerUnavailable:
        if isinstance(error, ServerUnavailable):
            return error
        if self._unauthorized is not None:
            return self._unauthorized
        where = address(self._spec.url)
        if self._excess:
            return ServerNonsense(f"{where} was cut off: {self._excess}.")
        if self.wants_login:
            return LoginRequired(f"{where} wants you to sign in before it can be used (HTTP {self._status}).")
        if self._forbidden:
            return ServerForbids(f"{where} does not let your account in (HTTP 403). Sign in with another one.")
        if self._failure is not None:
            return ServerUnavailable(f"Nothing answers at {where}. Check that the server is running, then try again.")
        if self._status is not None and self._status >= 500:
            return ServerUnavailable(f"{where} answers with an error (HTTP {self._status}). Try again later.")
        if too_slow(error):
            return ServerUnavailable(f"{where} takes too long to answer. Try again later.")
        if self._status in (404, 405, 410):
            return ServerNonsense(f"There is no MCP server at {where} (HTTP {self._status}). Check the address.")
        return ServerNonsense(f"What answers at {where} does not speak MCP. Check the address and the transport.")

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        sent = message(request)
        exchange = current_exchange.get() if sent.get("method") == "tools/call" else None
        if exchange is not None:
            exchange.request_id = sent.get("id")
            request.extensions["trace"] = _watch(exchange)
        # A GET in a call's context takes up the answer to it again.
        waiting = current_exchange.get() if request.method == "GET" else exchange
        if request.method == "GET" and not await self._may_open(waiting):
            return httpx2.Response(410, request=request)
        over = self._over(request, sent, waiting)
        try:
            response = await unless(over, self._authorized(request, exchange))
        except ServerUnavailable as error:
            # Nothing of it ran: no credentials were sent, or the server refused them.
            self._unauthorized = error
            self.doubtful.set(str(error))
            if exchange is not None:
                exchange.unauthorized = error
                exchange.broken.set(str(error))
            return httpx2.Response(401 if isinstance(error, LoginRequired) else 503, request=request)
        except GivenUp as error:
            return httpx2.Response(504, text=str(error), request=request)
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
            self.excessive.set(COMPRESSED)
            if exchange is None:
                self._excess = COMPRESSED
            else:
                exchange.in_protocol = False
                exchange.broken.set(COMPRESSED)
            return httpx2.Response(502, request=request)
        response.stream = self._body(response, over, waiting)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _authorized(self, request: httpx2.Request, exchange: Exchange | None) -> httpx2.Response:
        """The answer to the request with the user's credentials, sent once more if those were refused and renewed.

        Raises ServerUnavailable where there are none.
        """
        if self._authorization is None or not same_origin(request.url, httpx2.URL(self._spec.url)):
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

    async def _may_open(self, exchange: Exchange | None) -> bool:
        """Whether a stream may be opened (again): the SDK would do so for ever, as fast as the server breaks it off."""
        if exchange is not None:
            exchange.resumptions += 1
            if exchange.resumptions > ANSWER_RESUMPTIONS:
                exchange.broken.set(BROKEN_OFF)
                self.excessive.set(BROKEN_OFF)
            return not (exchange.broken.is_set or exchange.given_up.is_set)
        while not self._openings.take():
            await first_of(self.dead.future, seconds=self._openings.seconds_until())
            if self.dead.is_set:
                return False
        return True

    def _over(self, request: httpx2.Request, sent: Mapping[str, Any], exchange: Exchange | None) -> Latch:
        """What says that nobody waits for the answer any more."""
        if exchange is not None:
            return exchange.given_up
        if stays_open(request, sent):
            return self.dead
        over = Latch()
        asyncio.get_running_loop().call_later(ANSWER_SECONDS, over.set, "The server takes too long to answer")
        return over

    def _body(self, response: httpx2.Response, over: Latch, exchange: Exchange | None) -> Body:
        streamed = response.headers.get("content-type", "").startswith("text/event-stream")
        carries_session = streamed and over is self.dead

        def faulty(error: httpx2.TransportError) -> None:
            if exchange is not None:
                exchange.broken.set(_sentence(error))
                self.doubtful.set(_sentence(error))

        def excessive(why: str) -> None:
            self.excessive.set(why)
            if carries_session or not self.established:
                self.excess(why)
            elif exchange is not None:
                exchange.broken.set(why)
            else:
                self._excess = why

        def ended() -> None:
            if carries_session and self.is_sse:
                self.dead.set("The server ended the connection")

        def read(size: int) -> None:
            if exchange is not None:
                exchange.bytes_read += size

        limit = StreamLimit() if carries_session else AnswerLimit(streamed=streamed)
        return Body(response.stream, limit, over, read=read, faulty=faulty, excessive=excessive, ended=ended)

    def _note(self, request: httpx2.Request, response: httpx2.Response, exchange: Exchange | None) -> None:
        self._status = response.status_code
        self._forbidden |= response.status_code == 403 and self._authorization is not None
        if response.status_code == 401 or (response.status_code == 403 and self._authorization is None):
            self.wants_login = True
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


def _watch(exchange: Exchange) -> Any:
    async def trace(event: str, _info: dict[str, Any]) -> None:
        if event.endswith("send_request_body.started") and not exchange.sending():
            raise httpx2.WriteError("The call was given up before it was sent")

    return trace


@asynccontextmanager
async def _streamable(wire: HttpWire, spec: ServerSpec) -> AsyncIterator[Any]:
    async with (
        _client(wire, dict(spec.headers), httpx2.Timeout(WRITE_SECONDS, connect=CONNECT_SECONDS, read=None)) as client,
        streamable_http_client(spec.url, http_client=client, max_sse_event_size=MESSAGE_BYTES) as streams,
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
