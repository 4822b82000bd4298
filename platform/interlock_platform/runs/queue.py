"""The job queue: jobs are put in within the transaction of what they act on, and handed out one per lock at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import psycopg
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.database import conninfo
from interlock_platform.runs.fair import FairJobs
from interlock_platform.runs.store import FORGET_JOBS

ADVANCE = "advance"
EXECUTE = "execute"
WRITE = "write"
EXPIRE = "expire"
REVALIDATE = "revalidate"
EXPORT = "export"
ERASE = "erase"
SWEEP = "sweep"
SWEEP_ALL = "sweep_all"
ENTITLE = "entitle"
REMOVE = "remove"


class TryAgain(BaseRetryStrategy):
    """Jobs are never given up: they only drive what is stored to rest, so trying again is always right."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        return RetryDecision(retry_in={"seconds": min(30, 2**job.attempts - 1)})


class Queue:
    """Puts jobs in; `app` is what a worker takes them out with."""

    def __init__(self, url: str) -> None:
        """`url` signs in as the queue's role."""
        self.app = App(connector=PsycopgConnector(conninfo=conninfo(url), min_size=1, max_size=4))
        self.app.job_manager = FairJobs(self.app.connector)

    async def advance(self, session: AsyncSession, tenant_id: UUID, thread_id: UUID) -> None:
        """Drives the thread to rest; one such job runs per thread."""
        await self._put(session, ADVANCE, f"thread:{thread_id}", tenant_id, thread_id=str(thread_id))

    async def execute(self, session: AsyncSession, tenant_id: UUID, call_id: UUID) -> None:
        """Runs an approved call; one such job runs per call."""
        await self._put(session, EXECUTE, f"call:{call_id}", tenant_id, call_id=str(call_id))

    async def write(self, session: AsyncSession, tenant_id: UUID, call_id: UUID) -> None:
        """Has the user's model write what a server wants; one such job runs for each such thing."""
        await self._put(session, WRITE, f"call:{call_id}", tenant_id, call_id=str(call_id))

    async def expire(self, session: AsyncSession, tenant_id: UUID, call_id: UUID, at: datetime) -> None:
        """Lets the call expire, if it still waits then."""
        # A lock of its own: a job that is due later would hold up every later job under the same lock.
        await self._put(session, EXPIRE, f"expiry:{call_id}", tenant_id, at=at, call_id=str(call_id))

    async def revalidate(self, session: AsyncSession, tenant_id: UUID, user_id: UUID) -> None:
        """Looks again at the user's calls that wait: their tools are not what they were."""
        await self._put(session, REVALIDATE, f"revalidation:{user_id}", tenant_id, user_id=str(user_id))

    async def export(self, session: AsyncSession, tenant_id: UUID, job_id: UUID, at: datetime | None = None) -> None:
        """Takes out what the job is about; later, looks whether its archive is to go."""
        await self._put(session, EXPORT, f"export:{job_id}", tenant_id, at=at, job_id=str(job_id))

    async def erase(self, session: AsyncSession, tenant_id: UUID, job_id: UUID, at: datetime | None = None) -> None:
        """Deletes what the job is about."""
        await self._put(session, ERASE, f"erasure:{job_id}", tenant_id, at=at, job_id=str(job_id))

    async def sweep(self, session: AsyncSession, tenant_id: UUID) -> None:
        """Deletes what the tenant keeps no longer."""
        await self._put(session, SWEEP, f"sweep:{tenant_id}", tenant_id)

    async def forget(self, locks: Sequence[str]) -> None:
        """Jobs under these locks that have not begun are about nothing any more: they would only find that."""
        await self.app.connector.execute_query_async(FORGET_JOBS, locks=list(locks))

    async def entitle(self, session: AsyncSession, tenant_id: UUID, thread_id: UUID) -> None:
        """Has the user's model find a title for the thread."""
        await self._put(session, ENTITLE, f"title:{thread_id}", tenant_id, thread_id=str(thread_id))

    async def remove(self, session: AsyncSession, tenant_id: UUID, thread_id: UUID, at: datetime) -> None:
        """Drops the deleted thread, unless it has been brought back by then."""
        await self._put(session, REMOVE, f"removal:{thread_id}", tenant_id, at=at, thread_id=str(thread_id))

    async def _put(
        self, session: AsyncSession, task: str, lock: str, tenant_id: UUID, *, at: datetime | None = None, **ids: str
    ) -> None:
        raw = await (await session.connection()).get_raw_connection()
        connection = cast("psycopg.AsyncConnection[Any]", raw.driver_connection)
        deferrer = self.app.configure_task(task, lock=lock, schedule_at=at, connection=connection)
        try:
            await deferrer.defer_async(tenant_id=str(tenant_id), **ids)
        except ConnectorException as error:
            # In a transaction of ours, a lost connection is told as every other statement tells it.
            if isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
                raise OperationalError("enqueue", None, error.__cause__) from error
            raise
