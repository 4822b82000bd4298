"""Transactions on pooled connections: each has its own scope and nothing else, on a connection that is alive."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.database import Database, Scope, conninfo
from tests.conftest import Urls

SCOPE = text("select current_setting('app.tenant', true), current_setting('app.secret', true)")


@pytest_asyncio.fixture(loop_scope="session")
async def one(urls: Urls) -> AsyncIterator[Database]:
    """Transactions one after the other on the same connection, as long as that lives."""
    database = Database.connect(urls.runtime, pool_size=1)
    yield database
    await database.close()


async def backend(session: AsyncSession) -> int:
    found: int = (await session.execute(text("select pg_backend_pid()"))).scalar_one()
    return found


async def scope_of(session: AsyncSession) -> tuple[str, str]:
    tenant, secret = (await session.execute(SCOPE)).one()
    return tenant, secret


class Undone(Exception):
    """What a transaction ends in that is to leave nothing."""


async def undone(database: Database, scope: Scope, *statements: str) -> None:
    async with database.transaction(scope) as session:
        for each in statements:
            await session.execute(text(each))
        raise Undone


async def add_tenant(session: AsyncSession, tenant_id: UUID) -> None:
    await session.execute(text("insert into tenants (id, slug, name) values (:id, 'a', 'A')"), {"id": tenant_id})


async def end(urls: Urls, *backends: int) -> None:
    """Ends these connections from the other side, and waits until they are gone."""
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser), autocommit=True) as connection:
        for each in backends:
            ended = await connection.execute("select pg_terminate_backend(%s, 20000)", (each,))
            assert await ended.fetchone() == (True,)


async def test_a_scope_ends_with_its_transaction_however_that_ends(one: Database) -> None:
    first, second = uuid4(), uuid4()
    async with one.transaction(Scope(tenant_id=first, secret_hash=b"\x01\xff")) as session:
        connection = await backend(session)
        assert await scope_of(session) == (str(first), "01ff")
    async with one.transaction(Scope()) as session:
        assert await scope_of(session) == ("", "")
    with pytest.raises(Undone):
        await undone(one, Scope(tenant_id=second), "select set_config('app.secret', 'another', true)")
    slow = "set local statement_timeout = 1; select pg_sleep(20)"
    with pytest.raises(OperationalError, match="statement timeout"):
        await undone(one, Scope(tenant_id=second), *slow.split("; "))
    # Without a transaction of ours around it, a connection of the pool sees nobody's rows.
    async with one._engine.connect() as bare:
        assert (await bare.execute(text("select pg_backend_pid()"))).scalar_one() == connection
        assert (await bare.execute(SCOPE)).one() == ("", "")


async def test_what_was_not_committed_is_not_there(one: Database) -> None:
    tenant = uuid4()
    with pytest.raises(Undone):
        await undone(
            one, Scope(tenant_id=tenant), "insert into tenants select current_setting('app.tenant')::uuid, 'a', 'A'"
        )
    count = text("select count(*) from tenants")
    async with one.transaction(Scope(tenant_id=tenant)) as session:
        assert (await session.execute(count)).scalar_one() == 0
        await add_tenant(session, tenant)
    async with one.transaction(Scope(tenant_id=tenant)) as session:
        assert (await session.execute(count)).scalar_one() == 1


async def test_a_transaction_that_is_cancelled_leaves_nothing_behind(one: Database) -> None:
    tenant, written = uuid4(), asyncio.Event()

    async def write() -> None:
        async with one.transaction(Scope(tenant_id=tenant)) as session:
            await add_tenant(session, tenant)
            written.set()
            await session.execute(text("select pg_sleep(60)"))

    task = asyncio.create_task(write())
    async with asyncio.timeout(20):
        await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with one.transaction(Scope(tenant_id=tenant)) as session:
        assert (await session.execute(text("select count(*) from tenants"))).scalar_one() == 0


async def test_a_connection_that_was_cut_while_nobody_used_it_is_replaced_unseen(one: Database, urls: Urls) -> None:
    async with one.transaction(Scope()) as session:
        cut = await backend(session)
    await end(urls, cut)
    tenant = uuid4()
    async with one.transaction(Scope(tenant_id=tenant)) as session:
        assert await backend(session) != cut
        assert await scope_of(session) == (str(tenant), "")


async def test_when_all_idle_connections_were_cut_each_transaction_still_gets_one_that_lives(urls: Urls) -> None:
    database = Database.connect(urls.runtime, pool_size=4)

    async def together(count: int) -> list[int]:
        all_have_one = asyncio.Barrier(count)

        async def alone() -> int:
            async with database.transaction(Scope()) as session:
                found = await backend(session)
                await all_have_one.wait()
                return found

        async with asyncio.timeout(20):
            return await asyncio.gather(*(alone() for _ in range(count)))

    cut = await together(4)
    await end(urls, *cut)
    assert not set(await together(4)) & set(cut)
    await database.close()


async def test_a_connection_that_is_cut_in_a_transaction_ends_that_and_not_the_next(one: Database, urls: Urls) -> None:
    tenant = uuid4()

    async def cut() -> None:
        async with one.transaction(Scope(tenant_id=tenant)) as session:
            await add_tenant(session, tenant)
            await end(urls, await backend(session))
            await session.execute(text("select 1"))

    with pytest.raises(OperationalError):
        await cut()
    async with one.transaction(Scope(tenant_id=tenant)) as session:
        assert (await session.execute(text("select count(*) from tenants"))).scalar_one() == 0


async def test_a_connection_that_has_anything_left_of_a_scope_is_thrown_away(
    one: Database, urls: Urls, caplog: pytest.LogCaptureFixture
) -> None:
    ours, theirs = uuid4(), uuid4()
    async with one.transaction(Scope(tenant_id=theirs)) as session:
        before = await backend(session)
        await session.execute(text(f"select set_config('app.tenant', '{theirs}', false)"))
    async with one.transaction(Scope(tenant_id=ours)) as session:
        assert await backend(session) != before
        assert (await scope_of(session))[0] == str(ours)
    assert "not clean" in caplog.text


async def test_a_connection_in_a_transaction_never_comes_out_of_the_pool(one: Database) -> None:
    async with one.transaction(Scope()) as session:
        before = await backend(session)
        driver = (await (await session.connection()).get_raw_connection()).driver_connection
    assert driver is not None
    await driver.execute("begin")
    async with one.transaction(Scope()) as session:
        assert await backend(session) != before
