"""One user's MCP servers: connected, disconnected, called."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from interlock_handlers.authorization import Authorization
from interlock_handlers.blocks import Block, LinkBlock
from interlock_handlers.calls import Calls
from interlock_handlers.changes import Change, Changes
from interlock_handlers.completing import Completing
from interlock_handlers.completion import complete
from interlock_handlers.conduct import BLAMELESS, Conduct
from interlock_handlers.connection import Connection
from interlock_handlers.connection_state import ConnectionState
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.during import During
from interlock_handlers.elicitation import InputRequired
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.prompts import Prompt, PromptMessage, get, prompts
from interlock_handlers.resources import Template, address, read, resources, templates
from interlock_handlers.result import CallResult
from interlock_handlers.server_errors import ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from interlock_handlers.session import Session
from interlock_handlers.tool_request import ToolRequest

ASK_SECONDS = 20.0
"""For whatever is no call."""


class MCPHandler(Calls):
    """Made inside the event loop; every connection of it ends with `aclose`."""

    def __init__(self, *, outbound: Outbound, samples: bool = False) -> None:
        """Servers are told that the user has a model for them (`sample` of `call`) where `samples`."""
        self._outbound = outbound
        self._samples = samples
        self._changes = Changes()
        self._connections: dict[str, Connection] = {}

    async def connect(
        self, spec: ServerSpec, authorization: Authorization | None = None, conduct: Conduct | None = None
    ) -> tuple[ToolDefinition, ...]:
        """Connect, or try again now; another spec or another account is another connection.

        `conduct` is how the server has behaved elsewhere; without it, as it did here.
        Raises ServerUnavailable (LoginRequired, ServerNonsense); the server then stays in `states` and is tried again
        until it is there or `disconnect` is called.
        """
        connection = self._connections.get(spec.id)
        if connection is None or (connection.spec, connection.authorization) != (spec, authorization):
            former = connection
            connection = Connection(
                spec,
                authorization,
                outbound=self._outbound,
                changes=self._changes,
                samples=self._samples,
                conduct=conduct or (former.conduct if former is not None else BLAMELESS),
            )
            self._connections[spec.id] = connection
            if former is not None:
                await former.close()
        return await connection.open()

    async def list_tools(self, server_id: str) -> tuple[ToolDefinition, ...]:
        """What the server declares now: it is asked after this was called. Raises ServerUnavailable."""
        connection = self._connections.get(server_id)
        if connection is None:
            raise ServerUnavailable(f"The server {server_id} is not connected.")
        return await connection.list_tools()

    async def disconnect(self, server_id: str) -> None:
        """End the connection and forget it; a call under way ends with OutcomeUnknown."""
        connection = self._connections.pop(server_id, None)
        if connection is not None:
            await connection.close()

    async def send(
        self, server_id: str, request: ToolRequest, timeout_seconds: float | None, during: During
    ) -> CallResult | InputRequired:
        """See Calls."""
        return await self._connection(server_id).call(request, timeout_seconds, during)

    async def resources(self, server_id: str) -> tuple[LinkBlock, ...]:
        """What the server has to read, as far as it lists it. Raises ServerUnavailable, and NotExecuted for a no."""
        return await resources(await self._session(server_id), ASK_SECONDS)

    async def resource_templates(self, server_id: str) -> tuple[Template, ...]:
        """How addresses of further resources are made."""
        return await templates(await self._session(server_id), ASK_SECONDS)

    async def read_resource(
        self, server_id: str, uri: str, values: Mapping[str, str] | None = None
    ) -> tuple[Block, ...]:
        """The contents of a resource, as far as they are not too large; with `values`, `uri` is a template."""
        return await read(await self._session(server_id), address(uri, values) if values else uri, ASK_SECONDS)

    async def complete(self, server_id: str, asked: Completing) -> tuple[str, ...]:
        """What the server proposes for a field."""
        return await complete(await self._session(server_id), asked, ASK_SECONDS)

    async def prompts(self, server_id: str) -> tuple[Prompt, ...]:
        return await prompts(await self._session(server_id), ASK_SECONDS)

    async def prompt(self, server_id: str, name: str, arguments: Mapping[str, str]) -> tuple[PromptMessage, ...]:
        """The prompt's messages with the arguments filled in."""
        return await get(await self._session(server_id), name, arguments, ASK_SECONDS)

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return any(connection.busy for connection in self._connections.values())

    def definitions(self, server_id: str) -> tuple[ToolDefinition, ...]:
        connection = self._connections.get(server_id)
        return connection.definitions if connection else ()

    def state(self, server_id: str) -> ConnectionState:
        connection = self._connections.get(server_id)
        return connection.state if connection else ConnectionState()

    def states(self) -> dict[str, ConnectionState]:
        """Of every server that is connected or is being tried."""
        return {server_id: connection.state for server_id, connection in self._connections.items()}

    def changes(self) -> AsyncIterator[Change]:
        """What changes from now on, for one reader; it ends with `aclose`."""
        return self._changes.read()

    async def aclose(self) -> None:
        connections, self._connections = tuple(self._connections.values()), {}
        await asyncio.gather(*(connection.close() for connection in connections))
        self._changes.close()

    def _connection(self, server_id: str) -> Connection:
        connection = self._connections.get(server_id)
        if connection is None:
            raise ServerUnavailable(f"The server {server_id} is not connected.")
        return connection

    async def _session(self, server_id: str) -> Session:
        return await self._connection(server_id).session(ASK_SECONDS)
