"""Each tenant's record, verified as far as it goes: no entry changed, none missing, and the head is its end."""

from datetime import UTC
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import DictRow

from interlock_platform.audit.chain import entry_hash
from tests.faults.tables import Breach

ENTRIES = """
select tenant_id, seq, at, actor, action, target, data, hash from audit
where tenant_id = %s and seq > %s order by seq
"""


class Chains:
    """Remembers how far it came, so that each look costs only what is new."""

    def __init__(self) -> None:
        self._ends: dict[UUID, tuple[int, str]] = {}

    async def verify(self, connection: psycopg.AsyncConnection[DictRow]) -> list[Breach]:
        """What is wrong with any tenant's chain; nothing moves in the meantime."""
        found: list[Breach] = []
        for head in await (await connection.execute("select tenant_id, seq, hash from audit_heads")).fetchall():
            tenant = head["tenant_id"]
            last, previous = self._ends.get(tenant, (0, ""))
            for row in await (await connection.execute(ENTRIES, (tenant, last))).fetchall():
                if row["seq"] != last + 1 or row["hash"] != entry_hash(previous, entry(row)):
                    found.append(Breach(f"The record of {tenant} is broken at entry {row['seq']}, after {last}"))
                last, previous = row["seq"], row["hash"]
            if (last, previous) != (head["seq"], head["hash"]):
                found.append(Breach(f"The record of {tenant} ends at {last}, and its head is at {head['seq']}"))
            self._ends[tenant] = (last, previous)
        return found


def entry(row: dict[str, Any]) -> dict[str, Any]:
    """The row as it is hashed."""
    return {
        "tenant": str(row["tenant_id"]),
        "seq": row["seq"],
        "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(row["actor"]) if row["actor"] else None,
        "action": row["action"],
        "target": row["target"],
        "data": row["data"],
    }
