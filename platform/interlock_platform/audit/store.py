"""The record: who did what, written in the transaction of the deed and chained as that transaction ends."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.chain import entry_hash
from interlock_platform.database import before_commit
from interlock_platform.tables.record import AuditEntry, AuditHead

NOT_CHAINED = "audit_not_chained"


@dataclass(frozen=True)
class Deed:
    """An entry that has no number yet."""

    actor: UUID | None
    action: str
    target: str
    data: dict[str, Any]


def record(session: AsyncSession, actor: UUID | None, action: str, target: str, **data: Any) -> None:
    """`action` is `thing.verb`, `target` the id of the thing; no actor means the platform itself.

    `data` is JSON without fractions. The entry is numbered and chained last in the transaction: from then on no other
    transaction of the tenant adds one.
    """
    session.info.setdefault(NOT_CHAINED, []).append(Deed(actor, action, target, data))
    before_commit(session, _chain)


async def _chain(session: AsyncSession) -> None:
    await session.flush()
    row = insert(AuditHead).values()
    held = row.on_conflict_do_update(index_elements=["tenant_id"], set_={"seq": AuditHead.seq})
    head, now = (await session.execute(held.returning(AuditHead, func.clock_timestamp()))).one()
    for deed in session.info.pop(NOT_CHAINED):
        head.seq, head.hash = _append(session, head, now, deed)


def _append(session: AsyncSession, head: AuditHead, now: datetime, deed: Deed) -> tuple[int, str]:
    assert head.tenant_id is not None, "the database fills it in"
    row = AuditEntry(
        tenant_id=head.tenant_id, seq=head.seq + 1, at=now.astimezone(UTC), actor=deed.actor,
        action=deed.action, target=deed.target, data=deed.data, hash="",
    )  # fmt: skip
    row.hash = entry_hash(head.hash, wire(row))
    session.add(row)
    return row.seq, row.hash


def wire(row: AuditEntry) -> dict[str, Any]:
    """The entry as it is hashed, exported and shown."""
    return {
        "tenant": str(row.tenant_id),
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(row.actor) if row.actor else None,
        "action": row.action,
        "target": row.target,
        "data": row.data,
    }
