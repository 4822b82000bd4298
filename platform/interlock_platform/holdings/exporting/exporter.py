"""Taking out everything of a person or a tenant: begun again from the beginning where it was interrupted."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.holdings import store
from interlock_platform.holdings.exporting import store as reading
from interlock_platform.holdings.exporting.archive import Archive
from interlock_platform.holdings.exporting.markdown import markdown
from interlock_platform.holdings.inventory import EXPORTED, HOLDINGS
from interlock_platform.runs.queue import Queue

FORMAT = "interlock-export-1"
KEPT = timedelta(days=7)
"""For how long an archive can be fetched."""


class Gone(Exception):
    """The job was cancelled, or deleted with the person whose it was."""


@dataclass(frozen=True)
class Subject:
    """What is taken out: without `user_id`, all of the tenant."""

    tenant_id: UUID
    user_id: UUID | None
    wire: dict[str, Any]


class Exporter:
    """Each kind of thing is as of the moment in which it is read."""

    def __init__(self, database: Database, queue: Queue) -> None:
        self._database = database
        self._queue = queue

    async def export(self, tenant_id: UUID, job_id: UUID) -> None:
        """Makes the archive; done once, it is dropped when its time is over."""
        scope = Scope(tenant_id=tenant_id)
        async with self._database.transaction(scope) as session:
            job = await store.job(session, job_id, hold=True)
            if job is None or job.state == "cancelled":
                return
            if job.state == "done":
                if job.expires_at is not None and job.expires_at <= await store.now(session):
                    await store.drop_parts(session, job_id)
                return
            await store.drop_parts(session, job_id)
            user_id = job.user_id
            subject = Subject(tenant_id, user_id, await _subject_wire(session, tenant_id, user_id))
            threads = await reading.threads_of(session, user_id)
            artifacts = await reading.artifacts_of(session, user_id)
            holdings = [each for each in EXPORTED if user_id is None or each.owner is not None]
            total = len(holdings) + len(threads) + len(artifacts)
            await store.move(session, job_id, state="running", step="begin", done=0, total=total)
        try:
            await self._fill(subject, job_id)
        except Gone:
            return

    async def _fill(self, subject: Subject, job_id: UUID) -> None:
        scope = Scope(tenant_id=subject.tenant_id)
        archive, number, done = Archive(), 0, 0
        async for step in self._steps(subject, archive):
            done += 1
            async with self._database.transaction(scope) as session:
                for part in archive.full():
                    await store.put_part(session, job_id, number, part)
                    number += 1
                if not await store.move(session, job_id, step=step, done=done):
                    raise Gone
        async with self._database.transaction(scope) as session:
            last = archive.close()
            await store.put_part(session, job_id, number, last)
            expires = await store.now(session) + KEPT
            if not await store.move(
                session, job_id, state="done", step="", size=archive.size, expires_at=expires, ended_at=func.now()
            ):
                raise Gone
            record(session, None, "export.made", str(job_id), of=subject.wire["kind"], size=archive.size)
            await self._queue.export(session, subject.tenant_id, job_id, at=expires)

    async def _steps(self, subject: Subject, archive: Archive) -> AsyncIterator[str]:
        """Adds one thing after the other, and says what it was."""
        scope = Scope(tenant_id=subject.tenant_id)
        for holding in EXPORTED:
            if subject.user_id is not None and holding.owner is None:
                continue
            rows = archive.rows(f"data/{holding.table}.json")
            async with self._database.transaction(scope) as session:
                async for batch in reading.rows_of(session, holding, subject.user_id):
                    for row in batch:
                        rows.add(row)
            rows.close()
            yield holding.table
        async with self._database.transaction(scope) as session:
            threads = await reading.threads_of(session, subject.user_id)
            artifacts = await reading.artifacts_of(session, subject.user_id)
        for thread in threads:
            async with self._database.transaction(scope) as session:
                messages = await reading.messages_of(session, thread.id)
                results = await reading.results_of(session, thread.id, [each.run_id for each in messages])
            archive.add(
                f"chats/{_file_name(thread.title)}-{thread.id}.md", markdown(thread, messages, results).encode()
            )
            yield "chats"
        for artifact_id, name in artifacts:
            async with self._database.transaction(scope) as session:
                data = await reading.bytes_of(session, artifact_id)
            if data is not None:
                archive.add(f"artifacts/{artifact_id}-{_file_name(name)}", data)
            yield "artifacts"
        archive.add("manifest.json", json.dumps(_manifest(subject, archive), ensure_ascii=False, indent=1).encode())


def _manifest(subject: Subject, archive: Archive) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "of": subject.wire,
        "files": list(archive.files),
        "left_out": [{"table": each.table, "why": each.left_out} for each in HOLDINGS if each.left_out]
        + [{"table": each.table, "columns": list(each.secret), "why": "Secret."} for each in HOLDINGS if each.secret],
    }


async def _subject_wire(session: Any, tenant_id: UUID, user_id: UUID | None) -> dict[str, Any]:
    tenant = await store.tenant_of(session, tenant_id)
    named = {"organisation": {"id": str(tenant.id), "slug": tenant.slug, "name": tenant.name}}
    user = await store.person(session, user_id) if user_id else None
    if user is None:
        return {"kind": "organisation", **named}
    return {"kind": "person", "person": {"id": str(user.id), "name": user.name, "email": user.email}, **named}


def _file_name(text: str) -> str:
    """What can be the name of a file everywhere."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")[:60] or "untitled"
