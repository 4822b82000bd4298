"""What waits is looked at again when its tools change: what nobody could run any more waits no longer."""

from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.database import Database, Scope
from interlock_platform.gate import store
from interlock_platform.gate.ledger import Ledger
from interlock_platform.runs import store as runs
from interlock_platform.tables.ledger import Call
from interlock_platform.tools import store as tooling
from interlock_platform.tools.definitions import store as definitions
from interlock_platform.tools.entries.servers import Servers

REMOVED = "The server was removed from the catalogue while this waited."
SET_ASIDE = "The tool's definition changed while this waited. The change is set aside until somebody accepts it."
GONE = "The server stopped offering this tool while this waited."


class Revalidation:
    """Voids calls that wait; whatever it misses, the last look before the effect does not."""

    def __init__(self, database: Database, ledger: Ledger, servers: Servers) -> None:
        self._database = database
        self._ledger = ledger
        self._servers = servers

    async def revalidate(self, tenant_id: UUID, user_id: UUID) -> None:
        """All that this user's agents wait for."""
        scope = Scope(tenant_id=tenant_id)
        async with self._database.transaction(scope) as session:
            waiting = await store.proposed_tools(session, user_id)
        for call in waiting:
            async with self._database.transaction(scope) as session:
                thread = await runs.hold(session, call.thread_id)
                why = await self._void(session, call)
                if thread is not None and why is not None:
                    await self._ledger.move(
                        session, thread, call.id, ("proposed",), "void",
                        actor=None, presented_seal=call.seal, reason=why,
                        error={"code": "void", "message": why}, ended_at=func.now(),
                    )  # fmt: skip

    async def _void(self, session: AsyncSession, call: Call) -> str | None:
        """Why the call can't run as it was proposed; None if it still may, or if it may once its user connects."""
        revision = await tooling.latest_revision(session, call.user_id)
        entries = await tooling.toolset_entries(session, call.user_id, revision)
        if f"{call.server_id}/{call.definition_hash}" in entries:
            return None
        if await self._servers.seen(session, call.user_id, call.server_id) is None:
            return REMOVED
        if call.server_id not in await tooling.wanted(session, call.user_id):
            return None
        decided = (await definitions.decisions(session, [call.server_id]))[call.server_id]
        return SET_ASIDE if "set_aside" in decided.get(call.tool, {}).values() else GONE
