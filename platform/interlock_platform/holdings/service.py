"""Asking for what is held to be taken out or deleted: who may, and how it stands."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import FieldError, Problem, not_found
from interlock_platform.holdings import store
from interlock_platform.members.service import Members
from interlock_platform.principal import Principal
from interlock_platform.rights import has, require
from interlock_platform.runs.queue import Queue
from interlock_platform.tables.holdings import DataJob

LISTED = 50


class Holdings:
    """`waiting` is how long the deletion of an organisation can be called off."""

    def __init__(self, database: Database, queue: Queue, members: Members, waiting: timedelta) -> None:
        self._database = database
        self._queue = queue
        self._members = members
        self._waiting = waiting

    async def list_jobs(self, who: Principal) -> list[dict[str, Any]]:
        """What the caller asked for; owners see all deletions of the organisation."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            tenants = has(who.roles, "data.manage")
            jobs = await store.jobs_for(session, who.user_id, tenants=tenants, limit=LISTED)
            return [_wire(each) for each in jobs]

    async def export(self, who: Principal, *, organisation: bool) -> dict[str, Any]:
        """One at a time: asked again meanwhile, it is the same. Raises `forbidden`."""
        if organisation:
            require(who, "data.manage")
        user_id = None if organisation else who.user_id
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await store.hold_tenant(session, who.tenant_id)
            job = await store.open_export(session, who.user_id, user_id)
            if job is None:
                job = await self._enter(session, who, "export", user_id)
                record(session, who.user_id, "export.asked", str(job.id), of=_of(job))
                await self._queue.export(session, who.tenant_id, job.id)
            return _wire(job)

    async def archive(self, who: Principal, job_id: UUID) -> tuple[int, AsyncIterator[bytes]]:
        """How many bytes, and these; for whoever asked for it. Raises `not_found`, `not_ready` and `export_expired`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            job = await self._own_export(session, who, job_id)
            if job.user_id is None:
                require(who, "data.manage")
            if job.state != "done" or job.size is None or job.expires_at is None:
                raise Problem("not_ready", 409, "The archive is not made yet. Wait until it is done.")
            if job.expires_at <= await store.now(session):
                raise Problem("export_expired", 410, "The archive was there for a week. Ask for a new one.")
            record(session, who.user_id, "export.downloaded", str(job_id))
        return job.size, self._parts(who.tenant_id, job_id)

    async def drop_export(self, who: Principal, job_id: UUID) -> None:
        """The archive goes at once; one that is being made is given up. Raises `not_found`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await self._own_export(session, who, job_id)
            await store.drop_parts(session, job_id)
            await store.move(session, job_id, state="cancelled", size=None, expires_at=None, ended_at=func.now())

    async def delete_person(self, who: Principal, user_id: UUID, typed: str) -> dict[str, Any]:
        """Closes the account at once, and deletes what there is of it. Of oneself, or of a member by an admin.

        Raises `not_found`, `forbidden`, `last_owner`, and `name_differs` where what was typed is not the name.
        """
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            user = await self._members.leaving(session, who, user_id)
            _require_typed(typed, user.name)
            await self._members.close(session, who.user_id, user)
            job = await self._enter(session, who, "erasure", user_id)
            record(session, who.user_id, "erasure.asked", str(user_id), of="person", days=0)
            await self._queue.erase(session, who.tenant_id, job.id)
            return _wire(job)

    async def delete_tenant(self, who: Principal, typed: str) -> dict[str, Any]:
        """Begins the time in which it can be called off. Raises `forbidden`, `name_differs`."""
        require(who, "data.manage")
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            tenant = await store.hold_tenant(session, who.tenant_id)
            _require_typed(typed, tenant.name)
            job = await store.open_job(session, "erasure", None)
            if job is None:
                due = await store.now(session) + self._waiting
                job = await self._enter(session, who, "erasure", None, state="waiting", due_at=due)
                days = self._waiting.days
                record(session, who.user_id, "erasure.asked", str(who.tenant_id), of="organisation", days=days)
                await self._queue.erase(session, who.tenant_id, job.id, at=due)
            return _wire(job)

    async def call_off(self, who: Principal, job_id: UUID) -> None:
        """The organisation stays. Raises `not_found`, and `too_late` once its deletion has begun."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            job = await store.job(session, job_id, hold=True)
            if job is None or job.kind != "erasure" or job.user_id is not None or not has(who.roles, "data.manage"):
                raise not_found()
            if job.state == "cancelled":
                return
            if job.state != "waiting":
                raise Problem("too_late", 409, "The deletion has begun, and can't be called off any more.")
            await store.move(session, job_id, state="cancelled", ended_at=func.now())
            record(session, who.user_id, "erasure.called_off", str(who.tenant_id))

    async def _enter(
        self, session: AsyncSession, who: Principal, kind: str, user_id: UUID | None, **more: Any
    ) -> DataJob:
        values = {"state": "queued", **more}
        job = DataJob(id=uuid4(), kind=kind, user_id=user_id, asked_by=who.user_id, **values)
        session.add(job)
        await session.flush()
        await session.refresh(job)
        return job

    async def _own_export(self, session: AsyncSession, who: Principal, job_id: UUID) -> DataJob:
        job = await store.job(session, job_id, hold=True)
        if job is None or job.kind != "export" or job.asked_by != who.user_id or job.state == "cancelled":
            raise not_found()
        return job

    async def _parts(self, tenant_id: UUID, job_id: UUID) -> AsyncIterator[bytes]:
        number = 0
        while True:
            async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
                part = await store.part(session, job_id, number)
            if part is None:
                return
            yield part
            number += 1


def _require_typed(typed: str, name: str) -> None:
    if " ".join(typed.split()) != " ".join(name.split()):
        error = FieldError("/name", f"Type the name as it is: {name}")
        raise Problem("name_differs", 422, "That is not the name of what is to be deleted.", errors=(error,))


def _of(job: DataJob) -> str:
    return "person" if job.user_id else "organisation"


def _wire(job: DataJob) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "kind": job.kind,
        "of": _of(job),
        "user_id": str(job.user_id) if job.user_id else None,
        "state": job.state,
        "step": job.step,
        "done": job.done,
        "total": job.total,
        "size": job.size,
        "created_at": _time(job.created_at),
        "due_at": _time(job.due_at),
        "ended_at": _time(job.ended_at),
        "expires_at": _time(job.expires_at),
    }


def _time(at: Any) -> str | None:
    return at.isoformat() if at else None
