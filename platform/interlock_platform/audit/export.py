"""The whole record as a file: blocks of entries, each with a signed line behind it."""

from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from interlock_platform.audit import store
from interlock_platform.audit.lines import BLOCK, NOTHING, SHORT, Head, entry_line, first_line, signed_line
from interlock_platform.audit.signing import Signer
from interlock_platform.database import Database, Scope

PAGE = 10 * BLOCK


async def export(database: Database, signer: Signer, tenant_id: UUID) -> AsyncIterator[bytes]:
    """Yields whole lines, some hundred kilobytes at a time.

    It is of one moment: where the record ends is read once, and what lies before that never changes. So each page has
    a transaction of its own, and a slow reader holds none.
    """
    scope = Scope(tenant_id=tenant_id)
    async with database.transaction(scope) as session:
        end = await store.read_head(session)
    yield first_line(str(tenant_id))
    after: int | None = 0
    entries = 0
    while after is not None:
        through = min(after + PAGE, end.rows_end)
        async with database.transaction(scope) as session:
            rows = await store.read_block(session, after, through)
            following = await store.next_entry(session, through, end.rows_end)
        for begin in range(after, max(through, after + 1), BLOCK):
            block = [row for row in rows if begin < row.seq <= begin + BLOCK]
            entries += len(block)
            head = _head(tenant_id, end, block, begin, entries, signer.public_key)
            yield b"".join(entry_line(store.wire(row), row.hash) for row in block) + signed_line(head, signer)
        # Where nobody tampered this is `through`; where a million entries are gone, nothing is read in their place.
        after = None if following is None else (following - 1) // BLOCK * BLOCK


def _head(tenant_id: UUID, end: store.Head, block: list[Row[Any]], begin: int, entries: int, key: str) -> Head:
    through = min(begin + BLOCK, end.rows_end)
    last = through == end.rows_end
    hashes = {row.seq: row.hash for row in block}
    return Head(
        at=end.now.astimezone(UTC).isoformat(timespec="microseconds"),
        entries=entries,
        first=begin + 1,
        hash=end.hash if last else hashes.get(through, ""),
        hashes="".join(hashes.get(seq, NOTHING)[:SHORT].ljust(SHORT, "-") for seq in range(begin + 1, through + 1)),
        key=key,
        last=last,
        seq=end.seq if last else through,
        tenant=str(tenant_id),
    )
