"""Stopping a run, whatever it is doing."""

from uuid import uuid4

from tests.mcp_servers.process import until
from tests.person import Person
from tests.platform.chat.talking import asked, messages, talk, writing
from tests.platform.place import Place, record, slow


async def stop(alice: Person, thread_id: str, run_id: str) -> None:
    assert (await alice.emit("run.cancel", thread_id=thread_id, run_id=run_id))["ok"]
    assert await alice.finished(thread_id, run_id) == "cancelled"


async def test_what_was_written_so_far_is_kept(place: Place, alice: Person) -> None:
    place.model.script([{"text": "One two three four", "hang_after": 2}, {"text": "Five."}])
    thread_id, run_id = await talk(alice, "Count")
    await writing(alice, run_id)
    await stop(alice, thread_id, run_id)
    _, answer = await messages(alice, thread_id)
    assert (answer["role"], answer["incomplete"]) == ("assistant", True)
    assert "One two".startswith(answer["content"])
    assert answer["content"]
    start = alice.events(thread_id, "TEXT_MESSAGE_START", run_id)[-1]
    assert start["metadata"] == {"incomplete": True}
    _, run_id = await talk(alice, "Go on", thread_id)
    assert await alice.finished(thread_id, run_id) == "success"
    assert asked(place) == [("user", "Count"), ("assistant", answer["content"]), ("user", "Go on")]


async def test_a_stop_while_text_pours_in_is_never_lost(place: Place, alice: Person) -> None:
    words = " ".join(f"word{number}" for number in range(2000))
    place.model.script([{"text": words, "seconds_per_piece": 0.002, "times": None}])
    thread_id = await alice.new_thread()
    for _ in range(3):
        _, run_id = await talk(alice, "Pour", thread_id)
        await writing(alice, run_id)
        await stop(alice, thread_id, run_id)
    assert all(message["content"] != words for message in await messages(alice, thread_id))


async def test_a_queued_run_never_begins(place: Place, alice: Person) -> None:
    place.model.script([{"contains": "first", "text": "One two", "hang_after": 1}])
    thread_id, first = await talk(alice, "first")
    await alice.until(lambda: alice.events(thread_id, "RUN_STARTED", first))
    _, second = await talk(alice, "second", thread_id)
    await stop(alice, thread_id, second)
    await place.release()
    assert await alice.finished(thread_id, first) == "success"
    assert alice.events(thread_id, "RUN_STARTED", second) == []
    assert len(place.model.requests()) == 1


async def test_the_run_behind_a_stopped_one_is_answered(place: Place, alice: Person) -> None:
    place.model.script([{"contains": "first", "hang_after": 0}, {"text": "Second."}])
    thread_id, first = await talk(alice, "first")
    await alice.until(lambda: alice.events(thread_id, "RUN_STARTED", first))
    _, second = await talk(alice, "second", thread_id)
    await stop(alice, thread_id, first)
    assert await alice.finished(thread_id, second) == "success"
    assert alice.answer(thread_id, second) == "Second."


async def test_stopping_a_run_that_waits_closes_its_cards(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("not now"), record("nor then")]}])
    thread_id, run_id = await talk(alice, "Record")
    await alice.until(lambda: len(alice.cards(thread_id)) == 2)
    await alice.until(lambda: alice.events(thread_id, "RUN_FINISHED", run_id))
    await stop(alice, thread_id, run_id)
    assert [card["state"] for card in alice.cards(thread_id)] == ["cancelled", "cancelled"]
    thread = await alice.ok("GET", f"/api/threads/{thread_id}")
    assert (thread["state"], thread["waiting"]) == ("idle", 0)
    results = [event["content"] for event in alice.events(thread_id, "TOOL_CALL_RESULT")]
    assert results == ["It did not run: Alice stopped the run."] * 2


async def test_a_call_that_has_started_is_stopped_at_its_server_and_in_doubt(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [slow("already")]}, {"text": "Next."}])
    thread_id, run_id = await talk(alice, "Slowly")
    await alice.decide(await alice.card(thread_id), "approve")
    await place.journal_has("slow", "already")
    await stop(alice, thread_id, run_id)
    card = await alice.card(thread_id, "unknown")
    assert card["evidence"]["stopped"] is True
    assert card["evidence"]["why"].startswith("The run was stopped while the tool ran.")
    assert card["evidence"]["sent"] == {"seconds": 60, "value": "already"}
    await until(lambda: place.told_to_stop("slow", "already"), "the cancellation at the server")
    resolved = await alice.emit("approval.resolve", id=card["id"], resolution="confirmed_not_done")
    assert resolved["ok"]
    assert place.received("already") == 1
    _, run_id = await talk(alice, "What happened?", thread_id)
    assert await alice.finished(thread_id, run_id) == "success"
    told = "It was stopped before its result came. A person checked: it did not happen."
    assert asked(place)[2] == ("tool", told)


async def test_a_call_that_policy_allowed_is_stopped_as_well(place: Place, alice: Person) -> None:
    rule = {"layer": "tool", "name": "slowly", "server": "journal", "tool": "slow", "verdict": "allow"}
    made = await alice.ok("POST", "/api/policies", rule)
    try:
        place.model.script([{"calls": [slow("by rule")]}, {"text": "Next."}])
        thread_id, run_id = await talk(alice, "Slowly")
        await place.journal_has("slow", "by rule")
        await stop(alice, thread_id, run_id)
        await alice.card(thread_id, "unknown")
        await until(lambda: place.told_to_stop("slow", "by rule"), "the cancellation at the server")
    finally:
        await alice.ok("DELETE", f"/api/policies/{made['id']}")
    assert place.received("by rule") == 1


async def test_a_stop_that_nobody_heard_is_found_in_the_ledger(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [slow("unheard")]}])
    thread_id, _ = await talk(alice, "Slowly")
    card = await alice.card(thread_id)
    await alice.decide(card, "approve")
    await place.journal_has("slow", "unheard")
    await place.sql("update runs set state = 'cancelled' where id = %s", card["run_id"])
    await place.sql("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen \"interlock%%'")
    await alice.card(thread_id, "unknown")


async def test_stopping_what_has_ended_or_was_never_there(place: Place, alice: Person) -> None:
    thread_id, run_id = await talk(alice, "Hello")
    assert await alice.finished(thread_id, run_id) == "success"
    assert (await alice.emit("run.cancel", thread_id=thread_id, run_id=run_id))["ok"]
    assert len(alice.events(thread_id, "RUN_FINISHED")) == 1
    refused = await alice.emit("run.cancel", thread_id=thread_id, run_id=str(uuid4()))
    assert refused["error"]["code"] == "not_found"
