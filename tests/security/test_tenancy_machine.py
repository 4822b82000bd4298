"""Transactions of 200 tenants over a pool of two connections, in whatever order, some failing and some cancelled.

No transaction sees a row of another tenant or misses one of its own, and none leaves its scope on a connection. A share
runs every time; `--long` runs 20,000 transactions and more.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.database import Database, Scope
from tests.conftest import Urls

TENANTS = [uuid4() for _ in range(200)]
CONNECTIONS = 2
MOST_AT_ONCE = 4
SETTINGS = text("select current_setting('app.tenant', true), current_setting('app.secret', true)")
ROWS = text("select id, slug from tenants")
ADD = text("insert into tenants (id, slug, name) values (:id, 'a', 'A') on conflict (id) do update set name = 'B'")
TAKE = text("update tenants set name = 'mine' where id <> cast(:id as uuid)")
Ending = Literal["commit", "raise", "wrong sql", "timeout", "foreign insert", "set"]
endings: tuple[Ending, ...] = ("commit", "raise", "wrong sql", "timeout", "foreign insert", "set")
tenants = st.integers(0, len(TENANTS) - 1)


class Undone(Exception):
    """Thrown in a transaction that is to leave nothing."""


class Turn:
    """One transaction in a task of its own, which does what it is told, step by step."""

    def __init__(self, database: Database, scope: Scope, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        self._scope = scope
        self.wrote = False
        self.begun = asyncio.Event()
        self._told: asyncio.Queue[tuple[str, asyncio.Future[Any]]] = asyncio.Queue()
        self.task = asyncio.create_task(self._run(database))

    async def tell(self, what: str) -> Any:
        """What came of it; None where it ended the transaction."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        await self._told.put((what, done))
        async with asyncio.timeout(30):
            await asyncio.wait({done, self.task}, return_when=asyncio.FIRST_COMPLETED)
        return done.result() if done.done() else None

    async def _run(self, database: Database) -> None:
        async with database.transaction(self._scope) as session:
            self.begun.set()
            while True:
                what, done = await self._told.get()
                if what == "commit":
                    return
                done.set_result(await self._do(session, what))

    async def _do(self, session: AsyncSession, what: str) -> Any:
        match what:
            case "read":
                (scope,) = (await session.execute(SETTINGS)).all()
                return tuple(scope), {row.id for row in (await session.execute(ROWS)).all()}
            case "write":
                await session.execute(ADD, {"id": self.tenant_id})
                self.wrote = True
            case "take":
                taken = await session.execute(TAKE, {"id": str(self.tenant_id)})
                return getattr(taken, "rowcount", None)
            case "raise":
                raise Undone
            case "wrong sql":
                await session.execute(text("select no_such_thing"))
            case "timeout":
                await session.execute(text("set local statement_timeout = 1"))
                await session.execute(text("select pg_sleep(20)"))
            case "foreign insert":
                await session.execute(ADD, {"id": uuid4()})
            case "set":
                await session.execute(text("select set_config('app.secret', 'ff', true)"))
                raise Undone
            case "sleep":
                await session.execute(text("select pg_sleep(60)"))
        return True


class TenancyMachine(RuleBasedStateMachine):
    """`there` are the tenants whose row was committed."""

    database: Database
    scope: type[Scope] = Scope
    run: Callable[[Coroutine[Any, Any, Any]], Any]
    there: set[UUID]
    counted: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[Turn] = []

    @property
    def open(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.begun.is_set()]

    @precondition(lambda self: len(self.turns) < MOST_AT_ONCE)
    @rule(tenant=tenants)
    def begin(self, tenant: int) -> None:
        self.run(self._begin(TENANTS[tenant]))

    async def _begin(self, tenant_id: UUID) -> None:
        # Two at once for one tenant would wait for each other's row.
        if all(turn.tenant_id != tenant_id for turn in self.turns):
            self.counted["begun"] += 1
            self.turns.append(Turn(self.database, self.scope(tenant_id=tenant_id), tenant_id))
        await self._settle()

    async def _settle(self) -> None:
        """Waits until as many have begun as there are connections for."""
        async with asyncio.timeout(30):
            while len(self.open) < min(CONNECTIONS, len(self.turns)):
                waiting = [asyncio.create_task(turn.begun.wait()) for turn in self.turns if not turn.begun.is_set()]
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for each in waiting:
                    each.cancel()

    @precondition(lambda self: self.open)
    @rule(number=st.integers(0, CONNECTIONS - 1))
    def read(self, number: int) -> None:
        turn = self.open[number % len(self.open)]
        scope, rows = self.run(turn.tell("read"))
        assert scope == (str(turn.tenant_id), "")
        own = {turn.tenant_id} if turn.wrote or turn.tenant_id in self.there else set()
        assert rows == own, f"{turn.tenant_id} sees {rows}"

    @precondition(lambda self: self.open)
    @rule(number=st.integers(0, CONNECTIONS - 1), what=st.sampled_from(("write", "take")))
    def change(self, number: int, what: str) -> None:
        turn = self.open[number % len(self.open)]
        assert self.run(turn.tell(what)) == (0 if what == "take" else True)

    @precondition(lambda self: self.open)
    @rule(number=st.integers(0, CONNECTIONS - 1), ending=st.sampled_from(endings))
    def end(self, number: int, ending: Ending) -> None:
        self.counted[ending] += 1
        self.run(self._end(self.open[number % len(self.open)], ending))

    async def _end(self, turn: Turn, ending: Ending) -> None:
        await turn.tell(ending)
        (outcome,) = await asyncio.gather(turn.task, return_exceptions=True)
        expected = {"commit": type(None), "raise": Undone, "set": Undone}.get(ending, DBAPIError)
        assert isinstance(outcome, expected), outcome
        if ending == "commit" and turn.wrote:
            self.there.add(turn.tenant_id)
        self.turns.remove(turn)
        await self._settle()

    @precondition(lambda self: self.turns)
    @rule(number=st.integers(0, MOST_AT_ONCE - 1), asleep=st.booleans())
    def cancel(self, number: int, asleep: bool) -> None:
        """In mid-statement, between two, or while it still waits for a connection."""
        self.counted["cancel"] += 1
        self.run(self._cancel(self.turns[number % len(self.turns)], asleep))

    async def _cancel(self, turn: Turn, asleep: bool) -> None:
        if asleep and turn.begun.is_set():
            telling = asyncio.create_task(turn.tell("sleep"))
            await asyncio.sleep(0)
            turn.task.cancel()
            await telling
        turn.task.cancel()
        (outcome,) = await asyncio.gather(turn.task, return_exceptions=True)
        assert isinstance(outcome, asyncio.CancelledError)
        self.turns.remove(turn)
        await self._settle()

    @invariant()
    def a_connection_that_nobody_uses_has_no_scope(self) -> None:
        if len(self.open) < CONNECTIONS:
            self.run(self._bare())

    async def _bare(self) -> None:
        async with self.database._engine.connect() as connection:
            assert (await connection.execute(SETTINGS)).one() in {("", ""), (None, None)}
            assert (await connection.execute(ROWS)).all() == []

    def teardown(self) -> None:
        for turn in list(self.turns):
            self.run(self._cancel(turn, asleep=False))


class Outliving(Scope):
    """A scope that stays on its connection after its transaction."""

    def begin(self) -> str:
        return f"{super().begin()}; select set_config('app.tenant', '{self.tenant_id}', false)"


@contextmanager
def a_machine(urls: Urls, scope: type[Scope] = Scope) -> Iterator[type[TenancyMachine]]:
    with asyncio.Runner() as runner:
        database = Database.connect(urls.runtime, pool_size=CONNECTIONS)
        # No more of them than these, however many wait.
        vars(database._engine.sync_engine.pool)["_max_overflow"] = 0
        fields = {"database": database, "scope": scope, "there": set[UUID](), "counted": Counter[str]()}
        yield type("Machine", (TenancyMachine,), {**fields, "run": staticmethod(runner.run)})
        runner.run(database.close())


def test_no_order_of_transactions_shows_a_tenant_anothers_row_or_leaves_a_scope_behind(
    urls: Urls, pytestconfig: pytest.Config
) -> None:
    at_least = 20_000 if pytestconfig.getoption("--long") else 200
    with a_machine(urls) as machine:
        while machine.counted["begun"] < at_least:
            run_state_machine_as_test(machine, settings=settings(
                max_examples=max(10, at_least // 20), stateful_step_count=50, deadline=None, database=None,
                suppress_health_check=list(HealthCheck),
            ))  # fmt: skip
        assert set(machine.counted) == {"begun", "cancel", *endings}, machine.counted


def test_a_scope_that_outlives_its_transaction_is_found(urls: Urls) -> None:
    with a_machine(urls, Outliving) as machine:
        one = machine()
        one.begin(0)
        one.read(0)
        one.end(0, "commit")
        with pytest.raises(AssertionError):
            one.a_connection_that_nobody_uses_has_no_scope()
