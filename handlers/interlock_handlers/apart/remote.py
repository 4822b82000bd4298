"""One user's MCP servers, kept by a process apart: the same to its users as the handler there."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from interlock_handlers.apart import messages as m
from interlock_handlers.apart.peer import PeerGone, Refused
from interlock_handlers.apart.said_errors import known
from interlock_handlers.authorization import Authorization
from interlock_handlers.blocks import Block, LinkBlock
from interlock_handlers.calls import Calls
from interlock_handlers.changes import Change, Changes
from interlock_handlers.connection_state import ConnectionState
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.during import During
from interlock_handlers.elicitation import InputRequired
from interlock_handlers.prompts import Prompt, PromptMessage
from interlock_handlers.resources import Template
from interlock_handlers.result import CallResult
from interlock_handlers.server_errors import Evidence, OutcomeUnknown, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from interlock_handlers.tool_request import ToolRequest

AGAIN = "The process that keeps connections ended. It is started again, and the server is connected anew."


@dataclass(frozen=True)
class Wanted:
    """A server that is to be connected, and the number under which its credentials are asked for."""

    spec: ServerSpec
    authorization: Authorization | None
    number: int | None


class Keeper(Protocol):
    """The way to the process that keeps the connections."""

    async def ask(self, what: str, body: bytes) -> bytes:
        """Raises Refused, PeerGone and ServerUnavailable."""
        ...

    def under_way(self, during: During) -> AbstractContextManager[int]:
        """The call's number, under which the other process asks and tells of it."""
        ...

    def keep(self, authorization: Authorization) -> int:
        """The number under which the other process asks for these credentials."""
        ...

    def forget(self, number: int | None) -> None: ...

    async def let_go(self, handler: int) -> None:
        """Ends a handler's connections."""
        ...


class RemoteHandler(Calls):
    """Made by a `Household`."""

    def __init__(self, keeper: Keeper, number: int, *, samples: bool) -> None:
        self.number = number
        self._keeper = keeper
        self._samples = samples
        self._changes = Changes()
        self._wanted: dict[str, Wanted] = {}
        self._states: dict[str, ConnectionState] = {}
        self._definitions: dict[str, tuple[ToolDefinition, ...]] = {}
        self._calls = 0
        self._coming_back: set[asyncio.Task[None]] = set()

    async def connect(self, spec: ServerSpec, authorization: Authorization | None = None) -> tuple[ToolDefinition, ...]:
        """See MCPHandler."""
        wanted = self._want(spec, authorization)
        asked = m.Connect(self.number, self._samples, spec, wanted.number)
        return m.DEFINITIONS.unpack(await self._ask("connect", m.CONNECT.pack(asked)))

    async def list_tools(self, server_id: str) -> tuple[ToolDefinition, ...]:
        """See MCPHandler."""
        return m.DEFINITIONS.unpack(await self._ask("list_tools", self._of(server_id)))

    async def disconnect(self, server_id: str) -> None:
        """See MCPHandler."""
        wanted = self._wanted.pop(server_id, None)
        if wanted is not None:
            self._keeper.forget(wanted.number)
            self._off(server_id)
            await self._ask("disconnect", self._of(server_id))

    async def send(
        self, server_id: str, request: ToolRequest, timeout_seconds: float | None, during: During
    ) -> CallResult | InputRequired:
        """See Calls. The end of the process that keeps the connection leaves the outcome unknown."""
        begun = datetime.now(UTC)
        with self._keeper.under_way(during) as number:
            asked = m.Call(
                m.Of(self.number, server_id),
                number,
                request,
                timeout_seconds,
                asks=during.ask is not None,
                tells=during.told is not None,
                samples=during.sample is not None,
            )
            self._calls += 1
            try:
                return m.RESULT.unpack(await self._keeper.ask("call", m.CALL.pack(asked)))
            except Refused as error:
                raise known(error) from error
            except PeerGone as gone:
                why = "The process that keeps connections ended while the tool ran."
                raise OutcomeUnknown(Evidence(begun, None, why)) from gone
            finally:
                self._calls -= 1

    async def resources(self, server_id: str) -> tuple[LinkBlock, ...]:
        """See MCPHandler."""
        return m.LINKS.unpack(await self._ask("resources", self._of(server_id)))

    async def resource_templates(self, server_id: str) -> tuple[Template, ...]:
        """See MCPHandler."""
        return m.TEMPLATES.unpack(await self._ask("templates", self._of(server_id)))

    async def read_resource(self, server_id: str, uri: str) -> tuple[Block, ...]:
        """See MCPHandler."""
        return m.BLOCKS.unpack(await self._ask("read", self._get(server_id, uri, {})))

    async def prompts(self, server_id: str) -> tuple[Prompt, ...]:
        """See MCPHandler."""
        return m.PROMPTS.unpack(await self._ask("prompts", self._of(server_id)))

    async def prompt(self, server_id: str, name: str, arguments: Mapping[str, str]) -> tuple[PromptMessage, ...]:
        """See MCPHandler."""
        return m.PROMPT_MESSAGES.unpack(await self._ask("prompt", self._get(server_id, name, arguments)))

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return self._calls > 0

    def definitions(self, server_id: str) -> tuple[ToolDefinition, ...]:
        return self._definitions.get(server_id, ())

    def state(self, server_id: str) -> ConnectionState:
        return self._states.get(server_id, ConnectionState())

    def states(self) -> dict[str, ConnectionState]:
        """Of every server that is connected or is being tried."""
        return {server_id: self._states.get(server_id, ConnectionState("connecting")) for server_id in self._wanted}

    def changes(self) -> AsyncIterator[Change]:
        """What changes from now on, for one reader; it ends with `aclose`."""
        return self._changes.read()

    async def aclose(self) -> None:
        for server_id in list(self._wanted):
            self._keeper.forget(self._wanted.pop(server_id).number)
            self._off(server_id)
        await self._keeper.let_go(self.number)
        for task in list(self._coming_back):
            task.cancel()
        await asyncio.gather(*self._coming_back, return_exceptions=True)
        self._changes.close()

    def stands(self, stands: m.Stands) -> None:
        """What the other process says of a connection."""
        server_id = stands.of.server_id
        if server_id not in self._wanted:
            return
        if stands.state is not None:
            self._states[server_id] = stands.state
        if stands.definitions is not None:
            self._definitions[server_id] = stands.definitions
        if stands.news and stands.state is not None:
            self._changes.put(Change(server_id, stands.state, stands.tools_changed))

    def lost(self) -> None:
        """The other process has ended, and every connection with it."""
        for server_id in self._states:
            self._states[server_id] = ConnectionState("error", ServerUnavailable.code, AGAIN)
            self._changes.put(Change(server_id, self._states[server_id], tools_changed=False))

    def come_back(self) -> None:
        """There is a process again, which knows nothing of this handler yet."""
        # What has no state yet is just being asked for, and waits for the process.
        for wanted in [each for server_id, each in self._wanted.items() if server_id in self._states]:
            task = asyncio.create_task(self._come_back(wanted))
            self._coming_back.add(task)
            task.add_done_callback(self._coming_back.discard)

    def _off(self, server_id: str) -> None:
        self._states.pop(server_id, None)
        self._definitions.pop(server_id, None)
        self._changes.put(Change(server_id, ConnectionState(), tools_changed=False))

    async def _come_back(self, wanted: Wanted) -> None:
        try:
            await self.connect(wanted.spec, wanted.authorization)
        except ServerUnavailable:
            # Its state says so, and the other process goes on trying.
            return

    def _want(self, spec: ServerSpec, authorization: Authorization | None) -> Wanted:
        before = self._wanted.get(spec.id)
        if before is not None and before.authorization == authorization:
            number = before.number
        else:
            if before is not None:
                self._keeper.forget(before.number)
            number = self._keeper.keep(authorization) if authorization is not None else None
        wanted = self._wanted[spec.id] = Wanted(spec, authorization, number)
        return wanted

    async def _ask(self, what: str, body: bytes) -> bytes:
        try:
            return await self._keeper.ask(what, body)
        except Refused as error:
            raise known(error) from error
        except PeerGone as gone:
            raise ServerUnavailable(AGAIN) from gone

    def _of(self, server_id: str) -> bytes:
        return m.OF.pack(m.Of(self.number, server_id))

    def _get(self, server_id: str, name: str, arguments: Mapping[str, str]) -> bytes:
        return m.GET.pack(m.Get(m.Of(self.number, server_id), name, dict(arguments)))
