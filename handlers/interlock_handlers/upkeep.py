"""One user's session with one server: kept up, or reported as what it is."""

import asyncio
import logging
import time
from dataclasses import replace
from typing import Any

from interlock_handlers.authorization import Authorization
from interlock_handlers.breaker import Breaker, resting
from interlock_handlers.changes import Change, Changes
from interlock_handlers.conduct import BLAMELESS, Conduct
from interlock_handlers.connection_state import ConnectionState
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.http_wire import HttpWire
from interlock_handlers.latch import Latch, first_of
from interlock_handlers.limits import START_SECONDS
from interlock_handlers.offering import usable_definitions
from interlock_handlers.out_of_service import kept_apart, out_of_service, retry_seconds
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_errors import (
    LoginRequired,
    ServerNonsense,
    ServerUnavailable,
)
from interlock_handlers.server_spec import ServerSpec
from interlock_handlers.session import Session
from interlock_handlers.stdio_wire import StdioWire
from interlock_handlers.wire import Wire

RELIST_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Upkeep:
    """Opened and closed from any task; the session itself belongs to a task of its own, and so does keeping it up."""

    def __init__(
        self,
        spec: ServerSpec,
        authorization: Authorization | None = None,
        *,
        outbound: Outbound,
        changes: Changes | None = None,
        mode: str = "auto",
        samples: bool = False,
        conduct: Conduct = BLAMELESS,
    ) -> None:
        """`conduct` is how the server behaved over former connections."""
        self.spec = spec
        self.authorization = authorization
        self.state = ConnectionState()
        self.definitions: tuple[ToolDefinition, ...] = ()
        self._outbound = outbound
        self._changes = changes
        self._mode = mode
        self._samples = samples
        self._breaker = Breaker(conduct)
        self._closing = Latch()
        self._kick = asyncio.Event()
        self._asked = _asked()
        self._session: Session | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._failure = ServerUnavailable(f"{spec.name} is not connected.")
        self._retiring: dict[asyncio.Task[None], Session] = {}
        self._listing = asyncio.Lock()
        self._next_listing: asyncio.Task[None] | None = None

    async def open(self) -> tuple[ToolDefinition, ...]:
        """Connect, or try again now; raises ServerUnavailable, and then goes on trying by itself until `close`."""
        if self._keeper is None:
            if self.conduct.seconds:
                self._show_rest()
            self._keeper = asyncio.create_task(self._keep(), name=f"mcp-connection {self.spec.id}")
        await self.session(None)
        return self.definitions

    async def close(self) -> None:
        """End the session and forget the tools."""
        self._closing.set("The connection was closed")
        if self._keeper is not None:
            await asyncio.wait({self._keeper})
            self._keeper.result()
        if not self._asked.done():
            self._asked.set_result(ServerUnavailable(f"{self.spec.name} was disconnected."))

    async def list_tools(self) -> tuple[ToolDefinition, ...]:
        """Ask the server again for what it offers; whoever asks while it is being asked shares the next answer."""
        if self._next_listing is None:
            self._next_listing = asyncio.create_task(self._list_next())
        listing = self._next_listing
        await asyncio.wait({listing})
        listing.result()
        return self.definitions

    async def _list_next(self) -> None:
        async with self._listing:
            self._next_listing = None
            session = await self.session(None)
            try:
                await self._list(session)
            except LoginRequired:
                raise
            except ServerUnavailable as error:
                # Its server may have been started again unnoticed, and knows nothing of it. A new one lists them anew.
                session.wire.doubtful.set(f"The tools could not be listed: {error}")
                await self.session(None)

    @property
    def conduct(self) -> Conduct:
        """How the server has behaved."""
        return self._breaker.conduct

    @property
    def busy(self) -> bool:
        """Whether a call is under way, be it over a session that takes no more."""
        sessions = [*self._retiring.values(), *([self._session] if self._session else [])]
        return any(session.busy for session in sessions)

    async def session(self, seconds: float | None) -> Session:
        """A live session: the present one, or what the next attempt brings, which is made now."""
        if self._session is not None and self._session.usable:
            return self._session
        if self._keeper is None or self._closing.is_set:
            raise ServerUnavailable(f"{self.spec.name} is not connected.")
        self._breaker.check(self.spec.name, self._failure)
        asked = self._asked
        self._kick.set()
        await first_of(asked, self._keeper, seconds=seconds)
        if not asked.done():
            raise ServerUnavailable(f"{self.spec.name} is not reachable at the moment. Nothing was sent to it.")
        outcome = asked.result()
        if isinstance(outcome, ServerUnavailable):
            raise type(outcome)(*outcome.args) from outcome
        return outcome

    async def _keep(self) -> None:
        while not self._closing.is_set:
            if self._breaker.conduct.seconds:
                await self._rest()
                continue
            session = await self._connect()
            if session is None:
                self._breaker.failed(self._failure)
            else:
                since = time.monotonic()
                await self._attend(session)
                if session.wire.excessive.is_set:
                    self._breaker.struck(session.wire.excessive.reason)
                    continue
                if not session.wire.wants_login:
                    self._breaker.lasted(time.monotonic() - since, self._failure)
                    if self._breaker.failures == 1:
                        continue
            await self._pause()
        for task, session in tuple(self._retiring.items()):
            await session.stop()
            await asyncio.wait({task})
        self.definitions = ()
        self._show(ConnectionState())

    async def _connect(self) -> Session | None:
        """One attempt, from the handshake to the list of tools; whoever waits for it is told how it went."""
        # Who asks from now on is not answered with the failure of an attempt that began before.
        self._kick.clear()
        asked, self._asked = self._asked, _asked()
        self._show(ConnectionState("connecting", tools=len(self.definitions)))
        session = Session(self._wire(), server=self.spec.id, mode=self._mode, samples=self._samples)
        attempt = asyncio.create_task(self._establish(session))
        await self._first_unless_closing(attempt)
        attempt.cancel()
        await asyncio.wait({attempt})
        error = None if attempt.cancelled() else attempt.exception()
        if error is None and not attempt.cancelled():
            self._session = session
            asked.set_result(session)
            self._asked.set_result(session)
            self._asked = _asked()
            return session
        await session.stop()
        if session.wire.excessive.is_set and not self._closing.is_set:
            self._breaker.struck(session.wire.excessive.reason)
        if attempt.cancelled():
            self._failure = ServerUnavailable(f"{self.spec.name} was disconnected.")
        elif isinstance(error, ServerUnavailable):
            self._failure = error
        else:
            logger.error("Connecting to %s failed in an unforeseen way", self.spec.id, exc_info=error)
            self._failure = ServerNonsense(f"{self.spec.name} could not be used; the log of Interlock says why.")
        asked.set_result(self._failure)
        return None

    def _wire(self) -> Wire:
        if self.spec.transport == "stdio":
            return StdioWire(self.spec)
        return HttpWire(self.spec, self._outbound, self.authorization)

    async def _establish(self, session: Session) -> None:
        await session.start(START_SECONDS[self.spec.transport])
        await self._list(session)

    async def _list(self, session: Session) -> None:
        definitions, left_out = usable_definitions(self.spec.id, await session.list_tools())
        left_out += tuple(f"{name[:80]} ({why})" for name, why in session.left_out.items())
        changed = {d.name: d for d in definitions} != {d.name: d for d in self.definitions}
        self.definitions = definitions
        state = ConnectionState(
            "connected",
            message=kept_apart(self._breaker.conduct, left_out),
            tools=len(definitions),
            version=session.version,
            protocol=session.protocol,
            conduct=self.conduct,
        )
        if changed or state != self.state:
            self._show(state, tools_changed=changed)

    async def _attend(self, session: Session) -> None:
        """Keep the list of tools up to date until the session is of no more use, then take it out of service."""
        over = (session.ended.future, session.wire.doubtful.future, session.wire.excessive.future)
        while session.usable and not self._closing.is_set:
            changed = asyncio.create_task(session.changed.wait())
            await self._first_unless_closing(changed, *over)
            changed.cancel()
            if session.changed.is_set() and session.usable:
                session.changed.clear()
                listing = asyncio.create_task(self._list(session))
                await self._first_unless_closing(listing, *over)
                listing.cancel()
                await asyncio.wait({listing})
                if not listing.cancelled() and (error := listing.exception()) is not None:
                    logger.info("The tools of %s could not be listed again: %s", self.spec.id, error)
                await self._first_unless_closing(*over, within=RELIST_SECONDS)
        self._session = None
        self._failure = ServerUnavailable(f"The connection to {self.spec.name} was lost.")
        if session.ended.is_set or self._closing.is_set:
            await session.stop()
        else:
            # Its calls may still be answered.
            task = asyncio.create_task(session.drain())
            self._retiring[task] = session
            task.add_done_callback(self._retiring.pop)

    async def _rest(self) -> None:
        """Leave the server alone for as long as its last strike is worth, whoever asks."""
        self._failure = resting(self.spec.name, self.conduct)
        asked, self._asked = self._asked, _asked()
        asked.set_result(self._failure)
        self._show_rest()
        await self._first_unless_closing(within=self._breaker.conduct.seconds)

    def _show_rest(self) -> None:
        failure = resting(self.spec.name, self.conduct)
        self._show(out_of_service(failure, self.conduct.seconds, len(self.definitions)))

    async def _pause(self) -> None:
        """Wait before the next attempt, unless somebody asks for one."""
        if self._closing.is_set or self._kick.is_set():
            return
        delay = retry_seconds(self._failure, self._breaker.failures)
        self._show(out_of_service(self._failure, delay, len(self.definitions)))
        kicked = asyncio.create_task(self._kick.wait())
        await self._first_unless_closing(kicked, within=delay)
        kicked.cancel()

    async def _first_unless_closing(self, *others: asyncio.Future[Any], within: float | None = None) -> None:
        await first_of(self._closing.future, *others, seconds=within)

    def _show(self, state: ConnectionState, *, tools_changed: bool = False) -> None:
        self.state = state = replace(state, conduct=self.conduct)
        if self._changes is not None:
            self._changes.put(Change(self.spec.id, state, tools_changed))


def _asked() -> asyncio.Future[Session | ServerUnavailable]:
    return asyncio.get_running_loop().create_future()
