"""A user's servers: connecting, disconnecting, and the toolset that comes of it."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.changes import Change
from interlock_handlers.connection_state import ConnectionState
from interlock_handlers.convert import model_tool
from interlock_handlers.definition import ToolDefinition, UnusableDefinition
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.registry import Registry
from interlock_handlers.server_errors import ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem, not_found
from interlock_platform.runs.store import tell_user
from interlock_platform.tools import store
from interlock_platform.tools.catalogue import personal
from interlock_platform.tools.toolset import Toolset
from interlock_platform.tools.user_servers import UserServers

if TYPE_CHECKING:
    from interlock_handlers.mcp import MCPHandler


@dataclass(frozen=True)
class UserKey:
    """Whose handlers."""

    tenant_id: UUID
    user_id: UUID

    @property
    def scope(self) -> Scope:
        return Scope(tenant_id=self.tenant_id)


UsualVerdicts = Callable[[AsyncSession, UUID, Sequence[ToolDefinition]], Awaitable[dict[str, str]]]
"""(the tenant's transaction, user, tools) -> what policy usually says of each of these tools, by qualified name."""


class Tools:
    """The catalogue, and each user's connections to it."""

    def __init__(
        self,
        database: Database,
        catalogue: Mapping[str, ServerSpec],
        secret_key: str,
        usual_verdicts: UsualVerdicts,
        outbound: Outbound,
    ) -> None:
        self._database = database
        self._usual_verdicts = usual_verdicts
        self.catalogue = catalogue
        self._secret_key = secret_key
        self._outbound = outbound
        self.handlers: Registry[UserKey, UserServers] = Registry(self._make)

    async def _make(self, key: UserKey) -> UserServers:
        async def note(change: Change) -> None:
            await self._note(key, change)

        # Loading the protocol's models takes a good part of a start, and the doors open without them.
        from interlock_handlers.mcp import MCPHandler

        return UserServers(MCPHandler(outbound=self._outbound), note)

    async def servers_of(self, key: UserKey) -> UserServers:
        """The user's servers, in step with what is stored: missing ones begin to connect, unwanted ones go."""
        servers = await self.handlers.get(key)
        # Looked at first: what is connected from now on was wanted later than what is read next.
        held = set(servers.handler.states())
        async with self._database.transaction(key.scope) as session:
            wanted = await store.wanted(session, key.user_id) & self.catalogue.keys()
        for server_id in held - wanted:
            await servers.handler.disconnect(server_id)
        for server_id in wanted - held:
            servers.begin(self._spec(key, server_id))
        return servers

    async def list_servers(self, key: UserKey) -> list[dict[str, Any]]:
        handler = (await self.servers_of(key)).handler
        return [server_wire(spec, handler.state(spec.id)) for spec in self.catalogue.values()]

    async def show_server(self, key: UserKey, server_id: str) -> dict[str, Any]:
        spec = self._spec(key, server_id)
        return server_wire(spec, (await self.servers_of(key)).handler.state(server_id))

    async def connect(self, key: UserKey, server_id: str) -> dict[str, Any]:
        """Connects now; a server that fails stays wanted and is tried again by itself."""
        spec = self._spec(key, server_id)
        handler = (await self.handlers.get(key)).handler
        async with self._database.transaction(key.scope) as session:
            await store.hold_user(session, key.user_id)
            await store.want(session, key.user_id, server_id)
        try:
            definitions = await handler.connect(spec)
        except ServerUnavailable as error:
            raise Problem(error.code, 502, str(error), server=server_wire(spec, handler.state(server_id))) from error
        toolset = await self._record(key, server_id, definitions)
        return {"server": server_wire(spec, handler.state(server_id)), "toolset": await self.wire(key, toolset)}

    async def disconnect(self, key: UserKey, server_id: str) -> dict[str, Any]:
        spec = self._spec(key, server_id)
        handler = (await self.handlers.get(key)).handler
        async with self._database.transaction(key.scope) as session:
            await store.hold_user(session, key.user_id)
            await store.unwant(session, key.user_id, server_id)
        await handler.disconnect(server_id)
        toolset = await self._record(key, server_id, ())
        return {"server": server_wire(spec, handler.state(server_id)), "toolset": await self.wire(key, toolset)}

    async def ready(self, key: UserKey, server_id: str) -> "MCPHandler":
        """The handler with this server connected; raises ServerUnavailable, and then nothing was sent."""
        handler = (await self.handlers.get(key)).handler
        async with self._database.transaction(key.scope) as session:
            wanted = server_id in await store.wanted(session, key.user_id)
        if server_id not in self.catalogue or not wanted:
            raise ServerUnavailable("You are no longer connected to this server. Connect it, and ask again.")
        if handler.state(server_id).kind != "connected":
            await handler.connect(self._spec(key, server_id))
        return handler

    async def at_hand(self, key: UserKey, server_id: str) -> "MCPHandler | None":
        """The handler, if the server is connected in this process; the user may have disconnected it elsewhere."""
        handler = (await self.handlers.get(key)).handler
        return handler if handler.state(server_id).kind == "connected" else None

    async def current(self, key: UserKey) -> Toolset:
        async with self._database.transaction(key.scope) as session:
            return await read_toolset(session, key.user_id, await store.latest_revision(session, key.user_id))

    async def current_wire(self, key: UserKey) -> dict[str, Any]:
        """The user's toolset as clients see it."""
        return await self.wire(key, await self.current(key))

    async def wire(self, key: UserKey, toolset: Toolset) -> dict[str, Any]:
        async with self._database.transaction(key.scope) as session:
            return toolset.wire(await self._usual_verdicts(session, key.user_id, toolset.definitions))

    async def connection_of(self, session: AsyncSession, key: UserKey, server_id: str) -> str:
        """Which connection to the server the user has, with which address and credential; empty without one.

        Another after every connecting anew and after every change of how the server is reached. It gives no secret
        away: it is keyed.
        """
        connection = await store.connection_id(session, key.user_id, server_id)
        spec = self.catalogue.get(server_id)
        if connection is None or spec is None:
            return ""
        reached = json.dumps([connection.hex, asdict(spec)], sort_keys=True)
        return hmac.new(self._secret_key.encode(), f"connection {reached}".encode(), hashlib.sha256).hexdigest()

    async def pin(self, session: AsyncSession, definition: ToolDefinition) -> None:
        """Keeps a definition that a call is about."""
        await store.pin(session, [definition])

    def _spec(self, key: UserKey, server_id: str) -> ServerSpec:
        spec = self.catalogue.get(server_id)
        if spec is None:
            raise not_found()
        return personal(spec, key.user_id.hex)

    async def _note(self, key: UserKey, change: Change) -> None:
        if change.tools_changed and change.state.kind == "connected":
            handler = (await self.handlers.get(key)).handler
            await self._record(key, change.server_id, handler.definitions(change.server_id))
        async with self._database.transaction(key.scope) as session:
            await tell_user(session, key.tenant_id, key.user_id, f"server:{change.server_id}")

    async def _record(self, key: UserKey, server_id: str, definitions: tuple[ToolDefinition, ...]) -> Toolset:
        """What the server declares now takes the place of what it declared before: a new revision if that differs."""
        async with self._database.transaction(key.scope) as session:
            await store.hold_user(session, key.user_id)
            if server_id not in await store.wanted(session, key.user_id):
                definitions = ()
            revision = await store.latest_revision(session, key.user_id)
            before = await read_toolset(session, key.user_id, revision)
            others = tuple(each for each in before.definitions if each.server_id != server_id)
            after = Toolset(revision + 1, (*others, *(each for each in definitions if usable(each))))
            if after.definitions == before.definitions:
                return before
            await store.pin(session, after.definitions)
            await store.add_revision(session, key.user_id, after.revision, after.definitions)
            await tell_user(session, key.tenant_id, key.user_id, "toolset:")
            return after


async def read_toolset(session: AsyncSession, user_id: UUID, revision: int) -> Toolset:
    entries = await store.toolset_entries(session, user_id, revision)
    return Toolset(revision, tuple(await store.pinned(session, entries)))


def usable(definition: ToolDefinition) -> bool:
    """Whether the tool can be pinned and offered to a model at all."""
    try:
        return bool(definition.hash and model_tool(definition))
    except UnusableDefinition:
        return False


def server_wire(spec: ServerSpec, state: ConnectionState) -> dict[str, Any]:
    return {
        "id": spec.id,
        "name": spec.name,
        "description": spec.description,
        "transport": spec.transport,
        "state": state.kind,
        "code": state.code,
        "message": state.message,
        "retry_at": state.retry_at.isoformat() if state.retry_at else None,
        "tools": state.tools,
        "version": state.version,
        "protocol": state.protocol,
    }
