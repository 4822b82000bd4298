"""Reading the record, and taking it out as a file."""

from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any

from interlock_platform.audit import store
from interlock_platform.audit.export import export
from interlock_platform.audit.signing import Signer
from interlock_platform.audit.store import Wanted, record
from interlock_platform.database import Database, Scope
from interlock_platform.principal import Principal
from interlock_platform.tables.record import AuditEntry


class Trail:
    """The record as those see it who may read it: owners and admins, each their own organisation's."""

    def __init__(self, database: Database, signer: Signer) -> None:
        self._database = database
        self._signer = signer

    async def read(self, who: Principal, wanted: Wanted, limit: int) -> dict[str, Any]:
        """A page of entries, newest first; `next` is what `before` has to be for the page after it."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            head = await store.read_head(session)
            rows = await store.search(session, wanted, limit + 1)
        page = rows[:limit]
        return {
            "entries": [_shown(entry, name) for entry, name in page],
            "next": page[-1][0].seq if len(rows) > limit else None,
            "head": {"seq": head.seq, "hash": head.hash},
        }

    async def export(self, who: Principal) -> AsyncIterator[bytes]:
        """The lines of the whole record, in which this export is the last entry."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            record(session, who.user_id, "audit.exported", str(who.tenant_id), key=self._signer.public_key)
        return export(self._database, self._signer, who.tenant_id)

    @property
    def public_key(self) -> str:
        return self._signer.public_key


def _shown(entry: AuditEntry, name: str | None) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": {"id": str(entry.actor), "name": name or ""} if entry.actor else None,
        "action": entry.action,
        "target": entry.target,
        "data": entry.data,
        "hash": entry.hash,
    }
