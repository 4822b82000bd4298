"""A server's page: how it stands, its tools with what they declare and what is said of them, and what it would be."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.definition import ToolDefinition
from interlock_platform.credentials.authorizations import Headers
from interlock_platform.credentials.keeper import Place
from interlock_platform.database import Database
from interlock_platform.principal import Principal
from interlock_platform.rights import has
from interlock_platform.tables.servers import Server
from interlock_platform.tools.definitions import store as decided
from interlock_platform.tools.definitions.marks import marks
from interlock_platform.tools.definitions.sorting import sort_out
from interlock_platform.tools.editing.bodies import ServerBody
from interlock_platform.tools.editing.service import Editing
from interlock_platform.tools.entries.entry import Entry
from interlock_platform.tools.entries.store import entry_of
from interlock_platform.tools.reviewing.acceptance import may_accept
from interlock_platform.tools.service import Tools, UserKey, UsualVerdicts
from interlock_platform.vault.owner import Owner

Classes = Mapping[tuple[str, str], tuple[str, str | None]]
"""Effect and risk of tools that an admin classed, by server and tool."""
ReadClasses = Callable[[AsyncSession], Awaitable[Classes]]


class ServerPages:
    """What one user sees of a server."""

    def __init__(
        self, database: Database, tools: Tools, editing: Editing, usual_verdicts: UsualVerdicts, classes: ReadClasses
    ) -> None:
        self._database = database
        self._tools = tools
        self._editing = editing
        self._usual_verdicts = usual_verdicts
        self._classes = classes

    async def show(self, who: Principal, server_id: str) -> dict[str, Any]:
        """Raises `not_found`."""
        key = UserKey(who.tenant_id, who.user_id)
        server = await self._tools.show_server(key, server_id)
        handler = (await self._tools.handlers.get(key)).handler
        declared = handler.definitions(server_id)
        others = [each for other in handler.states() for each in handler.definitions(other)]
        async with self._database.transaction(key.scope) as session:
            entry = await self._tools.servers.find(session, who.user_id, server_id)
            tools = await self._tools_wire(session, who, server_id, declared, others)
        change = may_change(who, entry)
        return {
            "server": server,
            "url": entry.spec.url if change else None,
            "headers": list(entry.header_names) if change else [],
            "may": {"change": change, "accept": may_accept(who, entry)},
            "tools": tools,
        }

    async def test(self, who: Principal, body: ServerBody) -> dict[str, Any]:
        """Connects as it would be connected, and saves nothing. Raises what creating it raises, but for its name."""
        key = UserKey(who.tenant_id, who.user_id)
        async with self._database.transaction(key.scope) as session:
            await self._editing.check(session, who, body)
        entry = entry_of(_unsaved(who, body))
        authorization = None
        if body.headers:
            place = Place(Owner(who.tenant_id, who.user_id, entry.spec.id), entry.spec)
            authorization = Headers(place, "", body.headers)
        tried = await self._tools.try_out(key, entry.spec, authorization)
        async with self._database.transaction(key.scope) as session:
            tools = await self._tools_wire(session, who, entry.spec.id, tried.definitions, tried.definitions)
        state = tried.state
        said = {"state": state.kind, "code": state.code, "message": state.message}
        return {**said, "version": state.version, "protocol": state.protocol, "tools": tools}

    async def _tools_wire(
        self,
        session: AsyncSession,
        who: Principal,
        server_id: str,
        declared: tuple[ToolDefinition, ...],
        among: Iterable[ToolDefinition],
    ) -> list[dict[str, Any]]:
        sorted_out = sort_out(declared, (await decided.decisions(session, [server_id]))[server_id])
        admitted = {definition.name for definition in sorted_out.admitted}
        verdicts = await self._usual_verdicts(session, who.user_id, declared)
        classes = await self._classes(session)
        marked = marks(declared, among)
        return [
            {
                "tool": each.name,
                "name": each.qualified_name,
                "title": each.title,
                "description": each.description,
                "input_schema": each.input_schema,
                "definition_hash": each.hash,
                "declared": each.annotations,
                "effect": classes.get((server_id, each.name), ("at_most_once", None))[0],
                "risk": classes.get((server_id, each.name), ("at_most_once", None))[1],
                "policy": verdicts[each.qualified_name],
                "state": "in_use" if each.name in admitted else "set_aside",
                "flags": marked[server_id, each.name],
            }
            for each in declared
        ]


def may_change(who: Principal, entry: Entry) -> bool:
    if entry.spec.origin == "personal":
        return entry.owner == who.user_id
    return entry.spec.origin == "tenant" and has(who.roles, "servers.manage")


def _unsaved(who: Principal, body: ServerBody) -> Server:
    return Server(
        id="srv-unsaved",
        tenant_id=who.tenant_id,
        user_id=who.user_id if body.scope == "personal" else None,
        name=body.name,
        description=body.description,
        icon=body.icon,
        categories=body.categories,
        transport=body.transport,
        url=body.url,
        auth=body.auth,
        header_names=sorted(body.headers),
        revision=1,
    )
