"""The whole record as a file: pages of entries, and signed lines between and after them."""

from collections.abc import AsyncIterator
from datetime import UTC
from uuid import UUID

from interlock_platform.audit import store
from interlock_platform.audit.lines import BLOCK, NOTHING, SHORT, Head, entry_line, first_line, signed_line
from interlock_platform.audit.signing import Signer
from interlock_platform.database import Database, Scope


async def export(database: Database, signer: Signer, tenant_id: UUID) -> AsyncIterator[bytes]:
    """Yields whole lines, some hundred kilobytes at a time.

    It is of one moment: where the record ends is read once, and what lies before that never changes. So each page has
    a transaction of its own, and a slow reader holds none.
    """
    scope = Scope(tenant_id=tenant_id)
    async with database.transaction(scope) as session:
        end = await store.read_head(session)
    yield first_line(str(tenant_id))
    after = entries = 0
    while True:
        through = min(after + BLOCK, end.rows_end)
        async with database.transaction(scope) as session:
            rows = await store.read_block(session, after, through)
            following = await store.next_entry(session, through)
        entries += len(rows)
        hashes = {row.seq: row.hash for row in rows}
        last = following is None or following > end.rows_end
        head = Head(
            at=end.now.astimezone(UTC).isoformat(timespec="microseconds"),
            entries=entries,
            first=after + 1,
            hash=end.hash if last else hashes.get(through, ""),
            hashes="".join(hashes.get(seq, NOTHING)[:SHORT].ljust(SHORT, "-") for seq in range(after + 1, through + 1)),
            key=signer.public_key,
            last=last,
            seq=end.seq if last else through,
            tenant=str(tenant_id),
        )
        yield b"".join(entry_line(store.wire(row), row.hash) for row in rows) + signed_line(head, signer)
        if following is None or last:
            return
        # Where nobody tampered this is `through`; where a million entries are gone, nothing is read in their place.
        after = (following - 1) // BLOCK * BLOCK
