"""Jobs whose worker died are handed out again: the normal way back after a kill -9, within seconds."""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from procrastinate import JobContext
from procrastinate.worker import Worker
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

logger = logging.getLogger(__name__)

LOCK_CLASS = 0x1E7E
PROCESS_CLASS = 0x1E7F
SCAN_SECONDS = 1.0
GRACE_SECONDS = 2.0
SETTLING_SECONDS = 3.0
"""How long after a start of Postgres itself a missing lock proves nothing: the living come back first."""

ORPHANS = """
with orphans as (
    select job.id from procrastinate_jobs job left join procrastinate_workers worker on worker.id = job.worker_id
    where job.status = 'doing'
      and pg_postmaster_start_time() < now() - %(settling)s * interval '1 second'
      and (worker.id is null or worker.last_heartbeat < now() - %(grace)s * interval '1 second')
      and not exists (
        select from pg_locks held
        join pg_database here on here.oid = held.database and here.datname = current_database()
        where held.locktype = 'advisory' and held.classid = %(lock_class)s and held.objid = job.worker_id
      )
    for update of job skip locked
)
select id, procrastinate_retry_job_v2(id, now(), null, null, null) from orphans
"""

UNWRITTEN = """
select id, procrastinate_retry_job_v2(id, now(), null, null, null) from procrastinate_jobs
where status = 'doing' and (id, attempts) in (select * from unnest(%(ids)s::bigint[], %(attempts)s::int[]))
for update skip locked
"""

LIVES = text("""
select pg_postmaster_start_time() > now() - :settling * interval '1 second' or exists (
    select from pg_locks held join pg_database here on here.oid = held.database and here.datname = current_database()
    where held.locktype = 'advisory' and held.classid = :lock_class and held.objid = :key
)
""")


class Liveness:
    """This process's proof of life: locks in Postgres that a dead process can't hold.

    A slow heartbeat alone proves nothing (a blocked loop, a paused process); without the lock as well, it does.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._key = secrets.randbits(31)
        self.process_name = f"{socket.gethostname()}:{os.getpid()}:{self._key}"
        """Which process this is, in the ledger and in the logs; `process_lives` takes it."""
        self._workers: set[int] = set()
        self._ended: dict[int, tuple[int, float]] = {}
        """Jobs that came to their end here, at which attempt and when: the queue may not have been told."""
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._opening = asyncio.Lock()

    async def vouch(self, next_step: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        """A procrastinate middleware: no job begins before its worker holds its lock."""
        if worker.worker_id is not None and worker.worker_id not in self._workers:
            self._workers.add(worker.worker_id)
            await self._hold()
        job = context.job
        try:
            return await next_step()
        finally:
            if job.id is not None:
                self._ended[job.id] = job.attempts, time.monotonic()

    async def forget(self) -> None:
        """The workers that this process had have ended: whatever they left is handed out again."""
        ended = list(self._workers)
        self._workers.clear()
        try:
            connection = await self._hold()
            for worker_id in ended:
                await connection.execute("select pg_advisory_unlock(%s, %s)", (LOCK_CLASS, worker_id))
        except psycopg.OperationalError:
            await self._close()

    async def keep(self) -> None:
        """Holds the locks, and hands out the jobs of dead workers, until cancelled."""
        try:
            while True:
                try:
                    await self._rescue()
                except psycopg.OperationalError as error:
                    logger.warning("Postgres does not answer the recovery: %s", error)
                    await self._close()
                await asyncio.sleep(SCAN_SECONDS)
        finally:
            await self._close()

    async def _rescue(self) -> None:
        connection = await self._hold()
        cursor = await connection.execute(
            ORPHANS, {"grace": GRACE_SECONDS, "settling": SETTLING_SECONDS, "lock_class": LOCK_CLASS}
        )
        for job_id, _ in await cursor.fetchall():
            logger.warning("Job %s is handed out again: its worker is gone", job_id)
        await self._rescue_unwritten(connection)

    async def _rescue_unwritten(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """A job whose end could not be written, because Postgres was away just then, would hold its lock for ever."""
        before = time.monotonic() - GRACE_SECONDS
        due = {job_id: attempts for job_id, (attempts, at) in self._ended.items() if at < before}
        if not due:
            return
        asked = {"ids": list(due), "attempts": list(due.values())}
        for job_id, _ in await (await connection.execute(UNWRITTEN, asked)).fetchall():
            logger.warning("Job %s is handed out again: its end could not be written", job_id)
        for job_id, attempts in due.items():
            if self._ended.get(job_id, (attempts, 0.0))[0] == attempts:
                self._ended.pop(job_id, None)

    async def _hold(self) -> psycopg.AsyncConnection[Any]:
        async with self._opening:
            if self._connection is None:
                self._connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
            locks = [(PROCESS_CLASS, self._key), *((LOCK_CLASS, worker_id) for worker_id in self._workers)]
            for lock_class, key in locks:
                await self._connection.execute(
                    "select pg_try_advisory_lock(%s, %s) where not exists (select from pg_locks where locktype = "
                    "'advisory' and classid = %s and objid = %s and pid = pg_backend_pid())",
                    (lock_class, key, lock_class, key),
                )
            return self._connection

    async def _close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()


async def process_lives(session: AsyncSession, process_name: str) -> bool:
    """Whether the process of that name is alive, as far as Postgres knows."""
    key = process_name.rpartition(":")[2]
    if not key.isdecimal():
        return False
    asked = {"settling": SETTLING_SECONDS, "lock_class": PROCESS_CLASS, "key": int(key)}
    return bool((await session.execute(LIVES, asked)).scalar_one())
