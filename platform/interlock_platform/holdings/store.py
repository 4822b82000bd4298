"""Rows of jobs on what is held, and which rows of any table are somebody's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Table, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from interlock_platform.holdings.inventory import Holding
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.holdings import DataJob, ExportPart
from interlock_platform.tables.identity import Tenant, User
from interlock_platform.tables.ledger import Call
from interlock_platform.tables.servers import Server

OPEN = ("waiting", "queued", "running")


def table_of(holding: Holding) -> Table:
    return SQLModel.metadata.tables[holding.table]


def shown_columns(holding: Holding) -> list[ColumnElement[Any]]:
    """What is taken out of a table: no bytes, and nothing secret."""
    table = table_of(holding)
    return [
        each for each in table.columns if each.name not in holding.secret and not isinstance(each.type, LargeBinary)
    ]


def of_person(holding: Holding, user_id: UUID) -> ColumnElement[bool] | None:
    """Which rows of the table are this person's; None where none is anybody's."""
    columns = table_of(holding).columns
    threads = select(col(Thread.id)).where(col(Thread.user_id) == user_id)
    match holding.owner:
        case "self":
            return columns["id"] == user_id
        case "user":
            return columns["user_id"] == user_id
        case "asker":
            asked = and_(columns["asked_by"] == user_id, columns["kind"] == "export")
            return or_(columns["user_id"] == user_id, asked)
        case "subject":
            return columns["subject"] == str(user_id)
        case "invited":
            return columns["used_by"] == user_id
        case "actor":
            return columns["actor"] == user_id
        case "thread":
            return columns["thread_id"].in_(threads)
        case "call":
            return columns["call_id"].in_(select(col(Call.id)).where(col(Call.user_id) == user_id))
        case "job":
            jobs = select(col(DataJob.id)).where(col(DataJob.asked_by) == user_id, col(DataJob.kind) == "export")
            return columns["job_id"].in_(jobs)
        case "server":
            return columns["server_id"].in_(select(col(Server.id)).where(col(Server.user_id) == user_id))
        case "thread_text" | None:
            return None


async def hold_tenant(session: AsyncSession, tenant_id: UUID) -> Tenant:
    query = select(Tenant).where(col(Tenant.id) == tenant_id).with_for_update()
    return (await session.scalars(query)).one()


async def tenant_of(session: AsyncSession, tenant_id: UUID) -> Tenant:
    return (await session.scalars(select(Tenant).where(col(Tenant.id) == tenant_id))).one()


async def person(session: AsyncSession, user_id: UUID) -> User | None:
    return await session.get(User, user_id, populate_existing=True)


async def job(session: AsyncSession, job_id: UUID, *, hold: bool = False) -> DataJob | None:
    query = select(DataJob).where(col(DataJob.id) == job_id)
    if hold:
        query = query.with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def jobs_for(session: AsyncSession, user_id: UUID, *, tenants: bool, limit: int) -> Sequence[DataJob]:
    """Those that the user asked for and, with `tenants`, deletions that concern the tenant; newest first."""
    seen: list[ColumnElement[bool]] = [col(DataJob.asked_by) == user_id]
    if tenants:
        seen.append(col(DataJob.kind) == "erasure")
    query = select(DataJob).where(or_(*seen)).order_by(col(DataJob.created_at).desc()).limit(limit)
    return (await session.scalars(query)).all()


async def open_job(session: AsyncSession, kind: str, user_id: UUID | None) -> DataJob | None:
    """One of this kind, about the same, that has not ended."""
    same = col(DataJob.user_id) == user_id if user_id else col(DataJob.user_id).is_(None)
    query = select(DataJob).where(col(DataJob.kind) == kind, same, col(DataJob.state).in_(OPEN)).limit(1)
    return (await session.scalars(query)).one_or_none()


async def open_export(session: AsyncSession, asked_by: UUID, user_id: UUID | None) -> DataJob | None:
    """One that the same person has asked for, of the same, that has not ended."""
    same = col(DataJob.user_id) == user_id if user_id else col(DataJob.user_id).is_(None)
    query = select(DataJob).where(col(DataJob.kind) == "export", same, col(DataJob.asked_by) == asked_by)
    return (await session.scalars(query.where(col(DataJob.state).in_(OPEN)).limit(1))).one_or_none()


async def move(session: AsyncSession, job_id: UUID, **values: Any) -> bool:
    """False: it is not there any more, or was cancelled."""
    statement = update(DataJob).where(col(DataJob.id) == job_id, col(DataJob.state) != "cancelled").values(**values)
    moved = await session.execute(statement.returning(col(DataJob.id)))
    return moved.one_or_none() is not None


async def put_part(session: AsyncSession, job_id: UUID, number: int, data: bytes) -> None:
    session.add(ExportPart(job_id=job_id, number=number, data=data))
    await session.flush()


async def part(session: AsyncSession, job_id: UUID, number: int) -> bytes | None:
    query = select(col(ExportPart.data)).where(col(ExportPart.job_id) == job_id, col(ExportPart.number) == number)
    return await session.scalar(query)


async def drop_parts(session: AsyncSession, job_id: UUID) -> None:
    await session.execute(delete(ExportPart).where(col(ExportPart.job_id) == job_id))


async def now(session: AsyncSession) -> datetime:
    """The database's clock."""
    return (await session.execute(select(func.now()))).scalar_one()
