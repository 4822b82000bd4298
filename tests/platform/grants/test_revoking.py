"""A grant is taken back at once, by whom it concerns, and they all hear of it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from interlock_platform.grants import store
from interlock_platform.grants.service import Grants
from interlock_platform.policy.judging import Judging
from tests.person import Person
from tests.platform.grants.giving import Office, grants, me, problem


async def revoke(person: Person, grant: dict[str, Any]) -> int:
    return (await person.api("DELETE", f"/api/grants/{grant['id']}")).status_code


async def record_of(office: Office, grant: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows = await office.place.sql(
        "select actor, data from audit where target = %s and action = 'grant.revoked'", grant["id"]
    )
    return rows


def told(person: Person, grant: dict[str, Any]) -> list[str]:
    """What has arrived about the grant."""
    return [body["state"] for kind, body in person.news if kind == "grant" and body["id"] == grant["id"]]


async def hears(person: Person, grant: dict[str, Any], state: str) -> None:
    """Waits until this is the last that the person was told about the grant."""
    await person.until(lambda: told(person, grant)[-1:] == [state])


async def test_whose_it_is_takes_it_back(office: Office, alice: Person, bob: Person) -> None:
    grant = await office.give(alice, user_id=await me(bob))
    assert await revoke(bob, grant) == 204
    (shown,) = await grants(bob)
    assert (shown["state"], shown["revoked_by"]) == ("revoked", {"id": await me(bob), "name": "Bob"})
    assert shown["revoked_at"] is not None
    assert await record_of(office, grant) == [(UUID(await me(bob)), {"user": await me(bob)})]


async def test_who_gave_it_takes_it_back_whatever_they_are_now(office: Office, alice: Person, carol: Person) -> None:
    grant = await office.give(alice, user_id=await me(carol))
    other = await office.give(carol)
    everybodys = await office.give(alice, user_id=None)
    await office.place.sql("update users set roles = array['member'] where id = %s", await me(alice))
    try:
        assert await revoke(alice, grant) == 204
        assert await revoke(alice, everybodys) == 204
        assert await revoke(alice, other) == 404
    finally:
        await office.place.sql("update users set roles = array['owner'] where name = 'Alice'")
    assert [each["state"] for each in await grants(carol)] == ["revoked", "void", "revoked"]


async def test_who_manages_grants_takes_back_anybodys(office: Office, alice: Person, bob: Person) -> None:
    grant = await office.give(bob)
    assert await revoke(alice, grant) == 204
    assert await record_of(office, grant) == [(UUID(await me(alice)), {"user": await me(bob)})]


async def test_others_take_back_nothing(
    office: Office, alice: Person, bob: Person, carol: Person, mallory: Person
) -> None:
    alices, everybodys = await office.give(alice), await office.give(alice, user_id=None)
    nobodys = await problem(bob, "DELETE", f"/api/grants/{uuid4()}")
    assert (nobodys[0], nobodys[1]["code"]) == (404, "not_found")
    for other in (bob, carol, mallory):
        assert await problem(other, "DELETE", f"/api/grants/{alices['id']}") == nobodys
    assert await problem(mallory, "DELETE", f"/api/grants/{everybodys['id']}") == nobodys
    for member in (bob, carol):
        status, said = await problem(member, "DELETE", f"/api/grants/{everybodys['id']}")
        assert (status, said["code"]) == (403, "forbidden")
    assert {each["state"] for each in await grants(alice)} == {"live"}
    assert await record_of(office, alices) == await record_of(office, everybodys) == []
    assert (await problem(alice, "DELETE", "/api/grants/everything"))[0] == 422


async def test_taken_back_by_many_at_once_it_is_taken_back_once(office: Office, alice: Person, bob: Person) -> None:
    grant = await office.give(bob)
    answers = await asyncio.gather(*(revoke(person, grant) for person in (alice, bob) for _ in range(8)))
    assert answers == [204] * 16
    (shown,) = await grants(bob)
    ((actor, _),) = await record_of(office, grant)
    assert shown["revoked_by"]["id"] == str(actor)


async def test_whom_it_concerns_hears_of_it(
    office: Office, alice: Person, bob: Person, carol: Person, mallory: Person
) -> None:
    async with office.place.person("bob") as elsewhere:
        bobs = await office.give(bob)
        assert await revoke(bob, bobs) == 204
        for person in (bob, elsewhere, alice):
            await hears(person, bobs, "revoked")
        everybodys = await office.give(alice, user_id=None)
        for person in (alice, bob, carol, elsewhere):
            await hears(person, everybodys, "live")
        # What comes later has come: what was not for them came to nobody.
        assert told(carol, bobs) == []
        assert told(mallory, bobs) == told(mallory, everybodys) == []


async def test_who_gave_it_hears_of_it_whatever_they_are_now(office: Office, alice: Person, bob: Person) -> None:
    grant = await office.give(alice, user_id=await me(bob))
    await office.place.sql("update users set roles = array['member'] where id = %s", await me(alice))
    try:
        assert await revoke(bob, grant) == 204
        await hears(alice, grant, "revoked")
    finally:
        await office.place.sql("update users set roles = array['owner'] where name = 'Alice'")


async def test_news_are_for_those_whom_it_concerns_now(
    office: Office, alice: Person, bob: Person, carol: Person
) -> None:
    service = Grants(office.database, Judging(), {})
    everybodys, bobs = await office.give(alice, user_id=None), await office.give(bob)

    async def news(user_id: str, grant: dict[str, Any]) -> dict[str, Any] | None:
        return await service.news(office.tenant_id, UUID(user_id), UUID(grant["id"]))

    for person in (alice, bob, carol):
        assert await news(await me(person), everybodys) == {"id": everybodys["id"], "state": "live"}
    assert await news(await me(bob), bobs) == {"id": bobs["id"], "state": "void"}
    assert await news(await me(carol), bobs) is None
    assert await news(str(await office.left()), everybodys) is None
    assert await news(str(uuid4()), everybodys) is None
    assert await news(await me(bob), {"id": str(uuid4())}) is None
    assert await service.news(uuid4(), UUID(await me(bob)), UUID(everybodys["id"])) is None


async def test_the_last_use_is_told(office: Office, alice: Person) -> None:
    grant = await office.give(alice, uses=2)
    await hears(alice, grant, "live")
    for _ in range(2):
        async with office.database.transaction(office.scope) as session:
            assert await store.use(session, UUID(grant["id"]))
    await hears(alice, grant, "used_up")
    assert told(alice, grant) == ["live", "used_up"]
