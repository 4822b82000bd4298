"""Each use of a grant is counted once, and nothing begins by one that has ended."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from interlock_platform.database import Scope
from interlock_platform.grants import store
from tests.person import Person
from tests.platform.grants.giving import Office, grants, tenant_of

RACERS = 16


async def use(office: Office, grant: dict[str, Any]) -> bool:
    async with office.database.transaction(office.scope) as session:
        return await store.use(session, UUID(grant["id"]))


async def still_live(office: Office, grant: dict[str, Any]) -> bool:
    async with office.database.transaction(office.scope) as session:
        return await store.still_live(session, UUID(grant["id"]))


async def as_shown(person: Person, grant: dict[str, Any]) -> dict[str, Any]:
    (found,) = [each for each in await grants(person) if each["id"] == grant["id"]]
    return found


async def test_a_use_is_counted(office: Office, alice: Person) -> None:
    counted, uncounted = await office.give(alice, uses=2), await office.give(alice)
    before = datetime.now(UTC)
    assert await use(office, counted)
    assert await use(office, uncounted)
    after = datetime.now(UTC)
    for grant, left in ((counted, 1), (uncounted, None)):
        shown = await as_shown(alice, grant)
        assert (shown["uses_left"], shown["used"], shown["state"]) == (left, 1, "live")
        assert before <= datetime.fromisoformat(shown["used_at"]) <= after
    assert await use(office, counted)
    shown = await as_shown(alice, counted)
    assert (shown["uses_left"], shown["used"], shown["state"]) == (0, 2, "used_up")
    assert not await use(office, counted)
    assert await as_shown(alice, counted) == shown


@pytest.mark.parametrize("uses", [1, 5, 15])
async def test_of_sixteen_at_once_nobody_shares_the_last_use(uses: int, office: Office, alice: Person) -> None:
    grant = await office.give(alice, uses=uses)
    answers = await asyncio.gather(*(use(office, grant) for _ in range(RACERS)))
    assert sorted(answers) == [False] * (RACERS - uses) + [True] * uses
    shown = await as_shown(alice, grant)
    assert (shown["uses_left"], shown["used"]) == (0, uses)


async def test_a_use_that_is_rolled_back_is_none(office: Office, alice: Person) -> None:
    grant = await office.give(alice, uses=1)
    async with office.database.transaction(office.scope) as session:
        assert await store.use(session, UUID(grant["id"]))
        await session.rollback()
    assert (await as_shown(alice, grant))["uses_left"] == 1
    assert await use(office, grant)


async def test_what_has_ended_has_no_use(office: Office, alice: Person, mallory: Person) -> None:
    revoked, expired, whole = [await office.give(alice) for _ in range(3)]
    await alice.ok("DELETE", f"/api/grants/{revoked['id']}")
    await office.place.sql("update grants set expires_at = clock_timestamp() where id = %s", expired["id"])
    for ended in (revoked, expired, {"id": str(uuid4())}):
        assert not await use(office, ended)
        assert not await still_live(office, ended)
    theirs = Scope(tenant_id=UUID(await tenant_of(mallory)))
    async with office.database.transaction(theirs) as session:
        assert not await store.use(session, UUID(whole["id"]))
        assert not await store.still_live(session, UUID(whole["id"]))
    assert [each["used"] for each in await grants(alice)] == [0, 0, 0]
    assert await still_live(office, whole)


async def test_a_grant_that_expires_while_somebody_waits_is_not_used(office: Office, alice: Person) -> None:
    grant = await office.give(alice)
    async with office.database.transaction(office.scope) as session:
        await store.now(session)
        await office.place.sql("update grants set expires_at = clock_timestamp() where id = %s", grant["id"])
        assert not await store.use(session, UUID(grant["id"]))
        assert not await store.still_live(session, UUID(grant["id"]))


async def test_the_call_that_had_the_last_use_still_runs_by_it(office: Office, alice: Person) -> None:
    grant = await office.give(alice, uses=1)
    assert await use(office, grant)
    assert await still_live(office, grant)
    await alice.ok("DELETE", f"/api/grants/{grant['id']}")
    assert not await still_live(office, grant)


async def test_nothing_begins_by_a_grant_once_its_revocation_is_answered(office: Office, alice: Person) -> None:
    grant = await office.give(alice)

    async def waiting() -> int:
        held = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'UPDATE grants%%'"
        return int((await office.place.sql(held))[0][0])

    async with office.database.transaction(office.scope) as session:
        assert await store.still_live(session, UUID(grant["id"]))
        revoking = asyncio.create_task(alice.ok("DELETE", f"/api/grants/{grant['id']}"))
        # The call that looked first begins first: the answer comes after it has.
        await office.place.eventually(waiting, 1)
        assert not revoking.done()
    await revoking
    assert not await still_live(office, grant)


async def test_looking_does_not_hold_up_others_who_look(office: Office, alice: Person) -> None:
    grant = await office.give(alice)
    async with office.database.transaction(office.scope) as session, asyncio.timeout(30):
        assert await store.still_live(session, UUID(grant["id"]))
        assert await asyncio.gather(*(still_live(office, grant) for _ in range(4))) == [True] * 4
