"""Who belongs to the organisation, and as what: what an admin says counts at once, and stays."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.person import Person
from tests.platform.place import Place


async def id_of(admin: Person, name: str) -> str:
    members = (await admin.ok("GET", "/api/members"))["members"]
    return str(next(each["id"] for each in members if each["name"] == name))


async def member(admin: Person, name: str) -> dict[str, Any]:
    members = (await admin.ok("GET", "/api/members"))["members"]
    found: dict[str, Any] = next(each for each in members if each["name"] == name)
    return found


async def refused(person: Person, user_id: str, **change: Any) -> tuple[int, str]:
    answer = await person.api("PATCH", f"/api/members/{user_id}", change)
    return answer.status_code, answer.json()["code"]


async def test_the_members_are_those_of_the_tenant(alice: Person, bob: Person, carol: Person, mallory: Person) -> None:
    await alice.ok("PATCH", f"/api/members/{await id_of(alice, 'Bob')}", {"active": False})
    seen_by_alice = (await alice.ok("GET", "/api/members"))["members"]
    assert [(each["name"], each["roles"], each["active"]) for each in seen_by_alice] == [
        ("Alice", ["owner"], True),
        ("Carol", ["approver"], True),
        ("Bob", ["member"], False),
    ]
    assert (seen_by_alice[0]["sessions"], seen_by_alice[0]["source"]) == (1, "interlock-dev")
    assert seen_by_alice[0]["seen_at"] is not None
    assert (seen_by_alice[2]["sessions"], seen_by_alice[2]["seen_at"]) == (0, None)
    # Who only names people in rules sees those who can sign in, and nothing more of them.
    seen_by_carol = (await carol.ok("GET", "/api/members"))["members"]
    assert [each["name"] for each in seen_by_carol] == ["Alice", "Carol"]
    assert set(seen_by_carol[0]) == {"id", "name", "email", "roles"}
    await alice.ok("PATCH", f"/api/members/{await id_of(alice, 'Bob')}", {"active": True})


async def test_roles_count_at_once_by_every_door_and_stay_at_the_next_sign_in(
    place: Place, alice: Person, bob: Person
) -> None:
    thread_id, user_id = await bob.new_thread(), await id_of(alice, "Bob")
    await alice.ok("PATCH", f"/api/members/{user_id}", {"roles": ["viewer"]})
    await bob.until(lambda: ("me", {}) in bob.news)
    me = await bob.ok("GET", "/api/me")
    assert (me["roles"], "runs.start" in me["rights"]) == (["viewer"], False)
    said = await bob.emit("run.start", thread_id=thread_id, run_id=str(uuid4()), text="Do it")
    assert said["error"]["code"] == "forbidden"
    assert (await bob.api("POST", "/api/threads", {})).status_code == 403
    async with place.person("bob") as again:
        assert (await again.ok("GET", "/api/me"))["roles"] == ["viewer"]
    assert (await member(alice, "Bob"))["roles_set"]
    await alice.ok("PATCH", f"/api/members/{user_id}", {"roles": None})
    async with place.person("bob") as again:
        assert (await again.ok("GET", "/api/me"))["roles"] == ["member"]
    assert not (await member(alice, "Bob"))["roles_set"]


async def test_of_owners_only_an_owner_disposes(alice: Person, bob: Person, dave: Person) -> None:
    hers, his = await id_of(dave, "Alice"), await id_of(dave, "Bob")
    assert await refused(dave, hers, roles=["member"]) == (403, "forbidden")
    assert await refused(dave, hers, active=False) == (403, "forbidden")
    assert await refused(dave, his, roles=["owner"]) == (403, "forbidden")
    assert (await dave.api("DELETE", f"/api/members/{hers}/sessions")).status_code == 403
    assert (await alice.ok("GET", "/api/me"))["roles"] == ["owner"]


async def test_the_last_owner_stays_one_however_many_try_at_once(alice: Person, bob: Person) -> None:
    hers, his = await id_of(alice, "Alice"), await id_of(alice, "Bob")
    assert await refused(alice, hers, roles=["admin"]) == (409, "last_owner")
    assert await refused(alice, hers, active=False) == (409, "own_account")
    await alice.ok("PATCH", f"/api/members/{his}", {"roles": ["owner"]})
    answers = await asyncio.gather(
        alice.api("PATCH", f"/api/members/{his}", {"roles": ["member"]}),
        bob.api("PATCH", f"/api/members/{hers}", {"roles": ["member"]}),
    )
    assert sorted(answer.status_code for answer in answers) in ([204, 403], [204, 409])
    left = alice if answers[0].is_success else bob
    owners = [each["name"] for each in (await left.ok("GET", "/api/members"))["members"] if "owner" in each["roles"]]
    assert owners == ["Alice" if left is alice else "Bob"]
    if left is bob:
        await bob.ok("PATCH", f"/api/members/{hers}", {"roles": ["owner"]})
    await alice.ok("PATCH", f"/api/members/{his}", {"roles": None})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"roles": ["king"]}, "/roles/0"),
        ({"roles": []}, "/roles"),
        ({"name": "Robert"}, "/name"),
        ({"active": 3}, "/active"),
    ],
)
async def test_a_change_that_means_nothing_is_refused_with_its_place(
    body: dict[str, Any], field: str, alice: Person
) -> None:
    answer = await alice.api("PATCH", f"/api/members/{uuid4()}", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_others_members_are_nobodys(place: Place, alice: Person, mallory: Person) -> None:
    hers, nobodys = await id_of(alice, "Alice"), str(uuid4())
    await place.sql("update users set roles = '{owner}' where name = 'Mallory'")
    for user_id in (hers, nobodys):
        assert await refused(mallory, user_id, active=False) == (404, "not_found")
        assert (await mallory.api("GET", f"/api/members/{user_id}/sessions")).status_code == 404
        assert (await mallory.api("DELETE", f"/api/members/{user_id}/sessions")).status_code == 404
    assert alice.sio.connected
