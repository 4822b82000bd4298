"""The record is written with the deed, in one chain per tenant."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.chain import MOST_BYTES
from interlock_platform.audit.store import record
from interlock_platform.audit.verification import verify
from interlock_platform.database import Database, Scope, Work, before_commit, conninfo
from tests.conftest import Urls
from tests.platform.audit.recording import SIGNER, exported, recorded

PATIENCE = 20.0


async def entries(database: Database, tenant: UUID) -> list[tuple[int, str, dict[str, Any]]]:
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        found = await session.execute(text("select seq, action, data from audit order by seq"))
        return [tuple(row) for row in found.all()]


async def head(database: Database, tenant: UUID) -> int:
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        found: int = (await session.execute(text("select seq from audit_heads"))).scalar_one()
        return found


async def record_and(database: Database, tenant: UUID, work: Work) -> None:
    """A transaction with an entry, and work that comes after its chaining."""
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        record(session, None, "thing.done", "a")
        before_commit(session, work)


async def is_whole(database: Database, tenant: UUID, count: int) -> None:
    report = verify(await exported(database, tenant), public_key=SIGNER.public_key)
    assert (report.findings, report.entries) == ([], count)


async def test_the_entries_of_a_transaction_are_numbered_in_their_order_and_say_who_when_and_what(
    database: Database,
) -> None:
    tenant, ann = uuid4(), uuid4()
    before = datetime.now(UTC)
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        record(session, ann, "first.done", "a", text="Größe\x00 \ud800", many=[1, {"deep": None}], flag=True)
        record(session, None, "second.done", "b")
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        rows = (
            await session.execute(text("select seq, at, actor, action, target, data from audit order by seq"))
        ).all()
    assert [(row.seq, row.actor, row.action, row.target) for row in rows] == [
        (1, ann, "first.done", "a"),
        (2, None, "second.done", "b"),
    ]
    assert rows[0].data == {"text": "Größe ?", "many": [1, {"deep": None}], "flag": True}
    assert all(abs((row.at - before).total_seconds()) < 60 for row in rows)
    await is_whole(database, tenant, 2)


async def test_a_transaction_that_is_rolled_back_leaves_no_entry_and_no_gap(database: Database) -> None:
    tenant = uuid4()
    await recorded(database, tenant, 1)

    async def fail() -> None:
        async with database.transaction(Scope(tenant_id=tenant)) as session:
            record(session, None, "thing.undone", "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await recorded(database, tenant, 1)
    assert [entry[:2] for entry in await entries(database, tenant)] == [(1, "thing.done"), (2, "thing.done")]


async def test_a_failure_after_the_chaining_takes_the_entries_back_too(database: Database) -> None:
    tenant = uuid4()

    async def fail(session: AsyncSession) -> None:
        await session.execute(text("select 1 / 0"))

    with pytest.raises(Exception, match="division by zero"):
        await record_and(database, tenant, fail)
    assert await entries(database, tenant) == []
    await recorded(database, tenant, 3)
    await is_whole(database, tenant, 3)


async def test_what_is_done_in_a_savepoint_is_recorded_if_the_savepoint_holds(database: Database) -> None:
    tenant = uuid4()
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        record(session, None, "outside.done", "a")
        async with session.begin_nested():
            record(session, None, "kept.done", "b")
        undone = await session.begin_nested()
        record(session, None, "lost.done", "c")
        async with session.begin_nested():
            record(session, None, "inner.done", "d")
        await undone.rollback()
        record(session, None, "after.done", "e")
    found = [entry[:2] for entry in await entries(database, tenant)]
    assert found == [(1, "outside.done"), (2, "kept.done"), (3, "after.done")]


async def test_if_all_that_was_recorded_is_undone_nothing_is_written_or_locked(database: Database) -> None:
    tenant = uuid4()
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        savepoint = await session.begin_nested()
        record(session, None, "lost.done", "a")
        await savepoint.rollback()
    assert await entries(database, tenant) == []


async def test_what_comes_after_the_chaining_is_refused_and_never_lost_in_silence(database: Database) -> None:
    tenant = uuid4()

    async def late(session: AsyncSession) -> None:
        record(session, None, "late.done", "b")

    with pytest.raises(RuntimeError, match=r"late\.done comes too late"):
        await record_and(database, tenant, late)
    assert await entries(database, tenant) == []


async def test_without_a_tenant_nothing_can_be_done_on_the_record(database: Database) -> None:
    with pytest.raises(RuntimeError, match="belongs to a tenant, and this transaction has none"):
        async with database.transaction(Scope()) as session:
            record(session, None, "thing.done", "a")


@pytest.mark.parametrize("value", [1.5, uuid4(), datetime.now(UTC), 2**53, {1: "a"}, {"ä": 1}, b"x", {"deep": [0.1]}])
async def test_what_does_not_read_back_as_it_was_written_is_refused_at_once(database: Database, value: object) -> None:
    async with database.transaction(Scope(tenant_id=uuid4())) as session:
        with pytest.raises(TypeError, match="can't be recorded"):
            record(session, None, "thing.done", "a", value=value)


async def test_an_entry_that_no_verification_would_read_is_not_written(database: Database) -> None:
    tenant = uuid4()
    with pytest.raises(ValueError, match="bytes long"):
        async with database.transaction(Scope(tenant_id=tenant)) as session:
            record(session, None, "thing.done", "a", text="x" * MOST_BYTES)
    assert await entries(database, tenant) == []


async def test_transactions_of_one_tenant_at_once_make_one_chain_without_a_gap(database: Database) -> None:
    tenant, other = uuid4(), uuid4()

    async def work(number: int) -> None:
        for turn in range(25):
            async with database.transaction(Scope(tenant_id=other if number == 7 else tenant)) as session:
                record(session, None, "thing.done", f"{number}", turn=turn)
                if turn % 5 == 0:
                    record(session, None, "thing.done", f"{number}", turn=turn, more=True)

    await asyncio.gather(*(work(number) for number in range(8)))
    await is_whole(database, tenant, 7 * 30)
    await is_whole(database, other, 30)
    lines = await exported(database, tenant)
    times = [line.split(b'"at":"')[1][:32] for line in lines if b'"action"' in line]
    assert times == sorted(times), "the chain is in the order of time"


async def test_a_tenant_whose_chain_is_held_makes_nobody_else_wait(database: Database) -> None:
    one, other = uuid4(), uuid4()
    await recorded(database, one, 1)
    async with chain_held(database, one):
        async with asyncio.timeout(PATIENCE):
            await recorded(database, other, 5)
        assert await head(database, other) == 5
        assert await head(database, one) == 1
        waiting = asyncio.create_task(recorded(database, one, 1))
        async with asyncio.timeout(PATIENCE):
            while not await somebody_waits(database):
                assert not waiting.done()
    await waiting
    await is_whole(database, one, 3)


@asynccontextmanager
async def chain_held(database: Database, tenant: UUID) -> AsyncIterator[None]:
    """While the block runs, a transaction of the tenant has chained its entry and not committed."""
    chained, go_on = asyncio.Event(), asyncio.Event()

    async def hold(session: AsyncSession) -> None:
        chained.set()
        await go_on.wait()

    transacting = asyncio.create_task(record_and(database, tenant, hold))
    async with asyncio.timeout(PATIENCE):
        await chained.wait()
    yield
    go_on.set()
    await transacting


async def somebody_waits(database: Database) -> bool:
    async with database.transaction(Scope()) as session:
        return bool(
            (await session.execute(text("select exists (select from pg_locks where not granted)"))).scalar_one()
        )


@pytest.mark.parametrize(
    "statement",
    [
        "update audit set action = 'nothing'",
        "delete from audit",
        "truncate audit",
        "delete from audit_heads",
        "truncate audit_heads",
        "alter table audit disable row level security",
        "drop table audit",
    ],
)
async def test_who_serves_can_only_add_to_the_record(urls: Urls, database: Database, statement: str) -> None:
    tenant = uuid4()
    await recorded(database, tenant, 2)
    async with await psycopg.AsyncConnection.connect(conninfo(urls.runtime), autocommit=True) as connection:
        await connection.execute("select set_config('app.tenant', %s, false)", (str(tenant),))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(statement.encode())
    await is_whole(database, tenant, 2)


async def test_the_record_of_another_tenant_is_neither_read_nor_added_to(urls: Urls, database: Database) -> None:
    ours, theirs = uuid4(), uuid4()
    await recorded(database, ours, 2)
    async with await psycopg.AsyncConnection.connect(conninfo(urls.runtime), autocommit=True) as connection:
        await connection.execute("select set_config('app.tenant', %s, false)", (str(theirs),))
        for table in (b"audit", b"audit_heads"):
            rows = await (await connection.execute(b"select count(*) from " + table)).fetchone()
            assert rows == (0,)
        changed = await connection.execute("update audit_heads set seq = 0")
        assert changed.rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("insert into audit values (%s, now(), null, 'a', 'b', '{}', 3, 'x')", (str(ours),))
    await is_whole(database, ours, 2)
