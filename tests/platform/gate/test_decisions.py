"""What people decide about calls is what happens, and what the model reads."""

from typing import Any

import pytest

from tests.person import Person
from tests.platform.gate.asking import ask, dismiss, read_by_model
from tests.platform.place import Place


async def test_nothing_runs_before_it_is_approved_and_then_it_runs_once(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "approved")
    assert place.received("approved") == 0
    answer = await alice.decide(card, "approve")
    assert (answer["call"]["state"], answer["call"]["decision"]["by"]["name"]) == ("approved", "Alice")
    assert await alice.finished(thread_id, run_id) == "success"
    (done,) = alice.cards(thread_id)
    assert (done["state"], done["result"]["text"]) == ("succeeded", "recorded approved")
    assert done["started_at"] <= done["ended_at"]
    assert place.received("approved") == 1
    assert read_by_model(place) == "recorded approved"


async def test_the_card_shows_all_of_the_call(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "shown")
    assert card == await alice.ok("GET", f"/api/approvals/{card['id']}")
    assert (card["thread_id"], card["run_id"], card["state"]) == (thread_id, run_id, "proposed")
    assert (card["tool"]["name"], card["tool"]["server"], card["tool"]["title"]) == (
        "journal__record", "journal", "Record",
    )  # fmt: skip
    assert card["tool"]["input_schema"]["required"] == ["value"]
    assert (card["arguments"], card["proposed_arguments"]) == ({"value": "shown"}, None)
    assert (card["verdict"], card["trace"][-1]["verdict"]) == ("ask", "ask")
    assert card["requester"]["name"] == "Alice"
    listed = await alice.ok("GET", "/api/approvals?state=proposed")
    assert card in listed["approvals"]
    (finished,) = await alice.until(lambda: alice.events(thread_id, "RUN_FINISHED"))
    (interrupt,) = finished["outcome"]["interrupts"]
    assert (interrupt["id"], interrupt["metadata"]["call"]) == (card["id"], card)
    await dismiss(alice, card)


async def test_a_rejection_tells_the_model_why_and_it_answers_without_tools(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "rejected", then="Then not.")
    await alice.decide(card, "reject", reason="Not on a Friday")
    assert await alice.finished(thread_id, run_id) == "success"
    assert read_by_model(place) == "Rejected by Alice: Not on a Friday"
    assert place.model.requests()[-1].tools == []
    assert place.received("rejected") == 0
    assert alice.answer(thread_id, run_id) == "Then not."
    (result,) = alice.events(thread_id, "TOOL_CALL_RESULT")
    assert (result["toolCallId"], result["content"]) == (card["tool_call_id"], "Rejected by Alice: Not on a Friday")


async def test_what_is_approved_with_changes_runs_as_changed_and_says_so(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "wrong")
    answer = await alice.decide(card, "approve", arguments={"value": "right"})
    assert answer["call"]["seal"] != card["seal"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert (place.received("wrong"), place.received("right")) == (0, 1)
    (done,) = alice.cards(thread_id)
    assert (done["arguments"], done["proposed_arguments"]) == ({"value": "right"}, {"value": "wrong"})
    assert read_by_model(place) == '[Alice changed the arguments to {"value":"right"}]\nrecorded right'


async def test_an_answer_in_the_tools_place_reaches_the_model_and_nothing_runs(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "answered")
    answer = await alice.decide(card, "respond", response="It is recorded on paper.")
    assert answer["call"]["state"] == "answered"
    assert await alice.finished(thread_id, run_id) == "success"
    assert read_by_model(place).startswith("It is recorded on paper.")
    assert "the tool did not run" in read_by_model(place)
    assert place.received("answered") == 0


async def test_changes_that_break_the_schema_name_each_field_and_change_nothing(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "kept")
    refused = await alice.decide(card, "approve", arguments={"value": 5})
    assert refused["error"]["code"] == "invalid_arguments"
    assert [error["field"] for error in refused["error"]["errors"]] == ["/value"]
    missing = await alice.api(
        "POST", f"/api/approvals/{card['id']}/decision", {"decision": "approve", "seal": card["seal"], "arguments": {}}
    )
    assert (missing.status_code, missing.json()["code"]) == (422, "invalid_arguments")
    assert await alice.ok("GET", f"/api/approvals/{card['id']}") == card
    await alice.decide(card, "approve")
    assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("kept") == 1


@pytest.mark.parametrize("value", ["a\0b", "\ud800"], ids=["NUL", "half a character"])
async def test_what_no_database_can_hold_is_refused_and_nothing_is_lost(
    value: str, place: Place, alice: Person
) -> None:
    thread_id, run_id, card = await ask(place, alice, "odd")
    for decision in (
        {"decision": "approve", "arguments": {"value": value}},
        {"decision": "reject", "reason": value},
        {"decision": "respond", "response": value},
    ):
        refused = await alice.emit("approval.decide", id=card["id"], seal=card["seal"], **decision)
        assert not refused["ok"]
        assert refused["error"]["code"] in ("invalid", "invalid_arguments")
    await alice.decide(card, "approve")
    assert await alice.finished(thread_id, run_id) == "success"


async def test_a_wrong_seal_is_stale_and_changes_nothing(place: Place, alice: Person) -> None:
    _, _, card = await ask(place, alice, "sealed")
    for decision in ("approve", "reject"):
        refused = await alice.emit("approval.decide", id=card["id"], decision=decision, seal="0" * 64)
        assert refused["error"]["code"] == "stale"
    assert await alice.ok("GET", f"/api/approvals/{card['id']}") == card
    await dismiss(alice, card)


async def test_the_seal_of_before_a_change_decides_nothing_any_more(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "before")
    await alice.decide(card, "approve", arguments={"value": "after"})
    refused = await alice.decide(card, "reject")
    assert refused["error"]["code"] == "already_decided"
    assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("after") == 1


async def test_nobody_else_can_see_or_decide_it(place: Place, alice: Person, bob: Person, mallory: Person) -> None:
    _, _, card = await ask(place, alice, "private")
    nothing = "00000000-0000-4000-8000-000000000000"
    body = {"decision": "approve", "seal": card["seal"]}
    for other in (bob, mallory):
        for method, path, sent in (
            ("GET", "/api/approvals/{}", None),
            ("POST", "/api/approvals/{}/decision", body),
            ("POST", "/api/approvals/{}/resolution", {"resolution": "confirmed_done"}),
        ):
            theirs = await other.api(method, path.format(card["id"]), sent)
            nobodys = await other.api(method, path.format(nothing), sent)
            assert (theirs.status_code, theirs.json()["code"]) == (404, "not_found")
            assert theirs.json()["detail"] == nobodys.json()["detail"]
        refused = await other.decide(card, "approve")
        assert refused == await other.decide({**card, "id": nothing}, "approve")
        assert (await other.ok("GET", "/api/approvals"))["approvals"] == []
    assert await alice.ok("GET", f"/api/approvals/{card['id']}") == card
    await dismiss(alice, card)


async def test_an_approver_sees_what_the_organisation_asks_and_decides_only_what_a_rule_gives_them(
    place: Place, alice: Person, carol: Person
) -> None:
    _, _, card = await ask(place, alice, "seen by an approver")
    seen = await carol.ok("GET", f"/api/approvals/{card['id']}")
    assert seen == {**card, "may": {"decide": False, "rule": None, "extend": False, "remember": []}}
    assert (await carol.ok("GET", "/api/approvals"))["approvals"] == []
    for decision in ("approve", "reject"):
        refused = await carol.decide(card, decision)
        assert (refused["ok"], refused["error"]["code"]) == (False, "not_approver")
    answer = await carol.api("POST", f"/api/approvals/{card['id']}/resolution", {"resolution": "confirmed_done"})
    assert answer.status_code == 404
    await dismiss(alice, card)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"decision": "approve"}, "/approve/seal"),
        ({"decision": "maybe", "seal": "x"}, ""),
        ({"decision": "approve", "seal": "x", "arguments": [1]}, "/approve/arguments"),
        ({"decision": "reject", "seal": "x", "reason": "r" * 4001}, "/reject/reason"),
        ({"decision": "respond", "seal": "x", "response": ""}, "/respond/response"),
        ({"decision": "reject", "seal": "x", "arguments": {}}, "/reject/arguments"),
    ],
)
async def test_a_malformed_decision_names_its_field_at_both_doors(
    body: dict[str, Any], field: str, place: Place, alice: Person
) -> None:
    some_id = "00000000-0000-4000-8000-000000000000"
    answer = await alice.api("POST", f"/api/approvals/{some_id}/decision", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    acknowledged = await alice.emit("approval.decide", id=some_id, **body)
    assert acknowledged["error"]["code"] == "invalid"
    assert acknowledged["error"]["errors"] == answer.json()["errors"]
    assert [error["field"] for error in answer.json()["errors"]] == [field]
