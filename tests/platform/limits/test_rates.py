"""Several processes share a minute's amount: never more than that, and seldom a question to Postgres."""

import asyncio
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import event, text

from interlock_platform.database import Database, Scope
from interlock_platform.limits.rates import SHARES, Rates

MOST = 200


@pytest_asyncio.fixture(loop_scope="session")
async def tenant(database: Database) -> UUID:
    tenant_id = uuid4()
    async with database.transaction(Scope(tenant_id=tenant_id)) as session:
        await session.execute(text("insert into tenants (id, slug, name) values (:id, 'a', 'A')"), {"id": tenant_id})
    return tenant_id


async def granted(rates: Rates, tenant: UUID, times: int, most: int = MOST) -> int:
    standings = [await rates.take(tenant, "somebody", "messages_per_minute", most) for _ in range(times)]
    return sum(each.granted for each in standings)


async def minutes(database: Database, tenant: UUID) -> int:
    """How many minutes have begun in which something was counted: where it is one, nothing began anew."""
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        query = "select minute - (extract(epoch from now())::bigint / 60) from rate_windows"
        return int(-(await session.execute(text(query))).scalar_one())


async def test_four_processes_at_once_never_let_more_through_than_there_may_be(
    database: Database, tenant: UUID
) -> None:
    while True:
        processes = [Rates(database) for _ in range(4)]
        counts = await asyncio.gather(*(granted(rates, tenant, MOST) for rates in processes))
        # Where the minute ended meanwhile there were two amounts to have.
        if await minutes(database, tenant) == 0 and sum(counts) <= MOST:
            break
        assert sum(counts) <= 2 * MOST
    # And nothing is left over while somebody asks for it.
    assert sum(counts) == MOST


async def test_postgres_is_asked_for_a_share_and_not_for_each(database: Database, tenant: UUID) -> None:
    asked: list[str] = []
    engine = database._engine.sync_engine

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if "rate_windows" in statement:
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        await granted(Rates(database), tenant, 5 * MOST)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    # Twice, should the minute end meanwhile; what is refused costs nothing at all.
    assert len(asked) <= 2 * (SHARES + 1)


async def test_what_is_told_is_when_there_is_all_of_it_again(database: Database, tenant: UUID) -> None:
    now = 0.0
    rates = Rates(database, clock=lambda: now)
    await granted(rates, tenant, MOST)
    refused = await rates.take(tenant, "somebody", "messages_per_minute", MOST)
    assert (refused.granted, refused.left) == (False, 0)
    assert 0 < refused.seconds <= 60


async def test_tenants_and_people_are_counted_apart(database: Database, tenant: UUID) -> None:
    rates = Rates(database)
    assert (await rates.take(tenant, "alice", "messages_per_minute", 1)).granted
    assert (await rates.take(tenant, "bob", "messages_per_minute", 1)).granted
    assert (await rates.take(tenant, "alice", "calls_per_minute", 1)).granted
