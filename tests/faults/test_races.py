"""However many decide at once, by whatever door of whatever process, one does, and the others are told who and when."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
import pytest_asyncio

from interlock_platform.database import Database
from interlock_platform.runs.queue import Queue
from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import Urls, fresh_database
from tests.faults.racing import Answer, Browser, browsers, race, settled_once, two_servers
from tests.platform.gate.desk import Desk, desk_of
from tests.platform.policy.tenant import TestTenant

CALLS, CALLS_IN_THE_LONG_RUN = 60, 10_000
AT_ONCE = 4
"""Calls that are raced for at the same time: sixteen times as many requests are under way."""


@dataclass(frozen=True)
class Arena:
    """Two servers without a worker: what is approved stays so, and nothing but decisions is made."""

    desk: Desk
    places: list[Browser]

    async def card(self, value: str) -> Answer:
        """A call of Alice's that waits, in a chat of its own."""
        thread_id, run_id = await self.desk.thread("alice", run="waiting")
        (call_id,) = await self.desk.propose(thread_id, run_id, value)
        sealed = (await self.desk.whole(call_id)).call.seal
        return {"id": str(call_id), "thread_id": str(thread_id), "run_id": str(run_id), "seal": sealed}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def arena(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Arena]:
    folder = tmp_path_factory.mktemp("arena")
    async with (
        fresh_database(postgres) as urls,
        two_servers(urls, folder, worker="apart") as servers,
        browsers(servers, "alice") as places,
        _arena(urls, places) as arena,
    ):
        yield arena


@asynccontextmanager
async def _arena(urls: Urls, places: list[Browser]) -> AsyncIterator[Arena]:
    async with places[0].http.get("/api/me") as response:
        me = await response.json()
    database, queue = Database.connect(urls.runtime), Queue(urls.queue)
    tenant = TestTenant(database, UUID(me["tenant"]["id"]), {"alice": UUID(me["user"]["id"])})
    async with queue.app.open_async():
        yield Arena(await desk_of(tenant, queue), places)
    await database.close()


async def test_of_sixteen_deciders_by_two_doors_of_two_servers_one_wins(arena: Arena, long: bool) -> None:
    left = list(range(CALLS_IN_THE_LONG_RUN if long else CALLS))
    ended: Counter[str] = Counter()

    async def work() -> None:
        while left:
            number = left.pop()
            card = await arena.card(f"race {number}")
            how = settled_once(card, await race(arena.places, card, number))
            deeds = await arena.desk.deeds(UUID(card["id"]))
            # Stopping the run also cancels what was approved a moment ago and has not begun.
            also = ["call.cancelled"] if how == "approved" and deeds[-1] == "call.cancelled" else []
            assert deeds == ["call.proposed", f"call.{how}", *also]
            ended[how] += 1

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    # Who wins is up to the machine: of few races, none may be won by a stop.
    assert set(ended) <= {"approved", "rejected", "answered", "cancelled"}, ended
    assert len(ended) > 1, "races that all end alike are none"
