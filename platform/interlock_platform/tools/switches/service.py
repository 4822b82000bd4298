"""Switching single tools off and on in one thread: it holds from the next run on."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from interlock_handlers.limits import MOST_TOOLS
from interlock_platform.database import Database, Scope
from interlock_platform.errors import not_found
from interlock_platform.principal import Principal
from interlock_platform.tools.switches import store


class ThreadSwitches:
    """A thread's own person switches; nobody else is told that there is such a thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(self, who: Principal, thread_id: UUID) -> dict[str, Any]:
        """Raises `not_found`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            if not await store.is_own(session, who.user_id, thread_id):
                raise not_found()
            switches = await store.read_switches(session, thread_id)
        return {"off": list(switches.off), "kept": list(switches.kept), "most": MOST_TOOLS}

    async def set(self, who: Principal, thread_id: UUID, off: Sequence[str], kept: Sequence[str]) -> dict[str, Any]:
        """Raises `not_found`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            if not await store.is_own(session, who.user_id, thread_id):
                raise not_found()
            await store.set_switches(session, thread_id, dict.fromkeys(off), dict.fromkeys(kept))
        return await self.show(who, thread_id)
