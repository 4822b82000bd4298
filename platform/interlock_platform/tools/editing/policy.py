"""The tenant's word on what people may enter for themselves."""

from typing import Any

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.principal import Principal
from interlock_platform.rights import require
from interlock_platform.runs.store import tell_user
from interlock_platform.tools.editing.bodies import PolicyBody
from interlock_platform.tools.entries import store


class ServersPolicy:
    """Everybody may read it: it says where their own servers may be."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(self, who: Principal) -> dict[str, Any]:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            return (await store.policy(session)).wire()

    async def set(self, who: Principal, body: PolicyBody) -> dict[str, Any]:
        """Servers that it no longer allows are let go at once; they stay, and say why they can't be used."""
        require(who, "servers.manage")
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            before = (await store.policy(session)).wire()
            await store.set_policy(session, body.personal, dict.fromkeys(body.hosts), who.user_id)
            after = (await store.policy(session)).wire()
            if after != before:
                record(session, who.user_id, "servers.policy", str(who.tenant_id), before=before, after=after)
                for row in await store.owned(session):
                    if row.user_id is not None:
                        await tell_user(session, who.tenant_id, row.user_id, f"catalogue:{row.id}")
            return after
