"""Jobs whose worker died are handed out again; those of a live worker never are."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import psycopg
import pytest
from procrastinate import App, JobContext
from procrastinate.jobs import Job
from procrastinate.testing import InMemoryConnector
from procrastinate.worker import Worker

from interlock_platform.database import conninfo
from interlock_platform.runs import recovery
from interlock_platform.runs.recovery import Liveness
from tests.conftest import Urls


class KnownWorker:
    """What the recovery knows of a worker."""

    def __init__(self, worker_id: int) -> None:
        self.worker_id = worker_id


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "SCAN_SECONDS", 0.01)


async def sql(urls: Urls, statement: str, *parameters: Any) -> list[Any]:
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        cursor = await connection.execute(statement.encode(), parameters)
        return await cursor.fetchall() if cursor.description else []


async def job_of(urls: Urls, *, heartbeat_seconds_ago: int) -> tuple[int, int]:
    """A job that a worker is doing; the ids of the worker and the job."""
    ((worker_id,),) = await sql(
        urls, "insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s)) "
        "returning id", heartbeat_seconds_ago,
    )  # fmt: skip
    ((job_id,),) = await sql(
        urls, "insert into procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id) "
        "values ('default', 'advance', %s, '{}', 'doing', %s) returning id", f"thread:{worker_id}", worker_id,
    )  # fmt: skip
    return worker_id, job_id


async def state_of(urls: Urls, job_id: int) -> str:
    ((state,),) = await sql(urls, "select status::text from procrastinate_jobs where id = %s", job_id)
    return str(state)


@asynccontextmanager
async def keeping(liveness: Liveness) -> AsyncIterator[None]:
    task = asyncio.create_task(liveness.keep())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def nothing() -> None:
    return None


async def vouch(
    liveness: Liveness, worker_id: int, job_id: int | None = None, work: Callable[[], Awaitable[None]] = nothing
) -> None:
    """The worker does a job, up to where the queue would be told of its end."""
    job = Job(id=job_id, queue="default", lock=None, queueing_lock=None, task_name="advance")
    context = JobContext(app=App(connector=InMemoryConnector()), job=job, start_timestamp=0, abort_reason=lambda: None)
    await liveness.vouch(work, context, cast(Worker, KnownWorker(worker_id)))


async def becomes(urls: Urls, job_id: int, state: str) -> None:
    async with asyncio.timeout(30):
        while await state_of(urls, job_id) != state:
            pass


async def test_the_job_of_a_dead_worker_is_handed_out_again(urls: Urls) -> None:
    _, job_id = await job_of(urls, heartbeat_seconds_ago=60)
    async with keeping(Liveness(conninfo(urls.queue))):
        await becomes(urls, job_id, "todo")


async def test_a_job_without_a_worker_is_handed_out_again(urls: Urls) -> None:
    worker_id, job_id = await job_of(urls, heartbeat_seconds_ago=0)
    await sql(urls, "delete from procrastinate_workers where id = %s", worker_id)
    async with keeping(Liveness(conninfo(urls.queue))):
        await becomes(urls, job_id, "todo")


async def test_a_worker_that_only_beats_slowly_keeps_its_job_as_long_as_its_process_lives(urls: Urls) -> None:
    slow_worker, kept = await job_of(urls, heartbeat_seconds_ago=60)
    alive, other = Liveness(conninfo(urls.queue)), Liveness(conninfo(urls.queue))
    async with keeping(alive):
        await vouch(alive, slow_worker)
        async with keeping(other):
            _, dead = await job_of(urls, heartbeat_seconds_ago=60)
            await becomes(urls, dead, "todo")
            assert await state_of(urls, kept) == "doing"
    async with keeping(other):
        await becomes(urls, kept, "todo")


async def test_a_worker_that_beats_keeps_its_job_without_its_lock(urls: Urls) -> None:
    _, kept = await job_of(urls, heartbeat_seconds_ago=0)
    async with keeping(Liveness(conninfo(urls.queue))):
        _, dead = await job_of(urls, heartbeat_seconds_ago=60)
        await becomes(urls, dead, "todo")
        assert await state_of(urls, kept) == "doing"


async def test_a_lost_connection_is_opened_again_with_its_locks(urls: Urls) -> None:
    worker_id, kept = await job_of(urls, heartbeat_seconds_ago=60)
    alive = Liveness(conninfo(urls.queue))
    async with keeping(alive):
        await vouch(alive, worker_id)
        await sql(urls, "update procrastinate_workers set last_heartbeat = now() where id = %s", worker_id)
        # Other databases of the cluster have workers of the same numbers.
        held = "from pg_locks where locktype = 'advisory' and objid = %s and database = (select oid from pg_database "
        held += "where datname = current_database())"
        assert await sql(urls, f"select pg_terminate_backend(pid) {held}", worker_id) == [(True,)]
        async with asyncio.timeout(30):
            while not await sql(urls, f"select 1 {held}", worker_id):
                pass
        await sql(urls, "update procrastinate_workers set last_heartbeat = now() - interval '1 minute'")
        _, dead = await job_of(urls, heartbeat_seconds_ago=60)
        await becomes(urls, dead, "todo")
        assert await state_of(urls, kept) == "doing"


async def test_a_job_whose_end_could_not_be_written_is_handed_out_again_and_one_under_way_is_not(
    urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "GRACE_SECONDS", 0.0)
    worker_id, unwritten = await job_of(urls, heartbeat_seconds_ago=0)
    _, under_way = await job_of(urls, heartbeat_seconds_ago=0)
    await sql(urls, "update procrastinate_jobs set worker_id = %s where id = %s", worker_id, under_way)
    alive, rescued = Liveness(conninfo(urls.queue)), asyncio.Event()
    async with keeping(alive), asyncio.timeout(30), asyncio.TaskGroup() as workers:
        workers.create_task(_work_until(rescued, alive, worker_id, under_way))
        await vouch(alive, worker_id, unwritten)
        await becomes(urls, unwritten, "todo")
        assert await state_of(urls, under_way) == "doing"
        rescued.set()
        await becomes(urls, under_way, "todo")


async def _work_until(over: asyncio.Event, liveness: Liveness, worker_id: int, job_id: int) -> None:
    async def wait() -> None:
        await over.wait()

    await vouch(liveness, worker_id, job_id, wait)
