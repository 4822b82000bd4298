"""What is older than a tenant keeps it: counted, or deleted, by the same conditions."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from interlock_platform.holdings.retaining.kept import KINDS, Kept, Kind
from interlock_platform.runs.store import OPEN_STATES
from interlock_platform.tables.artifacts import Artifact
from interlock_platform.tables.choices import Retention
from interlock_platform.tables.conversation import Run, Thread
from interlock_platform.tables.holdings import DataJob
from interlock_platform.tables.identity import Session, Tenant
from interlock_platform.tables.tooling import Toolset

BATCH = 200
ENDED = ("done", "cancelled")


async def kept(session: AsyncSession) -> Kept:
    """Of the transaction's tenant."""
    row = await session.scalar(select(Retention).execution_options(populate_existing=True))
    return Kept(**{kind: getattr(row, kind) for kind in KINDS}) if row else Kept()


async def keep(session: AsyncSession, wanted: Kept, by: UUID) -> None:
    said: dict[str, Any] = {**asdict(wanted), "changed_by": by, "changed_at": func.now()}
    row = insert(Retention).values(**said)
    await session.execute(row.on_conflict_do_update(index_elements=["tenant_id"], set_=said))


async def count(session: AsyncSession, kind: Kind, days: int) -> int:
    """How many would be deleted now."""
    table, conditions = _old(kind, days)
    return (await session.execute(select(func.count()).select_from(table).where(*conditions))).scalar_one()


async def old_threads(session: AsyncSession, days: int) -> Sequence[UUID]:
    _, conditions = _old("threads", days)
    return (await session.scalars(select(col(Thread.id)).where(*conditions).order_by(col(Thread.id)))).all()


async def is_old(session: AsyncSession, thread_id: UUID, days: int) -> bool:
    """Whether the chat, which is held, still is: somebody may have said something meanwhile."""
    _, conditions = _old("threads", days)
    return bool(await session.scalar(select(exists().where(col(Thread.id) == thread_id, *conditions))))


async def sweep(session: AsyncSession, kind: Kind, days: int) -> int:
    """Deletes what is old, of anything but chats; how much it was."""
    table, conditions = _old(kind, days)
    gone = await session.execute(delete(table).where(*conditions), execution_options={"synchronize_session": False})
    return int(gone.rowcount)  # type: ignore[attr-defined]


async def tenants(session: AsyncSession) -> Sequence[UUID]:
    """All that there are; as the operator's role."""
    return (await session.scalars(select(col(Tenant.id)).where(col(Tenant.erased_at).is_(None)))).all()


def _old(kind: Kind, days: int) -> tuple[Any, list[ColumnElement[bool]]]:
    before = func.now() - timedelta(days=days)
    match kind:
        case "threads":
            of_thread = (col(Run.thread_id) == col(Thread.id), col(Run.state).in_(OPEN_STATES))
            return Thread, [col(Thread.updated_at) < before, ~exists().where(*of_thread)]
        case "artifacts":
            return Artifact, [col(Artifact.created_at) < before]
        case "sessions":
            return Session, [col(Session.expires_at) < before]
        case "jobs":
            return DataJob, [col(DataJob.state).in_(ENDED), col(DataJob.ended_at) < before]
        case "toolsets":
            newer, mine = aliased(Toolset), (col(Toolset.user_id), col(Toolset.revision))
            # What a user's agent has now stays, and what a run that has not ended began with.
            later = select(col(newer.user_id)).where(col(newer.user_id) == mine[0], col(newer.revision) > mine[1])
            used = select(col(Run.id)).join(Thread, col(Thread.id) == col(Run.thread_id))
            used = used.where(col(Thread.user_id) == mine[0], col(Run.toolset_revision) == mine[1])
            used = used.where(col(Run.state).in_(OPEN_STATES))
            of_toolset = (later.correlate(Toolset).exists(), ~used.correlate(Toolset).exists())
            return Toolset, [col(Toolset.created_at) < before, *of_toolset]
