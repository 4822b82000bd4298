"""One MCP session, entered and left by one task of its own."""

import asyncio
import contextvars
import logging
from dataclasses import replace
from typing import Any, TypeVar

import mcp_types as types
from mcp import Client, MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel, TypeAdapter, ValidationError

from interlock_handlers.callbacks import Callbacks
from interlock_handlers.during import During
from interlock_handlers.elicitation import InputRequired
from interlock_handlers.exchange import Exchange, current_exchange, said
from interlock_handlers.incoming import completed
from interlock_handlers.latch import Latch, first_of
from interlock_handlers.limits import LIST_PAGE_SECONDS, LIST_TOOLS
from interlock_handlers.listing import every_page
from interlock_handlers.server_errors import NotExecuted, ServerNonsense
from interlock_handlers.subscription import Subscription
from interlock_handlers.time_limit import TimeLimit
from interlock_handlers.tool_request import ANSWER, Answer, ToolRequest, input_required, visits_required
from interlock_handlers.wire import Wire

STOP_SECONDS = 8.0
LISTEN_SECONDS = 2.0
LOG_LEVEL: types.LoggingLevel = "info"
CLIENT = types.Implementation(name="interlock", title="Interlock", version="1")

T = TypeVar("T", bound=BaseModel)

logger = logging.getLogger(__name__)


class Session:
    """From the handshake to the end of the connection.

    anyio ends a broken transport by cancelling the task that entered it, and insists that the same task leaves it; so
    that is a task which does nothing else, and callers race their requests with `ended`.
    """

    def __init__(self, wire: Wire, *, server: str, mode: str = "auto", samples: bool = False) -> None:
        """`server` is the server's id, for the log; it is told that there is a model for it where `samples`."""
        self.wire = wire
        self.ended = Latch()
        self.changed = asyncio.Event()
        self.protocol: str | None = None
        self.version: str | None = None
        self.left_out: dict[str, str] = {}
        self._server = server
        self._mode = mode
        self._samples = samples
        self._lines_asked_for = False
        self._client: Client | None = None
        self._ready = Latch()
        self._subscription = Subscription(self.changed, self.ended)
        self._stop = Latch()
        self._retired = False
        self._callbacks = Callbacks(server)
        self._owner: asyncio.Task[None] | None = None
        self._abandoned: set[asyncio.Task[Any]] = set()

    @property
    def usable(self) -> bool:
        return self._ready.is_set and not (
            self._retired or self.ended.is_set or self.wire.doubtful.is_set or self.wire.excessive.is_set
        )

    @property
    def capabilities(self) -> types.ServerCapabilities:
        """What the server says that it has besides."""
        assert self._client is not None
        return self._client.server_capabilities

    @property
    def busy(self) -> bool:
        return bool(self._callbacks.under_way)

    async def start(self, seconds: float) -> None:
        """Shake hands; raises ServerUnavailable with the reason if that does not come to an end within `seconds`."""
        self._owner = asyncio.create_task(self._own(), name="mcp-session")
        try:
            await first_of(self._owner, self._ready.future, self.wire.dead.future, seconds=seconds)
        except asyncio.CancelledError:
            await self.stop()
            raise
        if self._ready.is_set and not self.ended.is_set:
            return
        error = None if self._owner.done() or self.wire.dead.is_set else TimeoutError()
        await self.stop()
        if error is None and not self._owner.cancelled():
            raise self.wire.diagnosis(self._owner.exception()) from self._owner.exception()
        raise self.wire.diagnosis(error)

    async def list_tools(self) -> tuple[types.Tool, ...]:
        """Every page of the server's tools; `left_out` says why others are none. Raises ServerUnavailable."""
        assert self._client is not None
        # A change between the list and the subscription would be announced to nobody.
        await first_of(self._subscription.begun.future, self.ended.future, seconds=LISTEN_SECONDS)
        self._subscription.listed = True
        self.left_out.clear()
        try:
            tools, whole = await every_page(self._page, lambda page: page.tools, LIST_TOOLS)
        except MCPError as error:
            if error.code == types.METHOD_NOT_FOUND:
                return ()
            raise self.wire.diagnosis(error) from error
        if not whole:
            raise ServerNonsense(f"The server offers more than {LIST_TOOLS} tools.")
        return tools

    async def _page(self, cursor: str | None) -> types.ListToolsResult:
        # Not `request`: the SDK keeps of what it lists which arguments go into headers.
        assert self._client is not None
        try:
            async with asyncio.timeout(LIST_PAGE_SECONDS):
                return await self._client.list_tools(cursor=cursor)
        except TimeoutError as error:
            raise self.wire.diagnosis(error) from error
        except ValidationError as error:
            raise ServerNonsense("The server's list of tools is not what the protocol allows.") from error

    async def request(self, request: types.ClientRequest, result: type[T] | TypeAdapter[T], seconds: float) -> T:
        """Ask for something that is no call.

        Raises ServerUnavailable where there is no answer (it may be asked again), and NotExecuted where it is a no.
        """
        assert self._client is not None
        sent = asyncio.create_task(self._client.session.send_request(request, result), name="mcp-request")
        try:
            await first_of(sent, self.ended.future, seconds=seconds)
        finally:
            if not sent.done():
                self._abandon(sent)
        if not sent.done():
            raise self.wire.diagnosis(None if self.ended.is_set else TimeoutError())
        try:
            return sent.result()
        except MCPError as error:
            if error.code == types.CONNECTION_CLOSED or self.wire.doubtful.is_set:
                raise self.wire.diagnosis(error) from error
            raise NotExecuted(
                f"The server refused: {said(error.message)} ({error.code})", code="server_refused"
            ) from error
        except (ValidationError, ValueError, RuntimeError) as error:
            raise ServerNonsense("The server's answer is not what the protocol allows.") from error

    async def call(
        self, asked: ToolRequest, timeout_seconds: float, during: During
    ) -> types.CallToolResult | InputRequired:
        """Send one call, once; raises what `Exchange.outcome` makes of it when no result comes.

        The time limit stands still while somebody is asked.
        """
        exchange = Exchange(TimeLimit(timeout_seconds), during)
        request = asyncio.create_task(self._send(exchange, asked), name="mcp-call")
        self._callbacks.under_way.add(exchange)
        try:
            await first_of(request, self.ended.future, exchange.broken.future, exchange.limit.over.future)
        finally:
            exchange.limit.stop()
            self._callbacks.under_way.remove(exchange)
            if not request.done():
                exchange.given_up.set("The call was given up")
                self._abandon(request)
            if self._retired and not self._callbacks.under_way:
                self._stop.set("")
        if exchange.broken.is_set and (exchange.given_up.is_set or request.exception() is not None):
            self._forget(request)
            raise exchange.outcome(exchange.broken.reason)
        if exchange.given_up.is_set:
            raise exchange.outcome(
                self.ended.reason or f"The server did not answer within {round(timeout_seconds, 1):g} s"
            )
        return self._result(exchange, request)

    async def drain(self) -> None:
        """Take no more calls; end when those under way have."""
        self._retired = True
        if not self._callbacks.under_way:
            self._stop.set("")
        if self._owner is not None:
            await asyncio.wait({self._owner})
        await self.stop()

    async def stop(self) -> None:
        """End now, from any task."""
        self._retired = True
        self._stop.set("")
        if self._owner is None:
            return
        done, _ = await asyncio.wait({self._owner}, timeout=STOP_SECONDS if self._ready.is_set else 0)
        if not done:
            self._owner.cancel()
            await asyncio.wait({self._owner})
        if not self._owner.cancelled() and (error := self._owner.exception()) is not None:
            logger.info("An MCP session ended with an error: %r", error)
        if self._abandoned:
            await asyncio.wait(self._abandoned)

    def _result(self, exchange: Exchange, request: asyncio.Task[Answer]) -> types.CallToolResult | InputRequired:
        try:
            answer = request.result()
        except MCPError as error:
            if error.code == types.CONNECTION_CLOSED:
                lost = f"The connection was lost before an answer came ({said(error.message)})"
                raise exchange.outcome(self.ended.reason or self.wire.dead.reason or lost) from error
            if (visits := visits_required(self._server, error.error)) is not None:
                return visits
            exchange.last_heard = f"{said(error.message)} ({error.code})"
            raise exchange.outcome(f"The server answered with an error: {said(error.message)}", error.error) from error
        except (ValidationError, ValueError, RuntimeError) as error:
            raise exchange.outcome("The server's answer is not what the protocol allows") from error
        if isinstance(answer, types.InputRequiredResult):
            return input_required(self._server, answer)
        return answer

    async def _send(self, exchange: Exchange, asked: ToolRequest) -> Answer:
        # Not Client.call_tool: that sends a call again after some errors, and lists tools to check a result it has.
        assert self._client is not None
        current_exchange.set(exchange)

        async def heard(progress: float, total: float | None, message: str | None) -> None:
            so_far = f"{progress:g} of {total:g}" if total else f"{progress:g}"
            exchange.last_heard = said(f"progress {so_far}: {message}") if message else f"progress {so_far}"
            exchange.teller.progress(progress, total, message)

        if self._is_modern():
            if exchange.teller.wanted:
                asked = replace(asked, meta={types.LOG_LEVEL_META_KEY: LOG_LEVEL, **asked.meta})
        else:
            asked = replace(asked, resume=None)
            if exchange.teller.wanted:
                self._ask_for_lines()
        return await self._client.session.send_request(asked.wire(), ANSWER, progress_callback=heard)

    def _ask_for_lines(self) -> None:
        """A server of the older protocol is told once how much it is to log."""
        if self._lines_asked_for or self.capabilities.logging is None:
            return
        self._lines_asked_for = True
        wanted = types.SetLevelRequest(params=types.SetLevelRequestParams(level=LOG_LEVEL))
        assert self._client is not None
        # No part of the call for which it is asked first: its answer is not that call's.
        apart = contextvars.copy_context()
        apart.run(current_exchange.set, None)
        asking = asyncio.create_task(
            self._client.session.send_request(wanted, types.EmptyResult), name="mcp-log-level", context=apart
        )
        self._abandoned.add(asking)
        asking.add_done_callback(self._forget)

    async def _own(self) -> None:
        try:
            async with Client(
                completed(self.wire.transport(), self._is_modern, self.wire.excess, self.left_out),
                mode=self._mode,
                cache=None,
                client_info=CLIENT,
                elicitation_callback=self._callbacks.answer,
                sampling_callback=self._callbacks.sample if self._samples else None,
                logging_callback=self._callbacks.line,
                message_handler=self._heard,
            ) as client:
                self._client = client
                self.wire.established = True
                self.protocol = client.protocol_version
                self.version = client.server_info.version if client.server_info else None
                listener = asyncio.create_task(self._subscription.keep(client))
                self._ready.set("")
                try:
                    await first_of(self._stop.future, self.wire.dead.future)
                finally:
                    # Before the transport goes, so that whoever waits learns it from us and not from the wreck.
                    self.ended.set(self.wire.dead.reason or "The connection to the server was closed")
                    listener.cancel()
                    await asyncio.wait({listener})
        finally:
            self.ended.set(self.wire.dead.reason or "The connection to the server was lost")

    def _is_modern(self) -> bool:
        return self.protocol in MODERN_PROTOCOL_VERSIONS

    async def _heard(self, message: object) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self.changed.set()

    def _abandon(self, request: asyncio.Task[Any]) -> None:
        """Cancel without waiting: the SDK still tells the server, which may take it seconds."""
        request.cancel()
        self._abandoned.add(request)
        request.add_done_callback(self._forget)

    def _forget(self, request: asyncio.Task[Any]) -> None:
        self._abandoned.discard(request)
        if request.done() and not request.cancelled():
            request.exception()
