"""A user's servers: connecting, disconnecting, and the toolset that comes of it."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.authorization import Authorization
from interlock_handlers.changes import Change
from interlock_handlers.connection_state import ConnectionKind, ConnectionState
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.registry import Registry
from interlock_handlers.server_errors import LoginRequired, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.credentials.service import Credentials
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem
from interlock_platform.runs.queue import Queue
from interlock_platform.runs.store import tell_user
from interlock_platform.tools import store
from interlock_platform.tools.catalogue import personal
from interlock_platform.tools.definitions import store as definition_store
from interlock_platform.tools.definitions.review import Offered, offered
from interlock_platform.tools.definitions.sorting import sort_out
from interlock_platform.tools.entries.entry import Catalogue, Entry
from interlock_platform.tools.entries.servers import Servers
from interlock_platform.tools.recording import read_toolset, record_tools
from interlock_platform.tools.server_wire import server_wire
from interlock_platform.tools.toolset import Toolset
from interlock_platform.tools.user_servers import UserServers

if TYPE_CHECKING:
    from interlock_handlers.handler import Handler


@dataclass(frozen=True)
class UserKey:
    """Whose handlers."""

    tenant_id: UUID
    user_id: UUID

    @property
    def scope(self) -> Scope:
        return Scope(tenant_id=self.tenant_id)


@dataclass(frozen=True)
class Tried:
    """How connecting to a server went, and the tools that it has."""

    state: ConnectionState
    definitions: tuple[ToolDefinition, ...]


UsualVerdicts = Callable[[AsyncSession, UUID, Sequence[ToolDefinition]], Awaitable[dict[str, str]]]
"""(the tenant's transaction, user, tools) -> what policy usually says of each of these tools, by qualified name."""

MakeHandler = Callable[[], Awaitable["Handler"]]


class Tools:
    """The catalogue, and each user's connections to it."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        secret_key: str,
        usual_verdicts: UsualVerdicts,
        make_handler: MakeHandler,
        credentials: Credentials,
        queue: Queue,
    ) -> None:
        self.credentials = credentials
        self._database = database
        self._usual_verdicts = usual_verdicts
        self._queue = queue
        self.servers = Servers(catalogue)
        self._secret_key = secret_key
        self._make_handler = make_handler
        self.handlers: Registry[UserKey, UserServers] = Registry(self._make)

    async def _make(self, key: UserKey) -> UserServers:
        async def note(change: Change) -> None:
            await self._note(key, change)

        return UserServers(await self._make_handler(), note)

    async def servers_of(self, key: UserKey) -> UserServers:
        """The user's servers, in step with what is stored: missing ones begin to connect, unwanted ones go."""
        servers = await self.handlers.get(key)
        # Looked at first: what is connected from now on was wanted later than what is read next.
        held = set(servers.handler.states())
        async with self._database.transaction(key.scope) as session:
            entries = await self.servers.visible(session, key.user_id)
            wanted = await store.wanted(session, key.user_id) & entries.keys()
            wanted = {each for each in wanted if await self.servers.refusal(session, entries[each]) is None}
        for server_id in held - wanted:
            await servers.disconnect(server_id)
        for server_id in wanted:
            entry = entries[server_id]
            if not servers.has(entry):
                servers.begin(entry, self._spec(key, entry), await self._authorization(key, entry))
        return servers

    async def spec_of(self, key: UserKey, server_id: str) -> ServerSpec:
        """How this user reaches the server. Raises `not_found`."""
        async with self._database.transaction(key.scope) as session:
            return self._spec(key, await self.servers.find(session, key.user_id, server_id))

    async def let_go(self, key: UserKey, server_id: str) -> None:
        """The user is signed out of the server: the session ends, and a new one begins without them."""
        servers = await self.handlers.get(key)
        if server_id in servers.handler.states():
            await servers.disconnect(server_id)
            await self.servers_of(key)

    async def list_servers(self, key: UserKey) -> list[dict[str, Any]]:
        handler = (await self.servers_of(key)).handler
        async with self._database.transaction(key.scope) as session:
            entries = await self.servers.visible(session, key.user_id)
            return await self._wires(session, key, handler, entries.values())

    async def show_server(self, key: UserKey, server_id: str) -> dict[str, Any]:
        """Raises `not_found`."""
        async with self._database.transaction(key.scope) as session:
            entry = await self.servers.find(session, key.user_id, server_id)
        handler = (await self.servers_of(key)).handler
        return await self._wire(key, handler, entry)

    async def connect(self, key: UserKey, server_id: str) -> dict[str, Any]:
        """Connects now; a server that fails stays wanted and is tried again by itself."""
        async with self._database.transaction(key.scope) as session:
            entry = await self.servers.find(session, key.user_id, server_id)
            if (refused := await self.servers.refusal(session, entry)) is not None:
                raise Problem("server_not_allowed", 403, refused)
            await store.hold_user(session, key.user_id)
            await store.want(session, key.user_id, server_id)
        servers = await self.handlers.get(key)
        try:
            definitions = await self._connect(key, servers, entry)
        except ServerUnavailable as error:
            shown = await self._wire(key, servers.handler, entry)
            raise Problem(error.code, 502, str(error), server=shown) from error
        toolset = await self._record(key, server_id, definitions)
        return {"server": await self._wire(key, servers.handler, entry), "toolset": await self.wire(key, toolset)}

    async def disconnect(self, key: UserKey, server_id: str) -> dict[str, Any]:
        async with self._database.transaction(key.scope) as session:
            entry = await self.servers.find(session, key.user_id, server_id)
            await store.hold_user(session, key.user_id)
            await store.unwant(session, key.user_id, server_id)
            # Connections to it in other processes end as well.
            await tell_user(session, key.tenant_id, key.user_id, f"catalogue:{server_id}")
        servers = await self.handlers.get(key)
        await servers.disconnect(server_id)
        toolset = await self._record(key, server_id, ())
        return {"server": await self._wire(key, servers.handler, entry), "toolset": await self.wire(key, toolset)}

    async def try_out(self, key: UserKey, spec: ServerSpec, authorization: Authorization | None) -> Tried:
        """Connects as it would be connected, looks at what is declared, and ends the connection; keeps nothing."""
        handler = await self._make_handler()
        try:
            definitions = await handler.connect(personal(spec, key.user_id.hex), authorization)
            return Tried(handler.state(spec.id), definitions)
        except ServerUnavailable as error:
            kind: ConnectionKind = "sign_in" if isinstance(error, LoginRequired) else "error"
            return Tried(ConnectionState(kind, code=error.code, message=str(error)), ())
        finally:
            await handler.aclose()

    async def ready(self, key: UserKey, server_id: str) -> "Handler":
        """The handler with this server connected; raises ServerUnavailable, and then nothing was sent."""
        servers = await self.handlers.get(key)
        async with self._database.transaction(key.scope) as session:
            entry = await self.servers.seen(session, key.user_id, server_id)
            if entry is None or server_id not in await store.wanted(session, key.user_id):
                raise ServerUnavailable("You are no longer connected to this server. Connect it, and ask again.")
            if (refused := await self.servers.refusal(session, entry)) is not None:
                raise ServerUnavailable(refused)
        # Somebody may have signed in anew, by way of another process: what is connected as they are now stays.
        signs_in = entry.spec.auth != "none"
        if signs_in or servers.handler.state(server_id).kind != "connected" or not servers.has(entry):
            await self._connect(key, servers, entry)
        return servers.handler

    async def look_again(self, key: UserKey, server_id: str, seconds: float, *, connected: bool = False) -> "Handler":
        """The same, and the server was asked just now what it declares, and has answered within so many seconds.

        With `connected`, one that is connected in this process will do: the user may have disconnected it elsewhere.
        """
        handler = (await self.handlers.get(key)).handler
        # What people enter may be at another address by now.
        at_hand = server_id in self.servers.catalogue.entries and handler.state(server_id).kind == "connected"
        if not (connected and at_hand):
            handler = await self.ready(key, server_id)
        try:
            async with asyncio.timeout(seconds):
                await handler.list_tools(server_id)
        except TimeoutError as error:
            message = f"The server did not say within {seconds:g} s what its tools are now. Try again later."
            raise ServerUnavailable(message) from error
        return handler

    async def reconcile(self, key: UserKey, server_id: str) -> None:
        """Something about the server changed: its entry, what was accepted of it, or that the user wants it."""
        servers = await self.servers_of(key)
        if servers.handler.state(server_id).kind == "connected":
            await self._record(key, server_id, servers.handler.definitions(server_id))

    async def current(self, key: UserKey) -> Toolset:
        async with self._database.transaction(key.scope) as session:
            return await read_toolset(session, key.user_id, await store.latest_revision(session, key.user_id))

    async def current_wire(self, key: UserKey) -> dict[str, Any]:
        """The user's toolset as clients see it."""
        return await self.wire(key, await self.current(key))

    async def wire(self, key: UserKey, toolset: Toolset) -> dict[str, Any]:
        async with self._database.transaction(key.scope) as session:
            return toolset.wire(await self._usual_verdicts(session, key.user_id, toolset.definitions))

    async def connection_of(self, session: AsyncSession, key: UserKey, server_id: str, connecting: UUID | None) -> str:
        """Which connection to the server the user has, with which address and credential; empty without one.

        `connecting` is which one they have, if any. Another after every connecting anew and after every change of how
        the server is reached. It gives no secret away: it is keyed.
        """
        entry = await self.servers.seen(session, key.user_id, server_id) if connecting is not None else None
        if connecting is None or entry is None:
            return ""
        credential = await self.credentials.credential(session, key.tenant_id, key.user_id, entry.spec)
        reached = json.dumps([connecting.hex, asdict(entry.spec), entry.revision, credential], sort_keys=True)
        return hmac.new(self._secret_key.encode(), f"connection {reached}".encode(), hashlib.sha256).hexdigest()

    async def pin(self, session: AsyncSession, definition: ToolDefinition) -> None:
        """Keeps a definition that a call is about."""
        await definition_store.pin(session, [definition])

    async def offered(self, session: AsyncSession, handler: "Handler", server_id: str, tool: str) -> Offered:
        """The tool as its server declares it now, if that may be used."""
        return await offered(session, server_id, handler.definitions(server_id), tool)

    async def _connect(self, key: UserKey, servers: UserServers, entry: Entry) -> tuple[ToolDefinition, ...]:
        return await servers.connect(entry, self._spec(key, entry), await self._authorization(key, entry))

    async def _authorization(self, key: UserKey, entry: Entry) -> Authorization | None:
        if entry.spec.auth == "none":
            return None
        async with self._database.transaction(key.scope) as session:
            spec = self._spec(key, entry)
            return await self.credentials.authorization(session, key.tenant_id, key.user_id, spec)

    def _spec(self, key: UserKey, entry: Entry) -> ServerSpec:
        return personal(entry.spec, key.user_id.hex)

    async def _note(self, key: UserKey, change: Change) -> None:
        if change.tools_changed and change.state.kind == "connected":
            handler = (await self.handlers.get(key)).handler
            await self._record(key, change.server_id, handler.definitions(change.server_id))
        async with self._database.transaction(key.scope) as session:
            await tell_user(session, key.tenant_id, key.user_id, f"server:{change.server_id}")

    async def _record(self, key: UserKey, server_id: str, declared: Sequence[ToolDefinition]) -> Toolset:
        async with self._database.transaction(key.scope) as session:
            return await record_tools(session, self._queue, key.tenant_id, key.user_id, server_id, declared)

    async def _wire(self, key: UserKey, handler: "Handler", entry: Entry) -> dict[str, Any]:
        async with self._database.transaction(key.scope) as session:
            return (await self._wires(session, key, handler, [entry]))[0]

    async def _wires(
        self, session: AsyncSession, key: UserKey, handler: "Handler", entries: Iterable[Entry]
    ) -> list[dict[str, Any]]:
        shown = list(entries)
        specs = [self._spec(key, entry) for entry in shown]
        logins = await self.credentials.states(session, key.tenant_id, key.user_id, specs)
        declared = {entry.spec.id: handler.definitions(entry.spec.id) for entry in shown}
        decisions = await definition_store.decisions(session, [each for each, found in declared.items() if found])
        return [
            server_wire(
                entry,
                handler.state(entry.spec.id),
                logins[entry.spec.id],
                sort_out(declared[entry.spec.id], decisions.get(entry.spec.id, {})),
            )
            for entry in shown
        ]
