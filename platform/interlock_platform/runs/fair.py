"""Handing out jobs so that no tenant keeps the others waiting, however many it has in the queue.

A worker has so many places. A tenant gets another one only while more are free than it has, and who has the fewest
comes first: one alone gets half of them, n share them evenly, and there is always room for who comes new. (Memory of
network switches is shared like that: Choudhury and Hahne, Dynamic queue length thresholds, 1998.)
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from procrastinate.jobs import Job, Notification
from procrastinate.manager import JobManager, NotificationCallback

from interlock_platform.runs.store import FETCH_JOB

PLACES = 50
"""How many jobs a worker has under way at most."""


class FairJobs(JobManager):
    """Procrastinate's, but for whose job is next in this process's worker."""

    def __init__(self, connector: Any) -> None:
        super().__init__(connector)
        self._under_way: Counter[str] = Counter()
        self._listeners: list[NotificationCallback] = []
        self._held_back = False
        self._news = 0

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """The oldest job that is due of the tenant that has the fewest under way here; None: nobody may have more."""
        while True:
            news = self._news
            job = await self._fetch(worker_id)
            # The worker forgets what it was told while it asked: what is new since then is asked for here.
            if job is not None or news == self._news:
                return job

    async def _fetch(self, worker_id: int) -> Job | None:
        free = PLACES - self._under_way.total()
        self._held_back = any(count >= free for count in self._under_way.values())
        row = await self.connector.execute_query_one_async(
            query=FETCH_JOB,
            worker_id=worker_id,
            tenants=list(self._under_way),
            counts=list(self._under_way.values()),
            most=free,
        )
        if row["id"] is None:
            return None
        job = Job.from_row(row)
        self._under_way[_tenant_of(job)] += 1
        return job

    async def finish_job(self, job: Job, *args: Any, **kwargs: Any) -> None:
        try:
            await super().finish_job(job, *args, **kwargs)
        finally:
            await self._end(job)

    async def retry_job(self, job: Job, *args: Any, **kwargs: Any) -> None:
        try:
            await super().retry_job(job, *args, **kwargs)
        finally:
            await self._end(job)

    async def listen_for_jobs(self, *, on_notification: NotificationCallback, **kwargs: Any) -> None:
        async def noticed(*, channel: str, notification: Notification) -> None:
            self._news += 1
            await on_notification(channel=channel, notification=notification)

        self._listeners.append(noticed)
        try:
            await super().listen_for_jobs(on_notification=noticed, **kwargs)
        finally:
            self._listeners.remove(noticed)

    async def _end(self, job: Job) -> None:
        tenant = _tenant_of(job)
        self._under_way[tenant] -= 1
        if not self._under_way[tenant]:
            del self._under_way[tenant]
        if self._held_back and job.id is not None:
            # Its place may be that which somebody's next job waits for, and nothing else tells the worker so.
            for listener in self._listeners:
                await listener(channel="", notification={"type": "job_inserted", "job_id": job.id})


def _tenant_of(job: Job) -> str:
    return str(job.task_kwargs["tenant_id"])
