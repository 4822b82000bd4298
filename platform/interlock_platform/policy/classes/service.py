"""What admins say of tools: whether a call may be repeated, and what it can do at worst."""

from typing import Any

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import FieldError, Problem
from interlock_platform.policy.classes import store
from interlock_platform.policy.facts import Effect, Risk
from interlock_platform.principal import Principal
from interlock_platform.tools.entries.servers import Servers


class ToolClasses:
    """The classes of all tenants' tools."""

    def __init__(self, database: Database, servers: Servers) -> None:
        self._database = database
        self._servers = servers

    async def list_tools(self, who: Principal) -> list[dict[str, Any]]:
        """Every tool that a server of the catalogue declared to somebody of the tenant."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            known = await store.list_known(session)
            names = await self._servers.names(session, who.user_id)
        return [_wire(each, names[each.server_id]) for each in known if each.server_id in names]

    async def put(self, who: Principal, server_id: str, tool: str, effect: Effect, risk: Risk | None) -> dict[str, Any]:
        """Raises `invalid` for a tool that no server has declared: nothing would be classed."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await store.hold(session, server_id, tool)
            before = await store.find_known(session, server_id, tool)
            names = await self._servers.names(session, who.user_id)
            if before is None or server_id not in names:
                error = FieldError("/tool", "No server that anybody here has connected declares such a tool.")
                raise Problem("invalid", 422, "There is no such tool.", errors=(error,))
            await store.put(session, server_id, tool, effect, risk, who.user_id)
            record(
                session, who.user_id, "tool.classed", f"{server_id}/{tool}",
                before={"effect": before.effect, "risk": before.risk}, after={"effect": effect, "risk": risk},
            )  # fmt: skip
            after = await store.find_known(session, server_id, tool)
        assert after is not None, "it was there before"
        return _wire(after, names[server_id])


def _wire(known: store.Known, server_name: str) -> dict[str, Any]:
    by = {"id": str(known.set_by), "name": known.set_by_name or "Somebody who left"} if known.set_by else None
    return {
        "server": known.server_id,
        "server_name": server_name,
        "tool": known.tool,
        "title": known.title,
        "effect": known.effect,
        "risk": known.risk,
        "declared": known.declared,
        "set_by": by,
        "set_at": known.set_at.isoformat() if known.set_at else None,
    }
