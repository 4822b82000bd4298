"""The table of doors and the doors themselves are the same, and no role comes through one that is closed to it."""

import re
from typing import Any
from uuid import uuid4

import pytest

from interlock_platform.doors import A_PERSON, A_PROGRAM, ANYBODY, EVENTS, PROGRAMS, ROUTES
from interlock_platform.identity.claims import ROLES
from interlock_platform.rights import RIGHTS, has
from tests.person import Person
from tests.platform.place import Place


async def routes(person: Person) -> set[str]:
    """`GET /api/me` and so on, as the OpenAPI document has them."""
    document = await person.ok("GET", "/api/openapi.json")
    return {f"{method.upper()} {path}" for path, operations in document["paths"].items() for method in operations}


async def answer(person: Person, door: str) -> tuple[int, Any]:
    """What somebody is answered who names things that are not there."""
    method, path = door.split(" ")
    said = await person.http.request(method, re.sub(r"\{\w+\}", lambda _: str(uuid4()), path), json={})
    return said.status_code, said


async def test_every_door_is_in_the_table_and_leads_somewhere(alice: Person) -> None:
    declared = await routes(alice)
    # The development provider's are not Interlock's own.
    ours = {door for door in declared if "/dev-idp/" not in door}
    assert ours == set(ROUTES)
    assert {*ROUTES.values(), *EVENTS.values()} <= {A_PERSON, A_PROGRAM, ANYBODY, *RIGHTS}
    assert set(PROGRAMS) <= set(ROUTES)


async def test_without_a_session_only_the_open_doors_answer(alice: Person) -> None:
    alice.http.cookies.clear()
    for door, needs in ROUTES.items():
        if needs != ANYBODY:
            assert (await answer(alice, door))[0] == 401, door


async def test_no_role_comes_through_a_door_that_takes_another(place: Place, alice: Person) -> None:
    mine = (await alice.ok("GET", "/api/me"))["user"]["id"]
    try:
        for role in ROLES:
            await place.sql("update users set roles = %s where id = %s", [role], mine)
            for door, needs in ROUTES.items():
                if needs not in (ANYBODY, A_PERSON, A_PROGRAM):
                    status, said = await answer(alice, door)
                    closed = status == 403 and said.json()["code"] == "forbidden"
                    assert closed != has(frozenset({role}), needs), f"{role} at {door}: {status}"
            for event, needs in EVENTS.items():
                acknowledged = await alice.emit(event, thread_id=str(uuid4()), run_id=str(uuid4()), text="x")
                closed = acknowledged["error"]["code"] == "forbidden"
                assert closed == (needs in RIGHTS and not has(frozenset({role}), needs)), f"{role} at {event}"
    finally:
        await place.sql("update users set roles = '{owner}' where id = %s", mine)


async def test_a_closed_door_leaves_a_line_in_the_log(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with place.person("vera") as vera:
        rule = {"layer": "tenant", "name": "mine", "verdict": "allow"}
        said = await vera.api("POST", "/api/policies", rule)
    assert said.json()["code"] == "forbidden"
    assert f"request {said.json()['request_id']} refused: POST /api/policies, forbidden" in caplog.text
