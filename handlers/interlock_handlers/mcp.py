"""One user's MCP servers: connected, disconnected, called."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, overload

from interlock_handlers.authorization import Authorization
from interlock_handlers.blocks import Block, LinkBlock
from interlock_handlers.changes import Change, Changes
from interlock_handlers.connection import Connection
from interlock_handlers.connection_state import ConnectionState
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.elicitation import Ask, InputRequired, Resumption
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.prompts import Prompt, PromptMessage, get, prompts
from interlock_handlers.resources import Template, read, resources, templates
from interlock_handlers.result import CallResult
from interlock_handlers.sampling import Sample
from interlock_handlers.server_errors import ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from interlock_handlers.session import Session
from interlock_handlers.telling import Told

ASK_SECONDS = 20.0
"""For whatever is no call."""


class MCPHandler:
    """Made inside the event loop; every connection of it ends with `aclose`."""

    def __init__(self, *, outbound: Outbound, samples: bool = False) -> None:
        """Servers are told that the user has a model for them (`sample` of `call`) where `samples`."""
        self._outbound = outbound
        self._samples = samples
        self._changes = Changes()
        self._connections: dict[str, Connection] = {}

    async def connect(self, spec: ServerSpec, authorization: Authorization | None = None) -> tuple[ToolDefinition, ...]:
        """Connect, or try again now; another spec or another account is another connection.

        Raises ServerUnavailable (LoginRequired, ServerNonsense); the server then stays in `states` and is tried again
        until it is there or `disconnect` is called.
        """
        connection = self._connections.get(spec.id)
        if connection is None or (connection.spec, connection.authorization) != (spec, authorization):
            former = connection
            connection = Connection(
                spec, authorization, outbound=self._outbound, changes=self._changes, samples=self._samples
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

    @overload
    async def call(
        self,
        server_id: str,
        tool: str,
        arguments: Mapping[str, Any],
        timeout_seconds: float | None = None,
        meta: Mapping[str, Any] | None = None,
        *,
        told: Told | None = None,
        sample: Sample | None = None,
    ) -> CallResult: ...

    @overload
    async def call(
        self,
        server_id: str,
        tool: str,
        arguments: Mapping[str, Any],
        timeout_seconds: float | None = None,
        meta: Mapping[str, Any] | None = None,
        *,
        ask: Ask | None,
        told: Told | None = None,
        sample: Sample | None = None,
        resume: Resumption | None = None,
    ) -> CallResult | InputRequired: ...

    async def call(
        self,
        server_id: str,
        tool: str,
        arguments: Mapping[str, Any],
        timeout_seconds: float | None = None,
        meta: Mapping[str, Any] | None = None,
        *,
        ask: Ask | None = None,
        told: Told | None = None,
        sample: Sample | None = None,
        resume: Resumption | None = None,
    ) -> CallResult | InputRequired:
        """Send one call, once; `tool` is the server's own name for it.

        A server may want to be told something first: one of the older protocol while it works, and then `ask` is
        awaited and the time limit stands still; one of today's by InputRequired, and then the same call is sent once
        more, by whatever process, with `resume`. Without `ask`, the older kind is declined. What it wants the user's
        model to write is put to `sample`, and refused without. `told` hears how far it is, and what it logs.
        Raises ServerUnavailable (not sent; LoginRequired), NotExecuted (refused before it ran) or OutcomeUnknown (may
        have run).
        """
        return await self._connection(server_id).call(
            tool, arguments, timeout_seconds, meta, ask=ask, told=told, sample=sample, resume=resume
        )

    async def resources(self, server_id: str) -> tuple[LinkBlock, ...]:
        """What the server has to read, as far as it lists it. Raises ServerUnavailable, and NotExecuted for a no."""
        return await resources(await self._session(server_id), ASK_SECONDS)

    async def resource_templates(self, server_id: str) -> tuple[Template, ...]:
        """How addresses of further resources are made."""
        return await templates(await self._session(server_id), ASK_SECONDS)

    async def read_resource(self, server_id: str, uri: str) -> tuple[Block, ...]:
        """The contents of a resource, as far as they are not too large."""
        return await read(await self._session(server_id), uri, ASK_SECONDS)

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
