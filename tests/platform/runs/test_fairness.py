"""However many runs of one tenant are queued, those of the others come in between: shown by the order of starts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from interlock_platform.database import Database, Scope
from interlock_platform.runs.fair import PLACES
from interlock_platform.runs.queue import ADVANCE, EXECUTE, Queue
from tests.conftest import Urls
from tests.mcp_servers.process import until

A, B, C = uuid4(), uuid4(), uuid4()


class Starts:
    """The order in which tenants' jobs begin; they end when they are let go."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.order: list[UUID] = []
        self.go = asyncio.Event()
        for name in (ADVANCE, EXECUTE):
            queue.app.task(name=name)(self._job)

    async def _job(self, tenant_id: str, **_: str) -> None:
        self.order.append(UUID(tenant_id))
        await self.go.wait()

    async def put(self, database: Database, tenant_id: UUID, count: int, *, calls: bool = False) -> None:
        async with database.transaction(Scope(tenant_id=tenant_id)) as session:
            for _ in range(count):
                put = self.queue.execute if calls else self.queue.advance
                await put(session, tenant_id, uuid4())

    async def have_begun(self, count: int) -> None:
        await until(lambda: len(self.order) >= count, f"{count} starts; {len(self.order)} there were")

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        working = asyncio.create_task(
            self.queue.app.run_worker_async(
                concurrency=PLACES, fetch_job_polling_interval=30, install_signal_handlers=False
            )
        )
        try:
            yield
        finally:
            self.go.set()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


@asynccontextmanager
async def starts(urls: Urls) -> AsyncIterator[Starts]:
    queue = Queue(urls.queue)
    async with queue.app.open_async():
        yield Starts(queue)


@pytest.mark.parametrize("calls", [False, True])
async def test_500_of_one_tenant_do_not_keep_another_waiting(urls: Urls, database: Database, calls: bool) -> None:
    async with starts(urls) as seen:
        await seen.put(database, A, 500, calls=calls)
        async with seen.worker():
            # None of them ends: what comes now has to find a place all the same.
            await seen.have_begun(PLACES // 2)
            await seen.put(database, B, 1)
            await seen.have_begun(PLACES // 2 + 1)
            assert seen.order == [*[A] * (PLACES // 2), B]
            await seen.put(database, C, 1, calls=True)
            await seen.have_begun(PLACES // 2 + 2)
            assert seen.order[-1] == C
            # And nothing of the 500 is lost or waits for the next time that somebody looks.
            seen.go.set()
            await seen.have_begun(502)
        assert seen.order.count(A) == 500


async def test_who_was_queued_behind_500_is_among_the_first(urls: Urls, database: Database) -> None:
    async with starts(urls) as seen:
        await seen.put(database, A, 500)
        await seen.put(database, B, 1)
        seen.go.set()
        async with seen.worker():
            await seen.have_begun(501)
        assert seen.order.index(B) < PLACES // 2


async def test_two_that_have_much_to_do_take_turns(urls: Urls, database: Database) -> None:
    async with starts(urls) as seen:
        await seen.put(database, A, 100)
        await seen.put(database, B, 100)
        async with seen.worker():
            await seen.have_begun(2 * (PLACES // 3))
            assert abs(seen.order.count(A) - seen.order.count(B)) <= 1
            seen.go.set()
            await seen.have_begun(200)
