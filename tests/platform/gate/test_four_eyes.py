"""Who decides: others than the requester, several people, each of them once."""

from typing import Any

from tests.person import Person
from tests.platform.gate.asking import ask, not_the_requester, rule, two_approvers
from tests.platform.keys.program import code, new_key, program
from tests.platform.place import Place

RECORD = {"server": "journal", "tool": "record"}


async def doors(person: Person, card: dict[str, Any], **body: Any) -> list[str]:
    """How the same decision is refused at each door."""
    over_http = await person.api("POST", f"/api/approvals/{card['id']}/decision", {**body, "seal": card["seal"]})
    over_socket = await person.decide(card, **body)
    stream = {
        "threadId": card["thread_id"], "runId": card["run_id"], "messages": [], "tools": [], "context": [],
        "state": {}, "forwardedProps": {},
        "resume": [{"interruptId": card["id"], "status": "resolved", "payload": {**body, "seal": card["seal"]}}],
    }  # fmt: skip
    over_stream = await person.api("POST", "/api/chat/stream", stream)
    return [over_http.json()["code"], over_socket["error"]["code"], over_stream.json()["code"]]


async def test_the_requester_cannot_approve_by_any_door_and_another_can(
    place: Place, alice: Person, carol: Person
) -> None:
    async with rule(alice, **not_the_requester(), **RECORD, layer="tool") as made:
        thread_id, run_id, card = await ask(place, alice, "four eyes")
        assert card["may"] == {"decide": False, "rule": made["name"], "extend": False, "remember": []}
        assert card["needs"] == [
            {"rule": made["name"], "roles": ["owner", "approver"], "users": [], "count": 1, "not_requester": True}
        ]
        assert set(await doors(alice, card, decision="approve")) == {"not_approver"}
        refused = await alice.decide(card, "approve")
        assert (refused["error"]["code"], refused["error"]["rule"]) == ("not_approver", made["name"])
        assert place.received("four eyes") == 0
        (seen,) = (await carol.ok("GET", "/api/approvals"))["approvals"]
        assert (seen["id"], seen["may"]["decide"]) == (card["id"], True)
        assert (await carol.decide(seen, "approve"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
    (done,) = alice.cards(thread_id)
    assert (done["state"], done["decision"]["by"]["name"]) == ("succeeded", "Carol")
    assert place.received("four eyes") == 1


async def test_the_requester_can_always_withdraw(place: Place, alice: Person) -> None:
    async with rule(alice, **not_the_requester()):
        thread_id, run_id, card = await ask(place, alice, "withdrawn")
        assert (await alice.decide(card, "reject", reason="Never mind"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("withdrawn") == 0


async def test_two_of_three_means_two_different_people(place: Place, alice: Person, bob: Person, carol: Person) -> None:
    people = [(await each.ok("GET", "/api/me"))["user"] for each in (alice, bob, carol)]
    approvers = {"roles": [], "users": [each["id"] for each in people], "count": 2, "not_requester": False}
    async with rule(alice, **two_approvers(approvers=approvers)):
        thread_id, run_id, card = await ask(place, alice, "two of three")
        assert {each["name"] for each in card["needs"][0]["users"]} == {"Alice", "Bob", "Carol"}
        for _ in range(3):
            assert (await alice.decide(card, "approve"))["call"]["state"] == "proposed"
        async with place.person("alice") as again:
            answer = await again.decide(card, "approve")
            assert [each["by"]["name"] for each in answer["call"]["approvals"]] == ["Alice"]
        assert place.received("two of three") == 0
        answer = await bob.decide(card, "approve")
        assert (answer["call"]["state"], len(answer["call"]["approvals"])) == ("approved", 2)
        assert await alice.finished(thread_id, run_id) == "success"
        late = await carol.decide(card, "approve")
        assert (late["error"]["code"], late["error"]["by"]["name"]) == ("already_decided", "Bob")
    assert place.received("two of three") == 1


async def test_one_rejection_ends_it_whoever_approved_before(place: Place, alice: Person, carol: Person) -> None:
    async with rule(alice, **two_approvers()):
        thread_id, run_id, card = await ask(place, alice, "rejected by one")
        await alice.decide(card, "approve")
        assert (await carol.decide(card, "reject", reason="No"))["call"]["state"] == "rejected"
        assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("rejected by one") == 0


async def test_changed_arguments_void_the_approvals_before(place: Place, alice: Person, carol: Person) -> None:
    async with rule(alice, **two_approvers()):
        thread_id, run_id, card = await ask(place, alice, "before the change")
        await alice.decide(card, "approve")
        answer = await carol.decide(card, "approve", arguments={"value": "after the change"})
        changed = answer["call"]
        assert (changed["state"], changed["arguments"]) == ("proposed", {"value": "after the change"})
        assert [each["by"]["name"] for each in changed["approvals"]] == ["Carol"]
        stale = await alice.decide(card, "approve")
        assert stale["error"]["code"] == "stale"
        assert (await alice.decide(changed, "approve"))["call"]["state"] == "approved"
        assert await alice.finished(thread_id, run_id) == "success"
    assert (place.received("before the change"), place.received("after the change")) == (0, 1)


async def test_an_approver_who_lost_the_role_while_it_waited_does_not_count(
    place: Place, alice: Person, bob: Person, carol: Person
) -> None:
    bobs = (await bob.ok("GET", "/api/me"))["user"]["id"]
    approvers = {"roles": ["approver"], "users": [bobs], "count": 2, "not_requester": False}
    async with rule(alice, **two_approvers(approvers=approvers)):
        thread_id, _, card = await ask(place, alice, "role lost")
        await carol.decide(card, "approve")
        await place.sql("update users set roles = '{member}' where name = 'Carol'")
        try:
            answer = await bob.decide(card, "approve")
            assert answer["call"]["state"] == "proposed", "Carol's approval counted for a role that she has not"
        finally:
            await place.sql("update users set roles = '{approver}' where name = 'Carol'")
        assert (await alice.decide(card, "reject"))["ok"]
        await alice.until(lambda: alice.cards(thread_id)[0]["state"] == "rejected")
    assert place.received("role lost") == 0


async def test_a_key_never_decides_not_even_beside_a_cookie(place: Place, alice: Person) -> None:
    _, _, card = await ask(place, alice, "by a key")
    made = await new_key(alice)
    async with program(place.url, made["secret"]) as alone:
        for door in ("decision", "resolution", "extension"):
            path, body = f"/api/approvals/{card['id']}/{door}", {"decision": "approve", "seal": card["seal"]}
            assert code(await alone.post(path, json=body)) == (403, "session_required")
            both = await alice.http.post(path, json=body, headers=alone.headers)
            assert code(both) == (400, "two_credentials")
    assert (await alice.decide(card, "reject"))["ok"]


async def test_who_may_decide_is_told_at_once_and_so_is_everybody_when_it_is_over(
    place: Place, alice: Person, bob: Person, carol: Person
) -> None:
    async with rule(alice, **not_the_requester()):
        _, _, card = await ask(place, alice, "news")

        def heard(person: Person) -> list[tuple[str, int]]:
            return [
                (body["state"], body["waiting"]) for kind, body in person.news
                if kind == "approval" and body["id"] == card["id"]
            ]  # fmt: skip

        await carol.until(lambda: ("proposed", 1) in heard(carol))
        await carol.decide(card, "reject")
        await carol.until(lambda: ("rejected", 0) in heard(carol))
        await alice.until(lambda: ("rejected", 0) in heard(alice))
        assert heard(bob) == []
