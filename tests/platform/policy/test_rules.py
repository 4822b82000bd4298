"""Rules over HTTP: who may write which, what a rule has to be, and what is on record of it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from tests.person import Person
from tests.platform.place import Place

TENANT: dict[str, Any] = {"layer": "tenant", "name": "no mail", "verdict": "deny"}


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def _no_rules_are_left(place: Place) -> AsyncIterator[None]:
    yield
    await place.sql("delete from rules")


async def me(person: Person) -> str:
    found: str = (await person.ok("GET", "/api/me"))["user"]["id"]
    return found


async def listed(person: Person) -> list[str]:
    return [rule["name"] for rule in (await person.ok("GET", "/api/policies"))["rules"]]


async def refused(person: Person, body: Any, status: int, code: str, method: str = "POST", path: str = "") -> Any:
    answer: httpx.Response = await person.api(method, f"/api/policies{path}", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()


async def last_entry(place: Place) -> tuple[str, str, Any]:
    ((action, target, data),) = await place.sql(
        "select action, target, data from audit where action like 'policy.%%' order by at desc, seq desc limit 1"
    )
    return action, target, data


async def test_a_rule_is_written_read_changed_and_deleted_on_the_record(
    place: Place, alice: Person, carol: Person
) -> None:
    body = {
        "layer": "tool", "name": "big transfers", "server": "journal", "tool": "record", "verdict": "ask",
        "condition": "has(arguments.amount) && arguments.amount > 1000", "note": "Since May.",
        "approvers": {"roles": ["approver"], "users": [await me(alice)], "count": 1, "not_requester": True},
        "expiry": {"minutes": 5, "then": "escalate", "to": {"roles": ["owner"]}, "extend": False},
    }  # fmt: skip
    before = (await alice.ok("GET", "/api/policies"))["version"]
    made = await alice.ok("POST", "/api/policies", body)
    assert {key: made[key] for key in ("layer", "name", "server", "tool", "verdict", "condition", "note")} == {
        key: body[key] for key in ("layer", "name", "server", "tool", "verdict", "condition", "note")
    }
    assert made["approvers"] == body["approvers"]
    to = {"roles": ["owner"], "users": [], "count": 1, "not_requester": False}
    assert made["expiry"] == {"minutes": 5, "then": "escalate", "to": to, "extend": False}
    assert (made["grants"], made["enabled"], made["user"], made["thread_id"]) == (False, True, None, None)
    assert (made["changed_by"]["name"], made["may_change"]) == ("Alice", True)
    policy = await alice.ok("GET", "/api/policies")
    assert policy["rules"] == [made]
    assert policy["version"] != before
    action, target, data = await last_entry(place)
    assert (action, target) == ("policy.created", made["id"])
    assert data["after"]["condition"] == body["condition"]

    changed = await alice.ok("PATCH", f"/api/policies/{made['id']}", {"enabled": False, "note": ""})
    assert changed == {**made, "enabled": False, "note": ""}
    later = (await alice.ok("GET", "/api/policies"))["version"]
    assert later != policy["version"]
    action, _, data = await last_entry(place)
    assert (action, data["before"]["enabled"], data["after"]["enabled"]) == ("policy.changed", True, False)

    assert await alice.ok("PATCH", f"/api/policies/{made['id']}", {"enabled": False}) == changed
    assert (await alice.ok("GET", "/api/policies"))["version"] == later

    await alice.ok("DELETE", f"/api/policies/{made['id']}")
    empty = await alice.ok("GET", "/api/policies")
    assert empty["rules"] == []
    assert empty["version"] != later
    action, _, data = await last_entry(place)
    assert (action, data["before"]["name"]) == ("policy.deleted", "big transfers")
    for method, change in (("PATCH", {"enabled": True}), ("DELETE", None)):
        await refused(alice, change, 404, "not_found", method, f"/{made['id']}")
    assert (await alice.ok("POST", "/api/policies", body))["name"] == "big transfers"


async def test_a_condition_that_is_wrong_is_refused_with_its_place(alice: Person) -> None:
    said = await refused(alice, {**TENANT, "condition": "arguments.x > 1 &&\n  nothing > 2"}, 422, "invalid_condition")
    (error,) = said["errors"]
    assert (error["field"], error["line"], error["column"]) == ("/condition", 2, 3)
    assert "nothing" in error["message"]
    made = await alice.ok("POST", "/api/policies", TENANT)
    await refused(alice, {"condition": "1"}, 422, "invalid_condition", "PATCH", f"/{made['id']}")
    assert (await alice.ok("GET", "/api/policies"))["rules"] == [made]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"layer": "platform"}, "/layer"),
    ({"layer": "world"}, "/layer"),
    ({"layer": "server"}, ""),
    ({"layer": "tool", "server": "journal"}, ""),
    ({"layer": "tool", "tool": "record"}, ""),
    ({"layer": "user"}, ""),
    ({"layer": "thread"}, ""),
    ({"user_id": str(uuid4())}, ""),
    ({"thread_id": str(uuid4())}, ""),
    ({"layer": "user", "user_id": str(uuid4())}, "/user_id"),
    ({"layer": "thread", "thread_id": str(uuid4())}, "/thread_id"),
    ({"server": "nowhere"}, "/server"),
    ({"name": ""}, "/name"),
    ({"name": "  "}, "/name"),
    ({"name": "two\nlines"}, "/name"),
    ({"name": "x" * 81}, "/name"),
    ({"verdict": "maybe"}, "/verdict"),
    ({"surprise": 1}, "/surprise"),
    ({"enabled": "yes"}, "/enabled"),
    ({"note": "\0"}, "/note"),
    ({"approvers": {"roles": ["owner"]}}, ""),
    ({"expiry": {"minutes": 5, "then": "reject"}}, ""),
    ({"verdict": "ask", "approvers": {"roles": ["owner"]}, "grants": True}, ""),
    ({"verdict": "ask", "approvers": {"count": 1}}, "/approvers"),
    ({"verdict": "ask", "approvers": {"roles": ["king"]}}, "/approvers/roles/0"),
    ({"verdict": "ask", "approvers": {"roles": ["owner"], "count": 0}}, "/approvers/count"),
    ({"verdict": "ask", "approvers": {"users": [str(uuid4())]}}, "/approvers/users"),
    ({"verdict": "ask", "expiry": {"minutes": 0, "then": "reject"}}, "/expiry/minutes"),
    ({"verdict": "ask", "expiry": {"minutes": 5, "then": "escalate"}}, "/expiry"),
    ({"verdict": "ask", "expiry": {"minutes": 5, "then": "reject", "to": {"roles": ["owner"]}}}, "/expiry"),
    (
        {"verdict": "ask", "expiry": {"minutes": 5, "then": "escalate", "to": {"users": [str(uuid4())]}}},
        "/expiry/to/users",
    ),
]


async def test_what_is_no_rule_is_refused_with_the_field(alice: Person) -> None:
    for more, field in WRONG:
        said = await refused(alice, {**TENANT, **more}, 422, "invalid")
        assert field in [error["field"] for error in said["errors"]], more
    assert await listed(alice) == []


async def test_a_change_is_checked_as_a_whole_rule(alice: Person) -> None:
    made = await alice.ok("POST", "/api/policies", {**TENANT, "verdict": "ask", "approvers": {"roles": ["owner"]}})
    path = f"/{made['id']}"
    said = await refused(alice, {"verdict": "deny"}, 422, "invalid", "PATCH", path)
    assert "Approvers" in said["errors"][0]["message"]
    said = await refused(alice, {"approvers": {"roles": ["king"]}}, 422, "invalid", "PATCH", path)
    assert said["errors"][0]["field"] == "/approvers/roles/0"
    await refused(alice, {"id": str(uuid4())}, 422, "invalid", "PATCH", path)
    denied = await alice.ok("PATCH", f"/api/policies{path}", {"verdict": "deny", "approvers": None})
    assert (denied["verdict"], denied["approvers"], denied["grants"]) == ("deny", None, False)


async def test_approvers_take_the_permission_of_grants_with_them(alice: Person) -> None:
    made = await alice.ok("POST", "/api/policies", {**TENANT, "verdict": "ask"})
    assert made["grants"] is True
    changed = await alice.ok("PATCH", f"/api/policies/{made['id']}", {"approvers": {"roles": ["owner"]}})
    assert changed["grants"] is False
    await refused(alice, {"grants": True}, 422, "invalid", "PATCH", f"/{made['id']}")


async def test_names_are_unique_among_the_rules_that_are_there(alice: Person) -> None:
    first = await alice.ok("POST", "/api/policies", TENANT)
    other = await alice.ok("POST", "/api/policies", {**TENANT, "name": "other"})
    await refused(alice, {**TENANT, "name": " no mail "}, 409, "name_taken")
    await refused(alice, {"name": "no mail"}, 409, "name_taken", "PATCH", f"/{other['id']}")
    assert (await alice.ok("PATCH", f"/api/policies/{first['id']}", {"name": "no mail"}))["name"] == "no mail"


async def test_a_rule_that_nobody_could_decide_is_refused(place: Place, alice: Person, bob: Person) -> None:
    await place.sql("update users set disabled_at = now() where name not in ('Alice', 'Bob', 'Mallory')")

    def asking(**approvers: Any) -> dict[str, Any]:
        return {**TENANT, "verdict": "ask", "approvers": approvers}

    await refused(alice, asking(roles=["approver"]), 422, "nobody_could_decide")
    await refused(alice, asking(roles=["owner", "member"], count=3), 422, "nobody_could_decide")
    two = {"roles": ["owner", "member"], "count": 2, "not_requester": True}
    said = await refused(alice, asking(**two), 422, "nobody_could_decide")
    assert "no mail" in said["detail"]
    late = {**TENANT, "verdict": "ask", "expiry": {"minutes": 1, "then": "escalate", "to": two}}
    await refused(alice, late, 422, "nobody_could_decide")
    own = {**asking(roles=["owner"], not_requester=True), "layer": "user", "user_id": await me(alice)}
    await refused(alice, own, 422, "nobody_could_decide")
    made = await alice.ok("POST", "/api/policies", {**own, "user_id": await me(bob)})
    await refused(alice, {"user_id": await me(alice)}, 422, "nobody_could_decide", "PATCH", f"/{made['id']}")
    await place.sql("update users set disabled_at = null")


async def test_members_rule_over_themselves_and_only_more_strictly(
    place: Place, alice: Person, bob: Person, carol: Person
) -> None:
    own = {"layer": "user", "user_id": await me(bob), "name": "not for me", "verdict": "deny"}
    thread_id = await bob.new_thread()
    made = await bob.ok("POST", "/api/policies", own)
    chat = {"layer": "thread", "thread_id": thread_id, "name": "ask here", "verdict": "ask"}
    await bob.ok("POST", "/api/policies", chat)
    assert (made["user"]["name"], made["may_change"]) == ("Bob", True)
    assert (await bob.ok("PATCH", f"/api/policies/{made['id']}", {"verdict": "ask"}))["verdict"] == "ask"
    for body in (
        {**own, "name": "x", "verdict": "allow"},
        {**own, "name": "x", "user_id": await me(carol)},
        {**own, "name": "x", "user_id": str(uuid4())},
        {**own, "name": "x", "verdict": "ask", "approvers": {"roles": ["owner"]}},
        {
            **own,
            "name": "x",
            "verdict": "ask",
            "expiry": {"minutes": 1, "then": "escalate", "to": {"roles": ["owner"]}},
        },
        {**TENANT},
        {**TENANT, "layer": "server", "server": "journal"},
    ):
        said = await refused(bob, body, 403, "forbidden")
        assert "owner or admin" in said["detail"]
    await refused(bob, {"verdict": "allow"}, 403, "forbidden", "PATCH", f"/{made['id']}")
    theirs = await carol.new_thread()
    answers = [
        await refused(bob, {**chat, "name": "x", "thread_id": each}, 422, "invalid") for each in (theirs, str(uuid4()))
    ]
    assert answers[0]["errors"] == answers[1]["errors"]
    await bob.ok("DELETE", f"/api/policies/{made['id']}")
    assert await listed(bob) == ["ask here"]


async def test_what_an_admin_says_of_a_member_the_member_only_reads(alice: Person, bob: Person, carol: Person) -> None:
    about = {"layer": "user", "user_id": await me(bob), "name": "about bob", "verdict": "deny"}
    made = await alice.ok("POST", "/api/policies", about)
    tenant = await alice.ok("POST", "/api/policies", TENANT)
    assert await listed(bob) == ["no mail", "about bob"]
    assert await listed(carol) == ["no mail"]
    assert not any(rule["may_change"] for rule in (await bob.ok("GET", "/api/policies"))["rules"])
    for rule in (made, tenant):
        await refused(bob, {"enabled": False}, 403, "forbidden", "PATCH", f"/{rule['id']}")
        await refused(bob, None, 403, "forbidden", "DELETE", f"/{rule['id']}")
    await refused(carol, None, 404, "not_found", "DELETE", f"/{made['id']}")
    mine = await bob.ok("POST", "/api/policies", {**about, "name": "bob's own"})
    await alice.ok("PATCH", f"/api/policies/{mine['id']}", {"note": "Stays."})
    await refused(bob, None, 403, "forbidden", "DELETE", f"/{mine['id']}")


async def test_a_person_has_only_so_many_rules_of_their_own(
    place: Place, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock_platform.policy.service.MOST_OWN_RULES", 1)
    own = {"layer": "user", "user_id": await me(bob), "name": "first", "verdict": "deny"}
    await bob.ok("POST", "/api/policies", own)
    await refused(bob, {**own, "name": "second"}, 422, "invalid")


async def test_a_tenant_has_only_so_many_rules(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock_platform.policy.service.MOST_RULES", 1)
    await alice.ok("POST", "/api/policies", TENANT)
    await refused(alice, {**TENANT, "name": "one more"}, 422, "invalid")


async def test_another_tenant_sees_and_changes_nothing_of_it(place: Place, alice: Person, mallory: Person) -> None:
    made = await alice.ok("POST", "/api/policies", TENANT)
    assert await listed(mallory) == []
    unknown = await refused(mallory, {"enabled": False}, 404, "not_found", "PATCH", f"/{uuid4()}")
    foreign = await refused(mallory, {"enabled": False}, 404, "not_found", "PATCH", f"/{made['id']}")
    assert {**unknown, "request_id": None} == {**foreign, "request_id": None}
    await refused(mallory, None, 404, "not_found", "DELETE", f"/{made['id']}")
    own = {**TENANT, "layer": "user", "user_id": await me(mallory)}
    assert (await mallory.ok("POST", "/api/policies", own))["name"] == "no mail"
    await place.sql("update users set roles = '{owner}' where id = %s", await me(mallory))
    for person in (await me(alice), str(uuid4())):
        said = await refused(mallory, {**own, "name": "x", "user_id": person}, 422, "invalid")
        assert said["errors"] == [{"field": "/user_id", "message": "There is no such person here."}]
    assert (await alice.ok("GET", "/api/policies"))["rules"] == [made]
