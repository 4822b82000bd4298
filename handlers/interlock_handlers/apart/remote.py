"""One user's MCP servers, kept by a process apart: the same to its users as the handler there."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

from interlock_handlers.apart import messages as m
from interlock_handlers.apart.keeper import Keeper
from interlock_handlers.apart.kept import Kept
from interlock_handlers.apart.peer import PeerGone, Refused
from interlock_handlers.apart.said_errors import known
from interlock_handlers.authorization import Authorization
from interlock_handlers.blocks import Block, LinkBlock
from interlock_handlers.calls import Calls
from interlock_handlers.changes import Change, Changes
from interlock_handlers.completing import Completing
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


class RemoteHandler(Calls):
    """Made by a `Household`."""

    def __init__(self, ordinary: Keeper, others: Keeper, number: int, *, samples: bool) -> None:
        self.number = number
        self._ordinary = ordinary
        self._others = others
        self._samples = samples
        self._changes = Changes()
        self._kept: dict[str, Kept] = {}
        self._calls = 0
        self._moving: set[asyncio.Task[None]] = set()

    async def connect(self, spec: ServerSpec, authorization: Authorization | None = None) -> tuple[ToolDefinition, ...]:
        """See MCPHandler."""
        kept = self._kept.setdefault(spec.id, Kept(spec, self._ordinary, self._others))
        if (former := kept.want(spec, authorization)) is not None:
            self._begin(self._leave(kept, former))
        assert kept.keeper is not None
        asked = m.Connect(self.number, self._samples, spec, kept.number, kept.conduct)
        return m.DEFINITIONS.unpack(await self._ask(kept.keeper, "connect", m.CONNECT.pack(asked)))

    async def list_tools(self, server_id: str) -> tuple[ToolDefinition, ...]:
        """See MCPHandler."""
        return m.DEFINITIONS.unpack(await self._ask(self._keeper(server_id), "list_tools", self._of(server_id)))

    async def disconnect(self, server_id: str) -> None:
        """See MCPHandler."""
        kept = self._kept.get(server_id)
        if kept is not None and (keeper := kept.keeper) is not None:
            self._off(kept)
            await self._ask(keeper, "disconnect", self._of(server_id))

    async def send(
        self, server_id: str, request: ToolRequest, timeout_seconds: float | None, during: During
    ) -> CallResult | InputRequired:
        """See Calls. The end of the process that keeps the connection leaves the outcome unknown."""
        kept = await self._placed(server_id)
        keeper = kept.keeper if kept is not None else None
        if kept is None or keeper is None:
            raise ServerUnavailable(f"The server {server_id} is not connected.")
        self._calls += 1
        try:
            with kept.calling(keeper), keeper.under_way(during) as number:
                await kept.turn(timeout_seconds or kept.spec.timeout_seconds)
                asked = m.Call(
                    m.Of(self.number, server_id),
                    number,
                    request,
                    timeout_seconds,
                    asks=during.ask is not None,
                    tells=during.told is not None,
                    samples=during.sample is not None,
                )
                result = await self._call(keeper, m.CALL.pack(asked))
                kept.came(len(result))
                return m.RESULT.unpack(result)
        finally:
            self._calls -= 1

    async def resources(self, server_id: str) -> tuple[LinkBlock, ...]:
        """See MCPHandler."""
        return m.LINKS.unpack(await self._ask(self._keeper(server_id), "resources", self._of(server_id)))

    async def resource_templates(self, server_id: str) -> tuple[Template, ...]:
        """See MCPHandler."""
        return m.TEMPLATES.unpack(await self._ask(self._keeper(server_id), "templates", self._of(server_id)))

    async def read_resource(
        self, server_id: str, uri: str, values: Mapping[str, str] | None = None
    ) -> tuple[Block, ...]:
        """See MCPHandler."""
        body = self._get(server_id, uri, values or {})
        return m.BLOCKS.unpack(await self._ask(self._keeper(server_id), "read", body))

    async def complete(self, server_id: str, asked: Completing) -> tuple[str, ...]:
        """See MCPHandler."""
        body = m.COMPLETE.pack(m.Complete(m.Of(self.number, server_id), asked))
        return m.PROPOSALS.unpack(await self._ask(self._keeper(server_id), "complete", body))

    async def prompts(self, server_id: str) -> tuple[Prompt, ...]:
        """See MCPHandler."""
        return m.PROMPTS.unpack(await self._ask(self._keeper(server_id), "prompts", self._of(server_id)))

    async def prompt(self, server_id: str, name: str, arguments: Mapping[str, str]) -> tuple[PromptMessage, ...]:
        """See MCPHandler."""
        return m.PROMPT_MESSAGES.unpack(
            await self._ask(self._keeper(server_id), "prompt", self._get(server_id, name, arguments))
        )

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return self._calls > 0

    def definitions(self, server_id: str) -> tuple[ToolDefinition, ...]:
        kept = self._kept.get(server_id)
        return kept.definitions if kept is not None else ()

    def state(self, server_id: str) -> ConnectionState:
        kept = self._kept.get(server_id)
        return kept.state if kept is not None and kept.state is not None else ConnectionState()

    def states(self) -> dict[str, ConnectionState]:
        """Of every server that is connected or is being tried."""
        return {kept.spec.id: kept.state or ConnectionState("connecting") for kept in self._wanted()}

    def changes(self) -> AsyncIterator[Change]:
        """What changes from now on, for one reader; it ends with `aclose`."""
        return self._changes.read()

    async def aclose(self) -> None:
        for kept in self._wanted():
            self._off(kept)
        await asyncio.gather(self._ordinary.let_go(self.number), self._others.let_go(self.number))
        for task in list(self._moving):
            task.cancel()
        await asyncio.gather(*self._moving, return_exceptions=True)
        self._changes.close()

    def stands(self, stands: m.Stands, keeper: Keeper) -> None:
        """What a process says of a connection that it keeps."""
        kept = self._kept.get(stands.of.server_id)
        if kept is None or kept.keeper is not keeper:
            return
        if stands.definitions is not None:
            kept.definitions = stands.definitions
        if stands.state is not None:
            kept.state, kept.conduct = stands.state, stands.state.conduct
            if stands.news:
                self._changes.put(Change(kept.spec.id, stands.state, stands.tools_changed))
        if kept.keeper is not kept.belongs and not kept.conduct.forgiven:
            self._begin(self._connected(kept))

    def lost(self, keeper: Keeper) -> None:
        """A process has ended, and every connection with it."""
        for kept in self._wanted():
            if kept.keeper is keeper and kept.state is not None:
                kept.state = ConnectionState("error", ServerUnavailable.code, AGAIN, conduct=kept.conduct)
                self._changes.put(Change(kept.spec.id, kept.state, tools_changed=False))

    def come_back(self, keeper: Keeper) -> None:
        """There is a process again, which knows nothing of this handler yet."""
        for kept in self._wanted():
            # What has no state yet is just being asked for, and waits for the process.
            if kept.keeper is keeper and kept.state is not None:
                self._begin(self._connected(kept))

    def _wanted(self) -> list[Kept]:
        return [kept for kept in self._kept.values() if kept.keeper is not None]

    def _off(self, kept: Kept) -> None:
        kept.drop()
        self._changes.put(Change(kept.spec.id, ConnectionState(), tools_changed=False))

    def _keeper(self, server_id: str) -> Keeper:
        """Raises ServerUnavailable."""
        kept = self._kept.get(server_id)
        if kept is None or kept.keeper is None:
            raise ServerUnavailable(f"The server {server_id} is not connected.")
        return kept.keeper

    async def _placed(self, server_id: str) -> Kept | None:
        """The server, which is back among the others once it has behaved for long enough."""
        kept = self._kept.get(server_id)
        if kept is not None and kept.misplaced:
            await self.connect(kept.spec, kept.authorization)
        return kept

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._moving.add(task)
        task.add_done_callback(self._moving.discard)

    async def _connected(self, kept: Kept) -> None:
        try:
            await self.connect(kept.spec, kept.authorization)
        except ServerUnavailable:
            # Its state says so, and the other process goes on trying.
            return

    async def _leave(self, kept: Kept, former: Keeper) -> None:
        """Ends what a former keeper has of the server, once nothing is under way there."""
        await kept.quiet(former)
        if kept.keeper is former:
            return
        try:
            await self._ask(former, "disconnect", self._of(kept.spec.id))
        except ServerUnavailable:
            # It has ended, and the connection with it.
            return

    async def _call(self, keeper: Keeper, body: bytes) -> bytes:
        begun = datetime.now(UTC)
        try:
            return await keeper.ask("call", body)
        except Refused as error:
            raise known(error) from error
        except PeerGone as gone:
            why = "The process that keeps connections ended while the tool ran."
            raise OutcomeUnknown(Evidence(begun, None, why)) from gone

    async def _ask(self, keeper: Keeper, what: str, body: bytes) -> bytes:
        try:
            return await keeper.ask(what, body)
        except Refused as error:
            raise known(error) from error
        except PeerGone as gone:
            raise ServerUnavailable(AGAIN) from gone

    def _of(self, server_id: str) -> bytes:
        return m.OF.pack(m.Of(self.number, server_id))

    def _get(self, server_id: str, name: str, arguments: Mapping[str, str]) -> bytes:
        return m.GET.pack(m.Get(m.Of(self.number, server_id), name, dict(arguments)))
