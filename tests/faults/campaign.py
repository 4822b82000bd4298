"""Kills by the hundred: several lanes at a time, renewed now and then, until every point has its number."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psycopg
from psycopg import sql
from socketio.exceptions import SocketIOError

from interlock_platform.database import conninfo
from interlock_platform.faults import POINTS
from interlock_platform.migrate import migrate
from interlock_servers.embedded import EmbeddedPostgres
from interlock_servers.postgres_access import OWNER, PostgresAccess
from tests.conftest import SECRET_KEY, TEMPLATE
from tests.faults.ground import Ground, a_ground
from tests.faults.lane import Lane, Played, a_lane
from tests.faults.plans import Plan, anywhere, at_point, first_arrival
from tests.faults.report import RANDOM, Report, told
from tests.faults.tables import Breach

LANE_PLAYS = 100
"""Then it has a new database: the checker reads what grows."""
MOST_LOST = 10
GROUND_PLAYS = 1200
"""Then all of them have a new Postgres, and new journals."""

Told = Callable[[str, list[str]], None]


@dataclass(frozen=True)
class Goal:
    """Kills at each point, and kills anywhere."""

    each: int
    random: int

    def of(self, name: str) -> int:
        return self.random if name == RANDOM else self.each

    def missing(self, report: Report) -> int:
        return sum(max(0, self.of(name) - report.tally(name).kills) for name in (*POINTS, RANDOM))


class Campaign:
    """Plays plans in lanes of one ground until the goal is reached."""

    def __init__(self, ground: Ground, report: Report, goal: Goal, tell: Told, *, servers: int = 1) -> None:
        self._ground = ground
        self._report = report
        self._goal = goal
        self._told = tell
        self._servers = servers
        self._under_way: dict[str, int] = {}
        self._plays = 0
        self._lost = 0

    async def run(self, lanes: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(lanes):
                group.create_task(self._lane_after_lane())

    async def _lane_after_lane(self) -> None:
        plans = self._plans()
        plan = next(plans, None)
        while plan is not None:
            try:
                async with a_lane(self._ground, self._servers) as lane:
                    for _ in range(LANE_PLAYS):
                        whole = await self._play(lane, *plan)
                        plan = next(plans, None)
                        if plan is None or not whole:
                            break
            except (AssertionError, TimeoutError, SocketIOError, httpx.TransportError) as error:
                if plan is None:
                    raise
                self._lose(*plan, error)
                plan = next(plans, None)

    def _plans(self) -> Iterator[tuple[str, Plan]]:
        """The next kill that nobody has in hand."""
        while self._plays < GROUND_PLAYS:
            missing = {
                name: self._goal.of(name) - self._report.tally(name).kills - self._under_way.get(name, 0)
                for name in (*POINTS, RANDOM)
            }
            name = max(missing, key=lambda name: missing[name] / max(1, self._goal.of(name)))
            if missing[name] <= 0:
                return
            number = self._report.tally(name).plays + self._under_way.get(name, 0)
            self._under_way[name] = self._under_way.get(name, 0) + 1
            self._plays += 1
            seed = self._report.seed
            yield name, anywhere(seed, number) if name == RANDOM else at_point(seed, name, number)

    def _lose(self, name: str, plan: Plan, error: Exception) -> None:
        """A lane that can't go on is not a reason to stop the others, unless it happens again and again."""
        self._under_way[name] -= 1
        self._lost += 1
        if self._lost > MOST_LOST:
            raise error
        lost = Played(plan, breaches=[Breach(f"The lane broke down: {type(error).__name__} {error}")])
        self._report.add(name, lost)
        self._told(name, told(lost))

    async def _play(self, lane: Lane, name: str, plan: Plan) -> bool:
        """Whether the lane can be used again."""
        if self._servers > 1:
            # What one left is taken up by the other, and not by the next.
            plan = replace(plan, shots=plan.shots[:1])
        played = await lane.play(plan)
        if plan.point is not None and not played.killed and not played.breaches:
            # Nobody came there as often as that.
            played = await lane.play(first_arrival(plan))
        self._under_way[name] -= 1
        before = len(self._report.broken)
        self._report.add(name, played)
        self._told(name, [each["breach"] for each in self._report.broken[before:]])
        return not played.breaches


@asynccontextmanager
async def a_postgres() -> AsyncIterator[PostgresAccess]:
    """One of its own, with the template that fresh databases are made from."""
    with TemporaryDirectory(prefix="interlock-faults-") as directory:
        Path(directory).chmod(0o711)
        async with EmbeddedPostgres(Path(directory), durable=False) as access:
            statement = sql.SQL("create database {} owner {}").format(sql.Identifier(TEMPLATE), sql.Identifier(OWNER))
            superuser = psycopg.AsyncConnection.connect(conninfo(access.superuser_url), autocommit=True)
            async with await superuser as connection:
                await connection.execute(statement)
                # Each start opens a dozen connections, and each hashes the password this often.
                await connection.execute("alter system set scram_iterations = 1")
                await connection.execute("select pg_reload_conf()")
            await migrate(access.url(OWNER, access.owner_password, TEMPLATE), SECRET_KEY)
            yield access


async def long_run(report: Report, goal: Goal, lanes: int, shown: Told, save: Callable[[], None]) -> None:
    """One ground after the other until the goal is reached; `save` is called after every kill."""
    while goal.missing(report):
        async with AsyncExitStack() as stack:
            ground = await stack.enter_async_context(a_ground(await stack.enter_async_context(a_postgres())))
            last = time.monotonic()

            def tell(name: str, breaches: list[str]) -> None:
                nonlocal last
                now = time.monotonic()
                report.seconds, last = report.seconds + now - last, now
                shown(name, breaches)
                save()

            await Campaign(ground, report, goal, tell).run(lanes)
