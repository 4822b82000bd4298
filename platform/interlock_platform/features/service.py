"""Switching features: on the record, and counting at once."""

from collections.abc import Mapping
from dataclasses import asdict

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.features import store
from interlock_platform.features.features import Features
from interlock_platform.principal import Principal
from interlock_platform.runs.store import tell_user


class Switchboard:
    """Everybody may see what is on; who may switch, the doors say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(self, who: Principal) -> Features:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            return await store.features_of(session)

    async def switch(self, who: Principal, wanted: Mapping[str, bool]) -> Features:
        """Switches what is named and leaves the rest."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await store.hold(session, who.tenant_id)
            before = asdict(await store.features_of(session))
            for feature, enabled in wanted.items():
                if before[feature] != enabled:
                    await store.choose(session, feature, enabled, who.user_id)
                    record(session, who.user_id, "feature.switched", feature, before=before[feature], after=enabled)
            after = await store.features_of(session)
            if after.personal_servers != before["personal_servers"]:
                # Connections that are open are let go, or made again, in whichever process they are.
                for user_id, server_id in await store.personal_servers(session):
                    await tell_user(session, who.tenant_id, user_id, f"catalogue:{server_id}")
            return after
