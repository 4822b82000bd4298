"""One database, its servers, and a person who takes turns on them while they are killed and started again."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import DictRow, dict_row

from interlock_platform.database import conninfo
from tests.conftest import Urls
from tests.faults import invariants
from tests.faults.arming import Arming
from tests.faults.chain import Chains
from tests.faults.forked import ForkedInterlock
from tests.faults.ground import Ground
from tests.faults.plans import Plan
from tests.faults.returning import Noted, Returning
from tests.faults.shooting import Shooting
from tests.faults.tables import MOVING, Breach, Death, Seen, read
from tests.faults.turns import KINDS, Turn
from tests.mcp_servers.process import free_port, until

PLAY_SECONDS, READY_SECONDS = 600.0, 120.0
"""So long that only what is stuck comes to it, and no machine that is busy with other things."""
SHOWN_SECONDS = 5.0
EFFECTS = {"look": "pure", "keep": "idempotent"}


@dataclass
class Played:
    """What became of a plan."""

    plan: Plan
    deaths: list[Death] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    """Seconds from the restart until a thread showed its true state, for each thread that was open."""
    unknown: int = 0
    effects: int = 0
    breaches: list[Breach] = field(default_factory=list)
    seen: Seen | None = None
    seconds: float = 0.0

    @property
    def late(self) -> int:
        """How many threads took too long: to be judged on a machine that has time left."""
        return sum(seconds > SHOWN_SECONDS for seconds in self.shown)

    @property
    def killed(self) -> bool:
        return bool(self.deaths)

    @property
    def points(self) -> set[str]:
        """Where processes ended."""
        return {death.killed.point for death in self.deaths if death.killed}


class Lane:
    """Use as `async with a_lane(ground) as lane`; plays one plan at a time."""

    def __init__(self, ground: Ground, urls: Urls, folder: Path, servers: int) -> None:
        self.arming = Arming()
        self._ground = ground
        self._urls = urls
        self._folder = folder
        self._ports = [free_port() for _ in range(servers)]
        self._servers: dict[int, ForkedInterlock] = {}
        self._at = 0
        """Which of them the person is on."""
        self._coming_back: set[int] = set()
        self._alice: Returning
        self._connection: psycopg.AsyncConnection[DictRow]
        self._chains = Chains()

    async def open(self, stack: AsyncExitStack) -> None:
        stack.callback(self._kill_all)
        for number in range(len(self._ports)):
            self._start(number)
        for server in self._servers.values():
            await server.ready(READY_SECONDS)
        connection = psycopg.AsyncConnection.connect(
            conninfo(self._urls.superuser), autocommit=True, row_factory=dict_row
        )
        self._connection = await stack.enter_async_context(await connection)
        self._alice = await stack.enter_async_context(Returning.signed_in(self._servers[0].base_url, "alice"))
        await self._alice.ok("POST", "/api/servers/journal/connect")
        await self._set_policy()

    async def play(self, plan: Plan) -> Played:
        """Takes the turns, kills, starts again, and looks whether everything is as it has to be."""
        began, played = time.monotonic(), Played(plan)
        self._alice.noted = Noted()
        shooting = Shooting(self.arming, plan.shots, self._kill_first)
        turns = [
            Turn(kind, await self._alice.new_thread(), self._alice, self._ground, self._let_expire)
            for kind in plan.kinds
        ]
        threads = [turn.thread_id for turn in turns]
        keeping = [
            asyncio.create_task(self._keep(number, played, turns, shooting)) for number in self._servers
        ]  # fmt: skip
        shooting.aim(returning=False)
        taking = asyncio.create_task(self._take(turns))
        try:
            async with asyncio.timeout(PLAY_SECONDS):
                await _first_failure(taking, keeping)
                await self._at_rest(threads)
                shooting.cease()
                await until(lambda: self._is_whole(shooting), "everybody's return", PLAY_SECONDS)
        except (AssertionError, TimeoutError) as error:
            said = str(error) or f"not over after {PLAY_SECONDS:g} s"
            played.breaches.append(Breach(f"The turns did not come to their end: {said}"))
        finally:
            shooting.cease()
            for task in (taking, *keeping):
                task.cancel()
            await asyncio.gather(taking, *keeping, return_exceptions=True)
        await self._check(played, turns)
        self._ground.forget(*(value for turn in turns for value in turn.values))
        played.seconds = time.monotonic() - began
        return played

    async def _take(self, turns: Sequence[Turn]) -> None:
        """All at once. Raises AssertionError with what became of each turn that did not come to its end."""
        ended = await asyncio.gather(*(KINDS[turn.kind](turn) for turn in turns), return_exceptions=True)
        stuck = [
            f"{turn.kind} in {turn.thread_id}: {type(error).__name__} {error}"
            for turn, error in zip(turns, ended, strict=True)
            if error is not None
        ]
        assert not stuck, "; ".join(stuck)

    async def _keep(self, number: int, played: Played, turns: Sequence[Turn], shooting: Shooting) -> None:
        """Starts the server again whenever it was killed, and brings the person back."""
        back: asyncio.Task[None] | None = None
        try:
            while True:
                await _end_of(self._servers[number], back)
                if back is not None:
                    back.cancel()
                    await asyncio.gather(back, return_exceptions=True)
                process = self._servers[number].process
                said = self._servers[number].log.read_text()[-2000:]
                assert process.exitcode == -signal.SIGKILL, f"It ended by itself ({process.exitcode}): {said}"
                self._coming_back.add(number)
                played.deaths.append(Death(process.pid or 0, time.time(), shooting.noticed()))
                self._start(number)
                shooting.aim(returning=True)
                back = asyncio.create_task(self._bring_back(number, played, turns, shooting))
        finally:
            if back is not None:
                back.cancel()
                await asyncio.gather(back, return_exceptions=True)

    async def _bring_back(self, number: int, played: Played, turns: Sequence[Turn], shooting: Shooting) -> None:
        """To another server if there is one, to the same as soon as it serves again."""
        if self._at == number:
            others = (other for other, server in self._servers.items() if other != number and server.alive)
            self._at = next(others, number)
            server = self._servers[self._at]
            await server.ready(READY_SECONDS)
            since = time.monotonic()
            await self._alice.come_back(server.base_url, [turn.thread_id for turn in turns])
        else:
            since = time.monotonic()
        shooting.aim(returning=False)
        await asyncio.gather(*(self._look(turn.thread_id, since, played) for turn in turns))
        self._coming_back.discard(number)

    def _is_whole(self, shooting: Shooting) -> bool:
        """Whether every server that died was seen to die, and everybody is where they were."""
        return shooting.all_noticed and not self._coming_back

    async def _look(self, thread_id: str, since: float, played: Played) -> None:
        played.shown.append(await self._alice.shows_the_truth(thread_id, since))

    async def _check(self, played: Played, turns: Sequence[Turn]) -> None:
        tables = await read(self._connection, [UUID(turn.thread_id) for turn in turns])
        seen = Seen(
            tables=tables,
            noted=self._alice.noted,
            deaths=played.deaths,
            journal=[entry for turn in turns for value in turn.values for entry in self._ground.journal.about(value)],
            asked=[entry for turn in turns for value in turn.values for entry in self._ground.asked.about(value)],
            shown={turn.thread_id: self._alice.entries.get(turn.thread_id, []) for turn in turns},
        )
        played.seen = seen
        played.breaches += invariants.breaches(seen)
        played.breaches += await self._chains.verify(self._connection)
        played.unknown = sum(entry["action"] == "call.unknown" for entry in tables["audit"])
        played.effects = sum(entry["event"] == "received" for entry in seen.journal)

    async def _at_rest(self, threads: Sequence[str]) -> None:
        ids = [UUID(thread) for thread in threads]
        while invariants.what_moves(await read(self._connection, ids, MOVING)):
            await asyncio.sleep(0.1)

    async def _let_expire(self, call_id: str) -> None:
        """Time passes for this call."""
        await self._connection.execute("update calls set expires_at = now() where id = %s", (UUID(call_id),))
        await self._connection.execute(
            "update procrastinate_jobs set scheduled_at = now() where task_name = 'expire' and args ->> 'call_id' = %s",
            (call_id,),
        )

    async def _set_policy(self) -> None:
        """Looking is allowed, and keeping may be repeated: what an admin of the tenant has said."""
        (user,) = await (await self._connection.execute("select tenant_id, id from users")).fetchall()
        tenant = user["tenant_id"]
        for tool, effect in EFFECTS.items():
            await self._connection.execute(
                "insert into tool_classes (tenant_id, server_id, tool, effect) values (%s, 'journal', %s, %s)",
                (tenant, tool, effect),
            )
        await self._connection.execute(
            "insert into rules (id, tenant_id, layer, name, server_id, tool, verdict) "
            "values (gen_random_uuid(), %s, 'tool', 'Looking is free', 'journal', 'look', 'allow')",
            (tenant,),
        )

    def _start(self, number: int) -> None:
        log = self._folder / f"server-{number}.log"
        settings = self._ground.settings(self._urls, self._folder, self._ports[number])
        log.write_text("")
        self._servers[number] = ForkedInterlock("serve", settings, log, self.arming)

    def _kill_first(self) -> None:
        self._servers[0].process.kill()

    def _kill_all(self) -> None:
        for server in self._servers.values():
            if server.alive:
                server.kill()


@asynccontextmanager
async def a_lane(ground: Ground, servers: int = 1) -> AsyncIterator[Lane]:
    """A fresh database with its servers running and a person signed in."""
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(ground.database())
        folder = ground.folder / f"lane-{uuid4().hex[:8]}"
        folder.mkdir()
        lane = Lane(ground, urls, folder, servers)
        await lane.open(stack)
        yield lane


async def _end_of(server: ForkedInterlock, back: "asyncio.Task[None] | None") -> None:
    """Waits until the process is dead; what goes wrong while the person comes back, and it lives, is raised."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(server.process.sentinel, ended.set)
    death = asyncio.create_task(ended.wait())
    try:
        await asyncio.wait({death} if back is None else {death, back}, return_when=asyncio.FIRST_COMPLETED)
        if not death.done() and back is not None:
            # The connection may know of the death before the kernel tells of it here.
            await asyncio.wait({death}, timeout=0 if back.exception() is None else 1)
            if not death.done():
                back.result()
                await death
    finally:
        death.cancel()
        loop.remove_reader(server.process.sentinel)
    server.process.join()


async def _first_failure(taking: "asyncio.Task[None]", keeping: "Sequence[asyncio.Task[None]]") -> None:
    """Waits for the end of the turns; what goes wrong beside them is raised at once."""
    await asyncio.wait((taking, *keeping), return_when=asyncio.FIRST_COMPLETED)
    for task in (*keeping, taking):
        if task.done():
            task.result()
