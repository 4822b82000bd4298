"""`remember`: an approval that is good for the next calls as well, as far as the card said and no further."""

import pytest

from tests.person import Person
from tests.platform.gate.asking import ask, dismiss, not_the_requester, rule, say
from tests.platform.place import Place

RECORD = {"server": "journal", "tool": "record"}


async def forget(person: Person) -> None:
    for grant in (await person.ok("GET", "/api/grants?scope=mine"))["grants"]:
        if grant["state"] == "live":
            assert (await person.api("DELETE", f"/api/grants/{grant['id']}")).status_code == 204


async def record_in(place: Place, person: Person, thread_id: str, value: str) -> str:
    asked = f"Once more {value}."
    place.model.script(
        [
            {"contains": asked, "after_tool": False,
             "calls": [{"name": "journal__record", "arguments": {"value": value}}]},
            {"text": "Done.", "times": None},
        ]
    )  # fmt: skip
    return await person.say(thread_id, asked)


async def test_in_this_chat(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "first of chat")
    assert card["may"]["remember"] == ["arguments", "thread", "always"]
    assert (await alice.decide(card, "approve", remember="thread"))["ok"]
    await alice.finished(thread_id, run_id)
    run_id = await record_in(place, alice, thread_id, "second of chat")
    assert await alice.finished(thread_id, run_id) == "success"
    second = alice.cards(thread_id)[-1]
    assert (second["state"], second["verdict"], second["grant"]["scope"]) == ("succeeded", "allow", "thread")
    assert second["grant"]["by"]["name"] == "Alice"
    _, _, elsewhere = await ask(place, alice, "in another chat")
    await dismiss(alice, elsewhere)
    await forget(alice)
    await record_in(place, alice, thread_id, "after it was revoked")
    third = await alice.card(thread_id)
    await dismiss(alice, third)
    assert [place.received(value) for value in ("first of chat", "second of chat", "after it was revoked")] == [1, 1, 0]


async def test_in_this_chat_with_the_same_arguments(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "the same")
    await alice.decide(card, "approve", remember="arguments")
    await alice.finished(thread_id, run_id)
    run_id = await record_in(place, alice, thread_id, "the same")
    assert await alice.finished(thread_id, run_id) == "success"
    await record_in(place, alice, thread_id, "another")
    await dismiss(alice, await alice.card(thread_id))
    assert (place.received("the same"), place.received("another")) == (2, 0)
    await forget(alice)


async def test_always(place: Place, alice: Person, carol: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "always one")
    await alice.decide(card, "approve", remember="always")
    await alice.finished(thread_id, run_id)
    thread_id, run_id = await say(place, alice, "always two")
    assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("always two") == 1
    await carol.ok("POST", "/api/servers/journal/connect")
    _, _, hers = await ask(place, carol, "not for carol")
    await dismiss(carol, hers)
    await forget(alice)


async def test_a_rule_that_is_stricter_than_the_grant_wins(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "granted before")
    await alice.decide(card, "approve", remember="always")
    await alice.finished(thread_id, run_id)
    async with rule(alice, verdict="ask", grants=False, **RECORD):
        _, _, asked = await ask(place, alice, "asked all the same")
        assert asked["may"]["remember"] == []
        await dismiss(alice, asked)
    await forget(alice)


async def test_a_rule_that_only_asks_does_not_stand_in_the_way(place: Place, alice: Person) -> None:
    async with rule(alice, verdict="ask", **RECORD):
        thread_id, run_id, card = await ask(place, alice, "asked by a rule")
        assert card["may"]["remember"] == ["arguments", "thread", "always"]
        assert (await alice.decide(card, "approve", remember="thread"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
        run_id = await record_in(place, alice, thread_id, "granted under a rule")
        assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("granted under a rule") == 1
    await forget(alice)


@pytest.mark.parametrize("scope", ["arguments", "thread", "always"])
async def test_where_a_rule_forbids_it_nothing_is_decided(place: Place, alice: Person, scope: str) -> None:
    async with rule(alice, verdict="ask", grants=False) as made:
        _, _, card = await ask(place, alice, f"forbidden {scope}")
        refused = await alice.decide(card, "approve", remember=scope)
        assert (refused["error"]["code"], refused["error"]["rule"]) == ("grant_refused", made["name"])
        assert (await alice.ok("GET", f"/api/approvals/{card['id']}"))["state"] == "proposed"
        assert place.received(f"forbidden {scope}") == 0
        await dismiss(alice, card)


async def test_a_tool_that_destroys_is_asked_about_each_time(place: Place, alice: Person) -> None:
    await alice.ok("PUT", "/api/tool-classes", {**RECORD, "effect": "at_most_once", "risk": "destroys"})
    try:
        _, _, card = await ask(place, alice, "destroys")
        assert (card["risk"], card["may"]["remember"]) == ("destroys", [])
        refused = await alice.decide(card, "approve", remember="thread")
        assert refused["error"]["code"] == "grant_refused"
        await dismiss(alice, card)
    finally:
        await place.sql("delete from tool_classes")


async def test_one_of_several_approvers_remembers_nothing(place: Place, alice: Person, carol: Person) -> None:
    async with rule(alice, **not_the_requester()):
        _, _, card = await ask(place, alice, "by another")
        refused = await carol.decide(card, "approve", remember="always")
        assert refused["error"]["code"] == "grant_refused"
        await dismiss(alice, card)
    assert place.received("by another") == 0
