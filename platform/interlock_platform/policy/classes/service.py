"""What admins say of tools: whether a call may be repeated, and what it can do at worst."""

from collections.abc import Mapping
from typing import Any

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import FieldError, Problem
from interlock_platform.policy.classes import store
from interlock_platform.policy.facts import Effect, Risk
from interlock_platform.principal import Principal
from interlock_platform.rights import require


class ToolClasses:
    """The classes of all tenants' tools; `server_names` are those of the catalogue, by id."""

    def __init__(self, database: Database, server_names: Mapping[str, str]) -> None:
        self._database = database
        self._server_names = server_names

    async def list_tools(self, who: Principal) -> list[dict[str, Any]]:
        """Every tool that a server of the catalogue declared to somebody of the tenant."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            known = await store.list_known(session)
        return [self._wire(each) for each in known if each.server_id in self._server_names]

    async def put(self, who: Principal, server_id: str, tool: str, effect: Effect, risk: Risk | None) -> dict[str, Any]:
        """Raises `forbidden`, and `invalid` for a tool that no server has declared: nothing would be classed."""
        require(who, "policy.manage")
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await store.hold(session, server_id, tool)
            before = await store.find_known(session, server_id, tool)
            if before is None or server_id not in self._server_names:
                error = FieldError("/tool", "No server that anybody here has connected declares such a tool.")
                raise Problem("invalid", 422, "There is no such tool.", errors=(error,))
            await store.put(session, server_id, tool, effect, risk, who.user_id)
            record(
                session, who.user_id, "tool.classed", f"{server_id}/{tool}",
                before={"effect": before.effect, "risk": before.risk}, after={"effect": effect, "risk": risk},
            )  # fmt: skip
            after = await store.find_known(session, server_id, tool)
        assert after is not None, "it was there before"
        return self._wire(after)

    def _wire(self, known: store.Known) -> dict[str, Any]:
        by = {"id": str(known.set_by), "name": known.set_by_name or "Somebody who left"} if known.set_by else None
        return {
            "server": known.server_id,
            "server_name": self._server_names[known.server_id],
            "tool": known.tool,
            "title": known.title,
            "effect": known.effect,
            "risk": known.risk,
            "declared": known.declared,
            "set_by": by,
            "set_at": known.set_at.isoformat() if known.set_at else None,
        }
