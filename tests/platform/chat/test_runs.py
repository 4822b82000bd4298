"""Saying something: stored once, then answered, in order."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.person import Person
from tests.platform.chat.talking import asked, messages, said, talk
from tests.platform.place import Place, record, slow


async def test_a_message_is_stored_before_it_is_acknowledged(place: Place, alice: Person) -> None:
    place.model.script([{"hang_after": 0}, {"text": "Here."}])
    thread_id, run_id = await talk(alice, "  Are you there?  ")
    # The acknowledgement has come; no model has answered.
    rows = await place.sql("select content, role from messages where run_id = %s", run_id)
    assert rows == [("Are you there?", "user")]
    assert await said(alice, thread_id) == [("user", "Are you there?")]
    await alice.emit("run.cancel", thread_id=thread_id, run_id=run_id)
    assert await alice.finished(thread_id, run_id) == "cancelled"


async def test_a_run_tells_its_story_in_order(place: Place, alice: Person) -> None:
    place.model.script([{"text": "Good morning."}])
    thread_id, run_id = await talk(alice, "Hello")
    assert await alice.finished(thread_id, run_id) == "success"
    assert [event["type"] for event in alice.events(thread_id)] == [
        "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "RUN_STARTED",
        "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "RUN_FINISHED",
    ]  # fmt: skip
    assert [entry["seq"] for entry in alice.entries[thread_id]] == list(range(1, 9))
    assert {entry["run_id"] for entry in alice.entries[thread_id]} == {run_id}
    assert await said(alice, thread_id) == [("user", "Hello"), ("assistant", "Good morning.")]


async def test_the_same_run_sent_again_is_one_run(place: Place, alice: Person) -> None:
    thread_id, run_id = await alice.new_thread(), str(uuid4())
    sent = {"thread_id": thread_id, "run_id": run_id, "text": "Once"}
    answers = await asyncio.gather(*(alice.emit("run.start", **sent) for _ in range(8)))
    assert {(answer["ok"], answer["run_id"], answer["seq"]) for answer in answers} == {(True, run_id, 1)}
    assert await alice.finished(thread_id, run_id) == "success"
    assert await alice.emit("run.start", **sent) == answers[0]
    assert len(place.model.requests()) == 1
    assert [role for role, _ in await said(alice, thread_id)] == ["user", "assistant"]


@pytest.mark.parametrize(
    ("text", "code"), [("", "text_empty"), (" \n\t\0 ", "text_empty"), ("x" * 32_001, "text_too_long")]
)
async def test_a_text_that_is_none_or_too_much_is_refused(text: str, code: str, place: Place, alice: Person) -> None:
    thread_id = await alice.new_thread()
    refused = await alice.emit("run.start", thread_id=thread_id, run_id=str(uuid4()), text=text)
    assert refused["error"]["code"] == code
    assert await messages(alice, thread_id) == []
    assert (await alice.ok("GET", f"/api/threads/{thread_id}"))["state"] == "idle"


async def test_the_longest_text_is_taken_whole(place: Place, alice: Person) -> None:
    place.model.script([{"text": "Long."}])
    text = "日本" * 16_000
    thread_id, run_id = await talk(alice, text)
    assert await alice.finished(thread_id, run_id) == "success"
    assert asked(place) == [("user", text)]


async def test_a_message_during_a_run_is_answered_after_it(place: Place, alice: Person) -> None:
    place.model.script(
        [{"contains": "first", "text": "One two", "hang_after": 1}, {"contains": "second", "text": "Second."}]
    )
    thread_id, first = await talk(alice, "first")
    await alice.until(lambda: [piece for piece in alice.live if piece["run_id"] == first])
    _, second = await talk(alice, "second", thread_id)
    third_ok = await alice.emit("run.start", thread_id=thread_id, run_id=first, text="first")
    assert third_ok["ok"]
    assert alice.events(thread_id, "RUN_STARTED", second) == []
    await place.release()
    assert await alice.finished(thread_id, first) == "success"
    assert await alice.finished(thread_id, second) == "success"
    roles = [role for role, _ in await said(alice, thread_id)]
    assert roles == ["user", "assistant", "user", "assistant"]
    assert asked(place)[-1] == ("user", "second")
    starts = [event["runId"] for event in alice.events(thread_id, "RUN_STARTED")]
    assert starts == [first, second]


async def test_a_newer_message_takes_the_place_of_a_card_that_waits(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("superseded")]}, {"text": "Never mind, then."}])
    thread_id, first = await talk(alice, "Record it")
    card = await alice.card(thread_id)
    _, second = await talk(alice, "No, forget it", thread_id)
    assert await alice.finished(thread_id, second) == "success"
    assert await alice.finished(thread_id, first) == "cancelled"
    row = await alice.ok("GET", f"/api/approvals/{card['id']}")
    assert row["state"] == "cancelled"
    refused = await alice.decide(card, "approve")
    assert refused["error"]["code"] == "already_decided"
    assert "A newer message took its place." in refused["error"]["message"]
    assert place.received("superseded") == 0
    assert asked(place) == [
        ("user", "Record it"),
        ("assistant", ""),
        ("tool", "It did not run: A newer message took its place."),
        ("user", "No, forget it"),
    ]


async def test_a_newer_message_waits_for_a_call_that_runs_but_for_no_card_after_it(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [slow("under way"), record("behind")]}, {"text": "Later."}])
    thread_id, first = await talk(alice, "Both")
    await alice.until(lambda: len(alice.cards(thread_id)) == 2)
    under_way, behind = alice.cards(thread_id)
    await alice.decide(under_way, "approve")
    await place.journal_has("slow", "under way")
    _, second = await talk(alice, "And now?", thread_id)
    assert (await alice.ok("GET", f"/api/approvals/{behind['id']}"))["state"] == "proposed"
    place.let_slow_calls_end()
    # The running call ends; the card beside it waits for nobody any more.
    assert await alice.finished(thread_id, second) == "success"
    assert await alice.finished(thread_id, first) == "cancelled"
    assert [card["state"] for card in alice.cards(thread_id)] == ["succeeded", "cancelled"]
    assert asked(place)[2:] == [
        ("tool", "recorded under way slowly"),
        ("tool", "It did not run: A newer message took its place."),
        ("user", "And now?"),
    ]


async def test_every_call_in_the_history_has_its_result(place: Place, alice: Person) -> None:
    place.model.script(
        [
            {"calls": [record("one"), {"name": "journal__none"}]}, {"text": "First."},
            {"calls": [record("two")]}, {"text": "Second."},
            {"text": "Third."},
        ]
    )  # fmt: skip
    thread_id, run_id = await talk(alice, "one")
    await alice.decide(await alice.card(thread_id), "approve")
    await alice.finished(thread_id, run_id)
    _, run_id = await talk(alice, "two", thread_id)
    await alice.decide(await alice.card(thread_id), "reject", reason="no")
    await alice.finished(thread_id, run_id)
    _, run_id = await talk(alice, "three", thread_id)
    await alice.finished(thread_id, run_id)
    sent = place.model.requests()[-1].messages
    open_calls: list[str] = []
    for message in sent:
        if message.role == "tool":
            open_calls.remove(str(message.tool_call_id))
        else:
            assert open_calls == []
            open_calls = [call["id"] for call in message.calls]
    assert open_calls == []
    assert [text for role, text in asked(place) if role == "tool"][::2] == ["recorded one", "Rejected by Alice: no"]


async def test_the_history_is_a_window_that_begins_with_a_person(place: Place, alice: Person) -> None:
    thread_id = await alice.new_thread()
    long = "word " * 5_000
    place.model.script([{"text": "Short.", "times": None}])
    for number in range(4):
        _, run_id = await talk(alice, f"{number} {long}", thread_id)
        assert await alice.finished(thread_id, run_id) == "success"
    window = asked(place)
    assert window[0][0] == "user"
    assert window[-1][1].startswith("3 ")
    assert sum(len(text) for _, text in window) <= 60_000
    assert len(window) == 3


async def test_a_turn_leaves_one_checkpoint(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("kept once")]}, {"text": "Kept."}])
    thread_id, run_id = await talk(alice, "Record")
    card = await alice.card(thread_id)
    assert await place.sql("select count(*) > 0 from checkpoints where thread_id = %s", thread_id) == [(True,)]
    await alice.decide(card, "approve")
    await alice.finished(thread_id, run_id)
    _, run_id = await talk(alice, "And again", thread_id)
    await alice.finished(thread_id, run_id)

    async def count() -> Any:
        return await place.sql("select count(*) from checkpoints where thread_id = %s", thread_id)

    await place.eventually(count, [(1,)])
    assert await place.sql("select count(*) from checkpoint_writes where thread_id = %s", thread_id) == [(0,)]
