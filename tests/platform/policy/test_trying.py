"""Why is this asked about, and what would that rule have done: answered without making a call."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest_asyncio

from tests.person import Person
from tests.platform.place import Place, record

CALL: dict[str, Any] = {"server": "journal", "tool": "record", "arguments": {"value": "x"}}


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def _no_rules_are_left(place: Place) -> AsyncIterator[None]:
    yield
    await place.sql("delete from rules")
    await place.sql("delete from grants")
    await place.sql("delete from tool_classes")


async def me(person: Person) -> str:
    found: str = (await person.ok("GET", "/api/me"))["user"]["id"]
    return found


async def explain(person: Person, **more: Any) -> Any:
    return await person.ok("POST", "/api/policies/explain", {**CALL, **more})


async def refused(person: Person, path: str, body: Any, status: int, code: str) -> Any:
    answer = await person.api("POST", f"/api/policies/{path}", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()


async def give_grant(place: Place, alice: Person, **columns: Any) -> str:
    """Of the journal's `record`, as the server declares it now."""
    tools = (await alice.ok("GET", "/api/toolset"))["tools"]
    (definition,) = [tool["definition_hash"] for tool in tools if tool["name"] == "journal__record"]
    tenant = (await alice.ok("GET", "/api/me"))["tenant"]["id"]
    chosen = {
        "id": str(uuid4()), "tenant_id": tenant, "user_id": await me(alice), "server_id": "journal", "tool": "record",
        "definition_hash": definition, "given_by": await me(alice), "expires_at": "2100-01-01", **columns,
    }  # fmt: skip
    marks = ", ".join(["%s"] * len(chosen))
    await place.sql(f"insert into grants ({', '.join(chosen)}) values ({marks})", *chosen.values())  # noqa: S608
    return str(chosen["id"])


async def test_without_rules_the_default_says_why(place: Place, alice: Person) -> None:
    said = await explain(alice)
    assert (said["verdict"], said["effect"], said["risk"]) == ("ask", "at_most_once", None)
    assert (said["needs"], said["expiry"], said["grant"]) == ([], None, None)
    assert [(each["rule"], each["decided"]) for each in said["trace"]] == [("platform default", True)]
    assert said["version"] == (await alice.ok("GET", "/api/policies"))["version"]


async def test_an_explanation_says_what_the_gate_would_say(place: Place, alice: Person, carol: Person) -> None:
    approvers = {"roles": ["approver"], "users": [await me(carol)], "count": 1, "not_requester": True}
    await alice.ok("POST", "/api/policies", {
        "layer": "tool", "name": "four eyes", "server": "journal", "tool": "record", "verdict": "ask",
        "condition": "arguments.value == 'x'", "approvers": approvers, "note": "By law.",
        "expiry": {"minutes": 7, "then": "cancel", "extend": False},
    })  # fmt: skip
    await alice.ok("PUT", "/api/tool-classes", {
        "server": "journal", "tool": "record", "effect": "idempotent", "risk": "changes",
    })  # fmt: skip
    said = await explain(alice)
    assert (said["verdict"], said["effect"], said["risk"]) == ("ask", "idempotent", "changes")
    assert said["needs"] == [{**approvers, "rule": "four eyes", "users": [{"id": await me(carol), "name": "Carol"}]}]
    assert said["expiry"] == {"rule": "four eyes", "minutes": 7, "then": "cancel", "extend": False}
    (looked,) = said["trace"]
    assert (looked["rule"], looked["matched"], looked["decided"]) == ("four eyes", True, True)
    assert looked["why"] == "arguments.value == 'x' holds."
    other = await explain(alice, arguments={"value": "y"})
    assert [(each["rule"], each["matched"]) for each in other["trace"]] == [
        ("platform default", True), ("four eyes", False),
    ]  # fmt: skip

    thread_id = await alice.new_thread()
    place.model.script([{"text": "Now.", "calls": [record("x")]}, {"text": "Done."}])
    run_id = await alice.say(thread_id, "Record x")
    card = await alice.card(thread_id)
    assert (card["verdict"], card["trace"], card["needs"]) == (said["verdict"], said["trace"], said["needs"])
    assert (await alice.emit("run.cancel", thread_id=thread_id, run_id=run_id))["ok"]


async def test_a_grant_that_would_let_it_through_is_shown(place: Place, alice: Person) -> None:
    grant_id = await give_grant(place, alice, arguments='{"value":"x"}')
    said = await explain(alice)
    assert (said["verdict"], said["grant"]["id"], said["grant"]["scope"]) == ("allow", grant_id, "arguments")
    assert [each["rule"] for each in said["trace"] if each["decided"]] == ["arguments"]
    assert (await explain(alice, arguments={"value": "y"}))["verdict"] == "ask"
    assert (await explain(alice, unattended=True))["verdict"] == "ask"


async def test_only_those_who_manage_the_policy_ask_about_others(place: Place, alice: Person, bob: Person) -> None:
    about = {"layer": "user", "user_id": await me(bob), "name": "not bob", "verdict": "deny"}
    await alice.ok("POST", "/api/policies", about)
    assert (await explain(alice))["verdict"] == "ask"
    assert (await explain(alice, user_id=await me(bob)))["verdict"] == "deny"
    assert (await explain(bob))["verdict"] == "deny"
    await refused(bob, "explain", {**CALL, "user_id": await me(alice)}, 403, "forbidden")


async def test_nobody_learns_of_what_is_not_theirs(place: Place, alice: Person, bob: Person, mallory: Person) -> None:
    for user in (await me(mallory), str(uuid4())):
        await refused(alice, "explain", {**CALL, "user_id": user}, 404, "not_found")
    own, others = await alice.new_thread(), await bob.new_thread()
    assert (await explain(alice, thread_id=own))["verdict"] == "ask"
    for thread in (others, await mallory.new_thread(), str(uuid4())):
        await refused(alice, "explain", {**CALL, "thread_id": thread}, 404, "not_found")
    said = await refused(alice, "explain", {**CALL, "server": "nowhere"}, 422, "invalid")
    assert said["errors"][0]["field"] == "/server"
    said = await refused(alice, "explain", {**CALL, "verdict": "allow"}, 422, "invalid")
    assert said["errors"][0]["field"] == "/verdict"


async def recorded(place: Place, person: Person, *values: str, age: str = "1 hour", **columns: Any) -> None:
    """Calls of the journal's `record` that the ledger has, as a finished run leaves them."""
    mine, thread_id = await person.ok("GET", "/api/me"), await person.new_thread()
    ((definition,),) = await place.sql(
        "select hash from definitions where tenant_id = %s and declared ->> 'name' = 'record'", mine["tenant"]["id"]
    )
    for value in values:
        chosen = {
            "id": str(uuid4()), "tenant_id": mine["tenant"]["id"], "thread_id": thread_id, "run_id": str(uuid4()),
            "user_id": mine["user"]["id"], "tool_call_id": "c", "position": 0, "name": "journal__record",
            "server_id": "journal", "tool": "record", "definition_hash": definition,
            "arguments": f'{{"value":"{value}"}}', "seal": "s", "policy_version": "0.0", "verdict": "ask",
            "trace": "[]", "state": "succeeded", "expires_at": "2100-01-01", **columns,
        }  # fmt: skip
        marks = ", ".join(["%s"] * len(chosen))
        await place.sql(
            f"insert into calls ({', '.join(chosen)}, created_at) values ({marks}, now() - '{age}'::interval)",  # noqa: S608
            *chosen.values(),
        )


async def test_a_rule_is_tried_on_what_was_recorded(place: Place, alice: Person, mallory: Person) -> None:
    await place.sql("delete from calls")
    await recorded(place, alice, "small", "big", "big")
    await recorded(place, alice, "big", age="40 days")
    await recorded(place, alice, "big", kind="elicitation")
    rule = {"layer": "tenant", "name": "no big ones", "verdict": "deny", "condition": "arguments.value == 'big'"}
    said = await alice.ok("POST", "/api/policies/simulate", {"rule": rule})
    assert (said["looked_at"], said["truncated"], said["changed"]) == (3, False, 2)
    assert {(call["before"], call["after"]) for call in said["calls"]} == {("ask", "deny")}
    call = said["calls"][0]
    assert (call["server"], call["tool"], call["arguments"]) == ("journal", "record", {"value": "big"})
    assert call["requester"] == {"id": await me(alice), "name": "Alice"}
    assert said["calls"][0]["at"] >= said["calls"][1]["at"]
    assert (await alice.ok("GET", "/api/policies"))["rules"] == []

    longer = {"rule": rule, "from": "2000-01-01T00:00:00Z"}
    assert (await alice.ok("POST", "/api/policies/simulate", longer))["looked_at"] == 4
    assert (await alice.ok("POST", "/api/policies/simulate", {**longer, "to": "2001-01-01T00:00:00Z"})) == {
        "looked_at": 0, "truncated": False, "changed": 0, "calls": [],
    }  # fmt: skip


async def test_a_changed_rule_is_tried_in_its_own_place(place: Place, alice: Person) -> None:
    await place.sql("delete from calls")
    await recorded(place, alice, "small", "big")
    rule = {"layer": "tenant", "name": "no big ones", "verdict": "deny", "condition": "arguments.value == 'big'"}
    made = await alice.ok("POST", "/api/policies", rule)
    switched = {"rule": {**rule, "enabled": False}, "replaces": made["id"]}
    said = await alice.ok("POST", "/api/policies/simulate", switched)
    assert [(call["arguments"]["value"], call["before"], call["after"]) for call in said["calls"]] == [
        ("big", "deny", "ask")
    ]
    same = await alice.ok("POST", "/api/policies/simulate", {"rule": rule, "replaces": made["id"]})
    assert (same["looked_at"], same["changed"]) == (2, 0)
    await refused(alice, "simulate", {"rule": rule}, 409, "name_taken")
    await refused(alice, "simulate", {**switched, "replaces": str(uuid4())}, 409, "name_taken")
    other = {"rule": {**rule, "name": "another"}, "replaces": str(uuid4())}
    await refused(alice, "simulate", other, 404, "not_found")


async def test_what_a_grant_lets_through_is_let_through_in_a_trial_as_well(place: Place, alice: Person) -> None:
    await place.sql("delete from calls")
    await give_grant(place, alice, arguments='{"value":"granted"}')
    await give_grant(place, alice, condition="arguments.value == 'fits'")
    await give_grant(place, alice, condition="arguments.value == 'revoked'", revoked_at="2020-01-01")
    await recorded(place, alice, "granted", "fits", "revoked", "other")
    asking = {"rule": {"layer": "tenant", "name": "ask", "verdict": "ask"}}
    assert (await alice.ok("POST", "/api/policies/simulate", asking))["changed"] == 0
    forbidding = {"rule": {"layer": "tenant", "name": "ask", "verdict": "ask", "grants": False}}
    said = await alice.ok("POST", "/api/policies/simulate", forbidding)
    assert {(call["arguments"]["value"], call["before"], call["after"]) for call in said["calls"]} == {
        ("granted", "allow", "ask"), ("fits", "allow", "ask"),
    }  # fmt: skip


async def test_a_trial_looks_at_the_newest_calls_in_batches_and_says_when_there_were_more(
    place: Place, alice: Person, monkeypatch: Any
) -> None:
    await place.sql("delete from calls")
    await recorded(place, alice, *("same" for _ in range(5)))
    # One moment for all of them: the order within it is that of the ids.
    await place.sql("update calls set created_at = (select max(created_at) from calls)")
    module = "interlock_platform.policy.trying.simulating"
    monkeypatch.setattr(f"{module}.BATCH", 2)
    rule = {"layer": "tenant", "name": "none", "verdict": "deny"}
    whole = await alice.ok("POST", "/api/policies/simulate", {"rule": rule})
    assert (whole["looked_at"], whole["truncated"], whole["changed"]) == (5, False, 5)
    assert len({call["id"] for call in whole["calls"]}) == 5
    monkeypatch.setattr(f"{module}.MOST_CALLS", 3)
    monkeypatch.setattr(f"{module}.MOST_SHOWN", 1)
    part = await alice.ok("POST", "/api/policies/simulate", {"rule": rule})
    assert (part["looked_at"], part["truncated"], part["changed"], len(part["calls"])) == (3, True, 3, 1)


async def test_only_those_who_manage_the_policy_try_rules_and_only_on_their_own_tenant(
    place: Place, alice: Person, bob: Person, mallory: Person
) -> None:
    await recorded(place, alice, "ours")
    rule = {"layer": "tenant", "name": "none", "verdict": "deny"}
    await refused(bob, "simulate", {"rule": rule}, 403, "forbidden")
    await place.sql("update users set roles = '{owner}' where id = %s", await me(mallory))
    assert (await mallory.ok("POST", "/api/policies/simulate", {"rule": rule}))["looked_at"] == 0
    made = await alice.ok("POST", "/api/policies", rule)
    other = {"rule": {**rule, "name": "x"}, "replaces": made["id"]}
    await refused(mallory, "simulate", other, 404, "not_found")
    bad = {"rule": {**rule, "name": "y", "condition": "1 +"}}
    await refused(alice, "simulate", bad, 422, "invalid_condition")
    await refused(alice, "simulate", {"rule": rule, "from": "2000-01-01T00:00:00"}, 422, "invalid")


async def test_a_tool_is_classed_by_those_who_may_and_on_the_record(
    place: Place, alice: Person, bob: Person, mallory: Person
) -> None:
    async def of(person: Person) -> dict[str, Any]:
        return {each["tool"]: each for each in (await person.ok("GET", "/api/tool-classes"))["tools"]}

    before = (await of(alice))["record"]
    assert (before["effect"], before["risk"], before["set_by"], before["set_at"]) == ("at_most_once", None, None, None)
    assert (before["server"], before["server_name"], before["title"]) == ("journal", "Journal", "Record")
    said = {"server": "journal", "tool": "record", "effect": "pure", "risk": "destroys"}
    answer = await bob.api("PUT", "/api/tool-classes", said)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    after = await alice.ok("PUT", "/api/tool-classes", said)
    assert (after["effect"], after["risk"], after["set_by"]) == (
        "pure",
        "destroys",
        {"id": await me(alice), "name": "Alice"},
    )
    assert after["declared"] == before["declared"]
    assert (await of(bob))["record"] == after
    ((actor, target, data),) = await place.sql(
        "select actor::text, target, data from audit where action = 'tool.classed' order by at desc limit 1"
    )
    assert (actor, target) == (await me(alice), "journal/record")
    assert data == {
        "before": {"effect": "at_most_once", "risk": None},
        "after": {"effect": "pure", "risk": "destroys"},
    }
    assert await of(mallory) == {}
    again = await alice.ok("PUT", "/api/tool-classes", {**said, "effect": "at_most_once", "risk": None})
    assert (again["effect"], again["risk"]) == ("at_most_once", None)
    for wrong in ({"tool": "nothing"}, {"server": "nowhere"}, {"effect": "harmless"}, {"risk": "none"}):
        answer = await alice.api("PUT", "/api/tool-classes", {**said, **wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), wrong
