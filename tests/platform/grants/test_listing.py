"""Everybody sees the grants that hold for them, and whoever manages them all."""

from uuid import uuid4

import pytest

from interlock_platform.grants import store
from tests.person import Person
from tests.platform.grants.giving import Office, grants, me, problem


async def test_each_sees_their_own_and_everybodys(
    office: Office, alice: Person, bob: Person, carol: Person, mallory: Person
) -> None:
    alices = await office.give(alice)
    everybodys = await office.give(alice, user_id=None)
    bobs = await office.give(bob)
    given = await office.give(alice, user_id=await me(bob))
    assert await grants(bob) == [given, bobs, everybodys]
    assert await grants(alice) == [everybodys, alices]
    assert await grants(carol) == [everybodys]
    assert await grants(alice, "tenant") == [given, bobs, everybodys, alices]
    for member in (bob, carol):
        status, said = await problem(member, "GET", "/api/grants?scope=tenant")
        assert (status, said["code"]) == (403, "forbidden")
    assert await grants(mallory) == []
    assert (await problem(alice, "GET", "/api/grants?scope=all"))[0] == 422


async def test_of_too_many_those_that_ended_are_left_out_first(office: Office, alice: Person) -> None:
    kept, revoked, expired, newest = [await office.give(alice) for _ in range(4)]
    await alice.ok("DELETE", f"/api/grants/{revoked['id']}")
    await office.place.sql("update grants set expires_at = now() where id = %s", expired["id"])
    for limit, wanted in ((1, [newest]), (2, [newest, kept]), (3, [newest, expired, kept])):
        async with office.database.transaction(office.scope) as session:
            found = await store.list_grants(session, None, limit)
        assert [str(each.grant.id) for each in found] == [each["id"] for each in wanted]


@pytest.mark.parametrize("change", ["grants_end", "another_definition", "gone"])
async def test_a_grant_is_void_when_its_tool_is_not_what_it_was(change: str, office: Office, alice: Person) -> None:
    own, everybodys = await office.give(alice), await office.give(alice, user_id=None)
    assert [each["state"] for each in await grants(alice)] == ["live", "live"]
    if change == "grants_end":
        await office.place.sql("update grants set uses_left = 0")
        wanted = "used_up"
    else:
        entries = [f"journal/{'0' * 64}"] if change == "another_definition" else []
        await office.place.sql(
            "insert into toolsets (tenant_id, user_id, revision, definitions) "
            "select tenant_id, user_id, 1000 + max(revision), %s::text[] "
            "from toolsets where user_id = %s group by 1, 2",
            entries, await me(alice),
        )  # fmt: skip
        wanted = "void"
    try:
        assert {each["id"]: each["state"] for each in await grants(alice)} == {
            own["id"]: wanted,
            everybodys["id"]: wanted,
        }
    finally:
        await office.place.sql("delete from toolsets where revision >= 1000")


async def test_everybodys_is_void_once_nobody_has_the_tool(office: Office, alice: Person, bob: Person) -> None:
    own, everybodys = await office.give(alice), await office.give(alice, user_id=None)
    await bob.ok("POST", "/api/servers/journal/connect")
    states = []
    for person in (alice, bob):
        await person.ok("POST", "/api/servers/journal/disconnect")
        states.append([each["state"] for each in await grants(alice)])
    assert states == [["live", "void"], ["void", "void"]]
    await alice.ok("POST", "/api/servers/journal/connect")
    shown = {each["id"]: each["state"] for each in await grants(alice)}
    assert shown == {own["id"]: "live", everybodys["id"]: "live"}


async def test_somebody_who_left_is_still_named_somehow(office: Office, alice: Person) -> None:
    await office.give(alice)
    await office.place.sql("update grants set given_by = %s", uuid4())
    (shown,) = await grants(alice)
    assert shown["given_by"]["name"] == "Somebody who left"


async def test_a_chat_takes_its_grants_with_it(office: Office, alice: Person) -> None:
    thread_id = await alice.new_thread()
    kept = await office.give(alice)
    await office.give(alice, thread_id=thread_id)
    await alice.ok("DELETE", f"/api/threads/{thread_id}")
    assert await grants(alice) == [kept]
