"""Servers as `mcpServers` JSON, the form in which other programs keep them."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from interlock_platform.database import Database
from interlock_platform.errors import Problem
from interlock_platform.http.problems import invalid
from interlock_platform.principal import Principal
from interlock_platform.rights import require
from interlock_platform.tools.editing.bodies import ImportBody, Imported, Scope, ServerBody
from interlock_platform.tools.editing.service import Editing
from interlock_platform.tools.entries import store
from interlock_platform.tools.entries.entry import Entry
from interlock_platform.tools.service import Tools, UserKey

STDIO = ("command", "args", "env", "cwd")
NO_COMMANDS = "It starts a command. Only the operator adds such servers: ask them."


class Exchange:
    """Takes servers in, one by one, and gives them out without their secrets."""

    def __init__(self, database: Database, tools: Tools, editing: Editing) -> None:
        self._database = database
        self._tools = tools
        self._editing = editing

    async def take_in(self, who: Principal, body: ImportBody) -> dict[str, Any]:
        """What is refused, with code and sentence, does not keep the others out. Raises `forbidden`."""
        require(who, "servers.manage" if body.scope == "tenant" else "runs.start")
        key = UserKey(who.tenant_id, who.user_id)
        taken: list[str] = []
        refused: list[dict[str, Any]] = []
        for name, raw in body.mcp_servers.items():
            try:
                wanted = read(name, raw, body.scope)
                async with self._database.transaction(key.scope) as session:
                    taken.append((await self._editing.enter(session, who, wanted)).id)
            except Problem as problem:
                refused.append({"name": name[:80], **problem.body()})
        servers = [each for each in await self._tools.list_servers(key) if each["id"] in taken]
        return {"servers": servers, "refused": refused}

    async def give_out(self, who: Principal, scope: Scope) -> dict[str, Any]:
        """The tenant's servers, for whoever manages them, or the caller's own."""
        if scope == "tenant":
            require(who, "servers.manage")
        async with self._database.transaction(UserKey(who.tenant_id, who.user_id).scope) as session:
            entries = await store.entries(session, who.user_id)
        return {"mcpServers": written([each for each in entries if each.spec.origin == scope])}


def read(name: str, raw: Any, scope: Scope) -> ServerBody:
    """One entry as a body. Raises `no_commands` and `invalid`."""
    if isinstance(raw, dict) and (raw.keys() & set(STDIO) or raw.get("type", raw.get("transport")) == "stdio"):
        raise Problem("no_commands", 422, NO_COMMANDS)
    try:
        entry = Imported.model_validate(raw)
        return ServerBody(
            name=entry.name or name,
            description=entry.description,
            icon=entry.icon,
            categories=entry.categories,
            transport="sse" if entry.transport == "sse" else "http",
            url=entry.url,
            auth=entry.auth or ("headers" if entry.headers else "none"),
            headers=entry.headers,
            scope=scope,
        )
    except ValidationError as error:
        problem = invalid([{**each, "loc": ("body", *each["loc"])} for each in error.errors()])
        first = problem.errors[0]
        problem.message = f"{first.field.strip('/') or 'It'}: {first.message}."
        raise problem from error


def written(entries: Iterable[Entry]) -> dict[str, Any]:
    """By a key made of the name; in the place of a header's value stands a variable that is named after it."""
    found: dict[str, Any] = {}
    for entry in entries:
        slug = re.sub(r"[^a-z0-9]+", "-", entry.spec.name.lower()).strip("-") or "server"
        key = next(each for each in (slug, f"{slug}-{entry.spec.id}") if each not in found)
        said: dict[str, Any] = {"type": entry.spec.transport, "url": entry.spec.url, "name": entry.spec.name}
        more = {"description": entry.spec.description, "icon": entry.icon, "categories": list(entry.categories)}
        said |= {field: value for field, value in more.items() if value}
        if entry.spec.auth != "none":
            said["auth"] = entry.spec.auth
        if entry.header_names:
            said["headers"] = {
                name: f"${{{re.sub(r'[^a-zA-Z0-9]', '_', name).upper()}}}" for name in entry.header_names
            }
        found[key] = said
    return found


def variable_for(header: str) -> str:
    return "${" + re.sub(r"[^A-Za-z0-9]", "_", header).upper() + "}"
