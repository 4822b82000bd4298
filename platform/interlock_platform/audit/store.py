"""The record: who did what, written in the transaction of the deed and chained as that transaction ends."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, event, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from sqlmodel import col

from interlock_platform.audit.chain import MOST_BYTES, canonical, chained
from interlock_platform.audit.deed import Deed, plain
from interlock_platform.database import before_commit
from interlock_platform.tables.column import TENANT
from interlock_platform.tables.identity import User
from interlock_platform.tables.record import AuditEntry
from interlock_platform.text import storable

QUEUED = "audit_queued"
CLOSED = "audit_closed"

# Row-level security leaves one row, that of the transaction's tenant.
_HOLD = text("select tenant_id, seq, hash, clock_timestamp() as now from audit_heads for update")
_BEGIN = text(f"insert into audit_heads (tenant_id) select {TENANT} where {TENANT} is not null on conflict do nothing")
_APPEND = text(
    "with added as (insert into audit (tenant_id, seq, at, actor, action, target, data, hash) "
    "select :tenant, seq, at, actor, action, target, data, hash from json_to_recordset(cast(:entries as json)) "
    "as e(seq bigint, at timestamptz, actor uuid, action text, target text, data json, hash text)) "
    "update audit_heads set seq = :seq, hash = :hash where tenant_id = :tenant"
)


@dataclass(frozen=True)
class Head:
    """The end of a tenant's chain. `rows_end` is the greatest number among the entries: the same, if nobody tampered.

    `now` is the database's clock.
    """

    seq: int
    hash: str
    rows_end: int
    now: datetime


@dataclass(frozen=True)
class Wanted:
    """Which entries a reader asks for; `action` is a whole one (`call.approved`) or its first word (`call`)."""

    before: int | None = None
    actor: UUID | None = None
    action: str | None = None
    target: str | None = None
    begin: datetime | None = None
    end: datetime | None = None


def record(session: AsyncSession, actor: UUID | None, action: str, target: str, **data: Any) -> None:
    """`action` is `thing.verb`, `target` the id of the thing; no actor means the platform itself.

    `data` is JSON without fractions; anything else raises TypeError. The entry is numbered and chained last in the
    transaction: from then on no other transaction of the tenant adds one. In a savepoint that is rolled back it goes
    with the deed. The transaction needs a tenant by its end, or it fails.
    """
    if CLOSED in session.info:
        raise RuntimeError(f"{action} comes too late: the record of this transaction is already chained.")
    queue: list[tuple[Deed, list[SessionTransaction]]] | None = session.info.get(QUEUED)
    if queue is None:
        queue = session.info[QUEUED] = []
        event.listen(session.sync_session, "after_soft_rollback", _forget)
        before_commit(session, _chain)
    deed = Deed(actor, action, storable(target), plain(data))
    queue.append((deed, _transactions(session.sync_session)))


def _transactions(session: Session) -> list[SessionTransaction]:
    """The savepoints that are open now, and the transaction around them."""
    found = []
    inner = session.get_nested_transaction() or session.get_transaction()
    while inner is not None:
        found.append(inner)
        inner = inner.parent
    return found


def _forget(session: Session, undone: SessionTransaction) -> None:
    session.info[QUEUED] = [(deed, within) for deed, within in session.info.get(QUEUED, ()) if undone not in within]


async def _chain(session: AsyncSession) -> None:
    await session.flush()
    session.info[CLOSED] = True
    deeds: list[Deed] = [deed for deed, _ in session.info[QUEUED]]
    if not deeds:
        return
    head = await _hold(session)
    seq, last = head.seq, head.hash
    rows = []
    for deed in deeds:
        seq += 1
        entry = _entry(head.tenant_id, seq, head.now, deed.actor, deed.action, deed.target, deed.data)
        body = canonical(entry)
        if len(body) > MOST_BYTES:
            raise ValueError(f"{deed.action} is {len(body)} bytes long; an entry has at most {MOST_BYTES}.")
        last = chained(last, body)
        rows.append({**entry, "hash": last})
    entries = json.dumps(rows, separators=(",", ":"))
    await session.execute(_APPEND, {"tenant": head.tenant_id, "entries": entries, "seq": seq, "hash": last})


async def _hold(session: AsyncSession) -> Row[Any]:
    """The tenant's head, which nobody else moves until the transaction ends."""
    head = (await session.execute(_HOLD)).one_or_none()
    if head is None:
        await session.execute(_BEGIN)
        head = (await session.execute(_HOLD)).one_or_none()
    if head is None:
        raise RuntimeError("An entry of the record belongs to a tenant, and this transaction has none.")
    return head


def wire(row: Row[Any]) -> dict[str, Any]:
    """An entry as it is hashed and exported, from a row of `audit`."""
    return _entry(row.tenant_id, row.seq, row.at, row.actor, row.action, row.target, row.data)


def _entry(
    tenant: UUID, seq: int, at: datetime, actor: UUID | None, action: str, target: str, data: dict[str, Any]
) -> dict[str, Any]:
    return {
        "tenant": str(tenant),
        "seq": seq,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(actor) if actor else None,
        "action": action,
        "target": target,
        "data": data,
    }


async def read_head(session: AsyncSession) -> Head:
    """Head and entries as of one moment."""
    row = (
        await session.execute(
            text(
                "select coalesce(max(head.seq), 0) as seq, coalesce(max(head.hash), '') as hash, "
                "(select coalesce(max(seq), 0) from audit) as rows_end, clock_timestamp() as now from audit_heads head"
            )
        )
    ).one()
    return Head(row.seq, row.hash, row.rows_end, row.now)


async def read_block(session: AsyncSession, after: int, through: int) -> list[Row[Any]]:
    """The entries with these numbers, in their order."""
    found = await session.execute(
        text("select * from audit where seq > :after and seq <= :through order by seq"),
        {"after": after, "through": through},
    )
    return list(found.all())


async def next_entry(session: AsyncSession, after: int, through: int) -> int | None:
    """The number of the first entry there is between these two."""
    statement = text("select min(seq) from audit where seq > :after and seq <= :through")
    found: int | None = (await session.execute(statement, {"after": after, "through": through})).scalar_one()
    return found


async def search(session: AsyncSession, wanted: Wanted, limit: int) -> list[tuple[AuditEntry, str | None]]:
    """The newest entries that fit, newest first, each with its actor's name."""
    is_actor = and_(col(User.tenant_id) == AuditEntry.tenant_id, col(User.id) == AuditEntry.actor)
    statement = select(AuditEntry, col(User.name)).outerjoin(User, is_actor).where(*_conditions(wanted))
    found = await session.execute(statement.order_by(col(AuditEntry.seq).desc()).limit(limit))
    return [(entry, name) for entry, name in found.all()]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    entry = AuditEntry
    if wanted.before is not None:
        yield col(entry.seq) < wanted.before
    if wanted.actor is not None:
        yield col(entry.actor) == wanted.actor
    if wanted.action is not None:
        yield or_(col(entry.action) == wanted.action, func.starts_with(entry.action, f"{wanted.action}."))
    if wanted.target is not None:
        yield col(entry.target) == wanted.target
    if wanted.begin is not None:
        yield col(entry.at) >= wanted.begin
    if wanted.end is not None:
        yield col(entry.at) < wanted.end
