"""Definitions that servers gave over time: people look at what changed, and whoever may accepts it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from interlock_platform.audit.store import record
from interlock_platform.database import Database
from interlock_platform.errors import Problem
from interlock_platform.principal import Principal
from interlock_platform.rights import has, require
from interlock_platform.runs.store import tell_tenant, tell_user
from interlock_platform.tools.definitions import store
from interlock_platform.tools.definitions.difference import changes
from interlock_platform.tools.definitions.sorting import TRUSTED
from interlock_platform.tools.entries.entry import Entry
from interlock_platform.tools.service import Tools, UserKey

MOST_VERSIONS = 50
"""Of a tool that are shown, newest first."""


class Acceptance:
    """What is accepted is the tenant's for a server that it shares, and one's own for one's own."""

    def __init__(self, database: Database, tools: Tools) -> None:
        self._database = database
        self._tools = tools

    async def show(self, who: Principal, server_id: str) -> dict[str, Any]:
        """Raises `not_found`."""
        key = UserKey(who.tenant_id, who.user_id)
        server = await self._tools.show_server(key, server_id)
        async with self._database.transaction(key.scope) as session:
            entry = await self._tools.servers.find(session, who.user_id, server_id)
            seen = await store.history(session, server_id)
        return {
            "quarantined": server["quarantined"],
            "may_accept": may_accept(who, entry),
            "tools": [_tool(tool, list(versions)) for tool, versions in groupby(seen, key=lambda each: each.tool)],
        }

    async def accept(self, who: Principal, server_id: str, hashes: Sequence[str]) -> dict[str, Any]:
        """These definitions may be used from now on. Raises `not_found`, `forbidden`, `nothing_to_accept`."""
        key = UserKey(who.tenant_id, who.user_id)
        async with self._database.transaction(key.scope) as session:
            entry = await self._tools.servers.find(session, who.user_id, server_id)
            if not may_accept(who, entry):
                require(who, "servers.manage")
            await store.hold(session, server_id)
            accepted = await store.accept(session, server_id, hashes, who.user_id)
            if not accepted:
                raise Problem("nothing_to_accept", 409, "None of this waits to be accepted any more. Look at it again.")
            for tool, digest in accepted:
                record(session, who.user_id, "definition.accepted", server_id, tool=tool, definition=digest)
            about = f"catalogue:{server_id}"
            if entry.owner is None:
                await tell_tenant(session, who.tenant_id, about)
            else:
                await tell_user(session, who.tenant_id, entry.owner, about)
        await self._tools.reconcile(key, server_id)
        return await self.show(who, server_id)


def may_accept(who: Principal, entry: Entry) -> bool:
    """Those who manage the tenant's servers, and everybody for their own."""
    if entry.spec.origin == "personal":
        return entry.owner == who.user_id
    return has(who.roles, "servers.manage")


def _tool(tool: str, oldest_first: list[store.Seen]) -> dict[str, Any]:
    versions: list[dict[str, Any]] = []
    in_use: store.Seen | None = None
    for each in oldest_first:
        versions.append(
            {
                "hash": each.hash,
                "state": each.state,
                "seen_at": each.seen_at.isoformat(),
                "decided_by": {"id": str(each.decided_by), "name": each.decided_by_name or "Somebody who left"}
                if each.decided_by
                else None,
                "decided_at": each.decided_at.isoformat() if each.decided_at else None,
                "changes": changes(in_use.declared, each.declared) if in_use else [],
            }
        )
        if each.state in TRUSTED:
            in_use = each
    newest = oldest_first[-1]
    return {"tool": tool, "title": newest.declared["title"], "versions": versions[::-1][:MOST_VERSIONS]}
