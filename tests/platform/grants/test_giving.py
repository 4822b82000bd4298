"""Who gives which permission to whom, and what is no permission at all."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.person import Person
from tests.platform.grants.giving import Office, grants, me, problem


async def test_a_person_gives_one_for_themselves(office: Office, bob: Person) -> None:
    given = await office.give(bob)
    who = {"id": await me(bob), "name": "Bob"}
    given_at, expires_at = (datetime.fromisoformat(given[key]) for key in ("given_at", "expires_at"))
    assert expires_at - given_at == timedelta(days=30)
    assert given == {
        "id": given["id"], "scope": "always", "user": who, "thread_id": None, "thread_title": None,
        "server": "journal", "server_name": "Journal", "tool": "record", "definition_hash": office.definition_hash,
        "arguments": None, "condition": None, "unattended": False, "uses_left": None, "used": 0, "used_at": None,
        "expires_at": given["expires_at"], "given_by": who, "given_at": given["given_at"], "revoked_by": None,
        "revoked_at": None, "state": "void",
    }  # fmt: skip
    assert await grants(bob) == [given]


async def test_it_has_the_bounds_that_were_asked_for(office: Office, alice: Person) -> None:
    thread_id = await alice.new_thread()
    given = await office.give(
        alice, thread_id=thread_id, arguments={"value": "é", "n": 1.0}, condition="requester.email != ''",
        uses=10_000, days=1,
    )  # fmt: skip
    assert given["scope"] == "arguments"
    assert (given["thread_id"], given["thread_title"]) == (thread_id, "New chat")
    assert (given["arguments"], given["condition"]) == ({"n": 1, "value": "é"}, "requester.email != ''")
    assert (given["uses_left"], given["used"], given["state"]) == (10_000, 0, "live")
    lasts = datetime.fromisoformat(given["expires_at"]) - datetime.fromisoformat(given["given_at"])
    assert lasts == timedelta(days=1)
    ((kept,),) = await office.place.sql("select arguments from grants where id = %s", given["id"])
    assert kept == '{"n":1,"value":"é"}'


async def test_whoever_manages_grants_gives_them_to_others(office: Office, alice: Person, bob: Person) -> None:
    for_bob = await office.give(alice, user_id=await me(bob), unattended=True, uses=1)
    assert (for_bob["user"]["name"], for_bob["given_by"]["name"]) == ("Bob", "Alice")
    assert (for_bob["unattended"], for_bob["uses_left"], for_bob["scope"]) == (True, 1, "always")
    for_all = await office.give(alice, user_id=None)
    assert (for_all["user"], for_all["scope"], for_all["state"]) == (None, "everybody", "live")
    exact = await office.give(alice, user_id=None, arguments={"value": "x"})
    assert exact["scope"] == "everybody"
    thread_id = await bob.new_thread()
    in_thread = await office.give(alice, user_id=await me(bob), thread_id=thread_id)
    assert (in_thread["scope"], in_thread["thread_id"]) == ("thread", thread_id)


async def test_others_give_them_to_themselves_only(office: Office, alice: Person, bob: Person, carol: Person) -> None:
    for person in (bob, carol):
        nobody = await office.refused(person, user_id=str(uuid4()))
        assert nobody[0] == 403
        assert nobody[1]["code"] == "forbidden"
        assert all(word in nobody[1]["detail"] for word in ("owner", "admin", "other people's grants"))
        assert await office.refused(person, user_id=await me(alice)) == nobody
        assert await office.refused(person, user_id=None) == nobody
        assert await office.refused(person, unattended=True) == nobody
        assert (await office.give(person, user_id=await me(person)))["user"]["id"] == await me(person)
    assert len(await grants(alice, "tenant")) == 2


async def test_people_and_chats_of_others_are_as_those_that_do_not_exist(
    office: Office, alice: Person, bob: Person, mallory: Person
) -> None:
    nobody = await office.refused(alice, user_id=str(uuid4()))
    assert (nobody[0], nobody[1]["code"]) == (404, "not_found")
    assert await office.refused(alice, user_id=await me(mallory)) == nobody
    bobs = await bob.new_thread()
    for thread_id in (str(uuid4()), bobs, await mallory.new_thread()):
        assert await office.refused(alice, thread_id=thread_id) == nobody
    assert await office.refused(alice, user_id=await me(bob), thread_id=await alice.new_thread()) == nobody
    assert await office.refused(alice, user_id=str(await office.left())) == nobody
    assert await grants(alice, "tenant") == []


async def test_what_is_everybodys_is_for_no_single_chat(office: Office, alice: Person) -> None:
    status, said = await office.refused(alice, user_id=None, thread_id=await alice.new_thread())
    assert (status, said["code"], said["errors"][0]["field"]) == (422, "invalid", "/thread_id")


@pytest.mark.parametrize(
    "change", [{"definition_hash": "0" * 64}, {"tool": "slow"}, {"tool": "Record"}, {"server": "toolbox"}]
)
async def test_it_is_for_a_definition_that_is_pinned(change: dict[str, Any], office: Office, alice: Person) -> None:
    status, said = await office.refused(alice, **change)
    assert (status, said["code"], said["errors"][0]["field"]) == (422, "invalid", "/definition_hash")


async def test_what_another_organisation_pinned_is_not_pinned(office: Office, mallory: Person) -> None:
    assert await office.refused(mallory) == await office.refused(mallory, definition_hash="0" * 64)


async def test_two_servers_may_declare_one_and_the_same_tool(office: Office, alice: Person) -> None:
    await office.place.sql(
        "insert into toolsets (tenant_id, user_id, revision, definitions) "
        "select tenant_id, user_id, 1000 + max(revision), array['twin/' || %s] from toolsets group by 1, 2",
        office.definition_hash,
    )
    try:
        twin = await office.give(alice, server="twin")
        assert (twin["server"], twin["server_name"], twin["state"]) == ("twin", "twin", "live")
    finally:
        await office.place.sql("delete from toolsets where revision >= 1000")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tenant_id": str(uuid4())}, "/tenant_id"),
        ({"given_by": str(uuid4())}, "/given_by"),
        ({"used": -5}, "/used"),
        ({"expires_at": "2100-01-01T00:00:00Z"}, "/expires_at"),
        ({"from_call": str(uuid4())}, "/from_call"),
        ({"uses": 0}, "/uses"),
        ({"uses": 10_001}, "/uses"),
        ({"uses": "5"}, "/uses"),
        ({"uses": True}, "/uses"),
        ({"days": 0}, "/days"),
        ({"days": 31}, "/days"),
        ({"days": None}, "/days"),
        ({"unattended": "yes"}, "/unattended"),
        ({"definition_hash": "0" * 63}, "/definition_hash"),
        ({"definition_hash": "G" * 64}, "/definition_hash"),
        ({"server": ""}, "/server"),
        ({"tool": "a\0b"}, "/tool"),
        ({"tool": "t" * 201}, "/tool"),
        ({"condition": "a\0b"}, "/condition"),
        ({"arguments": [1]}, "/arguments"),
        ({"user_id": "everybody"}, "/user_id"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_its_field(
    change: dict[str, Any], field: str, office: Office, alice: Person
) -> None:
    status, said = await office.refused(alice, **change)
    assert (status, said["code"], [error["field"] for error in said["errors"]]) == (422, "invalid", [field])
    assert await grants(alice) == []


async def test_the_ends_of_what_is_allowed_are_allowed(office: Office, alice: Person) -> None:
    for more in ({"uses": 1}, {"uses": 10_000}, {"days": 1}, {"days": 30}, {"uses": None}):
        await office.give(alice, **more)
    assert len(await grants(alice)) == 5


async def test_arguments_that_no_call_can_have_are_refused(office: Office, alice: Person) -> None:
    status, said = await office.refused(alice, arguments={"value": 2**60})
    assert (status, said["code"], said["errors"][0]["field"]) == (422, "invalid_arguments", "/arguments")


async def test_a_condition_that_is_not_understood_is_shown_where(office: Office, alice: Person) -> None:
    status, said = await office.refused(alice, condition="true &&\n  nothing")
    assert (status, said["code"]) == (422, "invalid_condition")
    (error,) = said["errors"]
    assert (error["field"], error["line"], error["column"]) == ("/condition", 2, 3)
    assert error["message"] == said["detail"]
    assert await grants(alice) == []


async def test_giving_is_on_the_record(office: Office, alice: Person, bob: Person) -> None:
    thread_id = await bob.new_thread()
    narrow = await office.give(
        alice, user_id=await me(bob), thread_id=thread_id, arguments={"value": "x"}, condition="unattended",
        unattended=True, uses=3, days=2,
    )  # fmt: skip
    wide = await office.give(alice, user_id=None)
    same: dict[str, Any] = {"server": "journal", "tool": "record", "definition": office.definition_hash, "call": None}
    bounds: dict[str, dict[str, Any]] = {
        narrow["id"]: {
            "user": await me(bob), "thread": thread_id, "arguments": sha256(b'{"value":"x"}').hexdigest(),
            "condition": "unattended", "unattended": True, "uses": 3, "days": 2,
        },
        wide["id"]: {
            "user": None, "thread": None, "arguments": None, "condition": None, "unattended": False, "uses": None,
            "days": 30,
        },
    }  # fmt: skip
    for grant_id, data in bounds.items():
        rows = await office.place.sql("select actor, action, data from audit where target = %s", grant_id)
        assert rows == [(UUID(await me(alice)), "grant.given", {**same, **data})]


async def test_without_a_session_there_is_nothing_to_give(office: Office) -> None:
    async with office.place.person("bob") as nobody:
        nobody.http.cookies.clear()
        for method, path in (("POST", "/api/grants"), ("GET", "/api/grants"), ("DELETE", f"/api/grants/{uuid4()}")):
            assert (await problem(nobody, method, path, office.body()))[0] == 401
