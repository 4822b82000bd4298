"""Budgets: nothing begins that nothing is left for, and a run whose budget ends stops whole."""

import asyncio
from uuid import uuid4

from tests.person import Person
from tests.platform.chat.talking import said, talk
from tests.platform.gate.asking import rule
from tests.platform.limits.limiting import limit, own
from tests.platform.place import Place, record


async def used_by(person: Person) -> tuple[int, int, float, int]:
    """(input tokens, output tokens, cost, calls) of today."""
    days = (await person.ok("GET", "/api/usage"))["days"]
    return tuple(sum(each[name] for each in days) for name in ("input_tokens", "output_tokens", "cost", "calls"))


async def test_what_a_run_takes_is_counted_as_its_provider_reports_it(place: Place, alice: Person) -> None:
    before = await used_by(alice)
    place.model.script([{"calls": [record("counted")]}, {"text": "One two three."}])
    async with rule(alice, verdict="allow"):
        thread_id, run_id = await talk(alice, "Record it")
        assert await alice.finished(thread_id, run_id) == "success"
    after = await used_by(alice)
    report = await alice.ok("GET", "/api/usage")
    assert (report["currency"], report["model"], report["priced"]) == ("EUR", "openai:scripted", True)
    run = report["runs"][0]
    assert (run["id"], run["thread_id"], run["state"]) == (run_id, thread_id, "finished")
    assert run["input_tokens"] == after[0] - before[0] > 0
    assert run["output_tokens"] == after[1] - before[1] > 0
    assert after[3] - before[3] == 1
    expected = (run["input_tokens"] * 100 + run["output_tokens"] * 1000) / 1e6
    assert abs(run["cost"] - expected) < 1e-6
    assert abs(after[2] - before[2] - expected) < 1e-6


async def test_without_anything_left_no_message_is_taken(place: Place, alice: Person) -> None:
    thread_id = await alice.new_thread()
    for kind in ("tokens_per_day", "tokens_per_month", "money_per_day", "money_per_month"):
        async with limit(alice, kind, 0):
            refused = await alice.emit("run.start", thread_id=thread_id, run_id=str(uuid4()), text="Hello")
            assert (refused["error"]["code"], refused["error"]["limit"]) == ("budget_used_up", kind)
            assert refused["error"]["until"]
            standing = await own(alice, kind)
            assert (standing["amount"], standing["left"], standing["source"]) == (0, 0, "everybody")
    assert await said(alice, thread_id) == []
    assert place.model.requests() == []


async def test_a_run_whose_budget_ends_stops_before_the_next_question_and_goes_on_where_it_was(
    place: Place, alice: Person
) -> None:
    place.model.script([{"calls": [record("before the end")]}, {"text": "Done."}])
    thread_id, run_id = await talk(alice, "Record it")
    card = await alice.card(thread_id)
    async with limit(alice, "tokens_per_day", 1):
        assert (await alice.decide(card, "approve"))["ok"]
        assert await alice.finished(thread_id, run_id) == "budget_used_up"
        (error,) = alice.events(thread_id, "RUN_ERROR")
        assert "Ask an admin for more" in error["message"]
        assert len(place.model.requests()) == 1
        # The call was made and its result is there: only the model was not asked what it makes of it.
        assert place.received("before the end") == 1
        again = await alice.emit("run.retry", thread_id=thread_id, run_id=run_id)
        assert again["error"]["code"] == "budget_used_up"
    assert (await alice.emit("run.retry", thread_id=thread_id, run_id=run_id))["ok"]
    await alice.until(lambda: alice.answer(thread_id, run_id) == "Done.")
    assert place.received("before the end") == 1


async def test_two_runs_at_once_do_not_get_what_only_one_may_have(place: Place, alice: Person) -> None:
    used = sum((await used_by(alice))[:2])
    place.model.script([{"text": "A word that is followed by more", "hang_after": 1}, {"text": "Another."}])
    # Enough for one answer as it is estimated, and not for two.
    async with limit(alice, "tokens_per_day", used + 1800):
        first = await talk(alice, "First")
        await alice.until(lambda: any(piece["run_id"] == first[1] for piece in alice.live))
        second = await talk(alice, "Second")
        assert await alice.finished(*second) == "budget_used_up"
        await place.release()
        assert await alice.finished(*first) == "success"
        assert (await alice.emit("run.retry", thread_id=second[0], run_id=second[1]))["ok"]
        await alice.until(lambda: alice.answer(*second) == "Another.")


async def test_calls_beyond_the_budget_are_not_entered_and_their_tokens_count_once(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("one"), record("two")]}, {"text": "Done."}])
    before = await used_by(alice)
    async with limit(alice, "calls_per_day", before[3] + 1), rule(alice, verdict="allow"):
        thread_id, run_id = await talk(alice, "Record both")
        assert await alice.finished(thread_id, run_id) == "budget_used_up"
        assert alice.cards(thread_id) == []
        stopped = await used_by(alice)
        assert stopped[0] > before[0]
        assert stopped[3] == before[3]
    async with rule(alice, verdict="allow"):
        assert (await alice.emit("run.retry", thread_id=thread_id, run_id=run_id))["ok"]
        await alice.until(lambda: alice.answer(thread_id, run_id).endswith("Done."))
    after = await used_by(alice)
    assert after[3] == before[3] + 2
    run = (await alice.ok("GET", "/api/usage"))["runs"][0]
    assert run["input_tokens"] == after[0] - before[0]


async def test_what_a_person_uses_counts_for_the_organisation(place: Place, alice: Person, bob: Person) -> None:
    place.model.script([{"text": "Yes."}])
    run = await talk(bob, "Hello")
    assert await bob.finished(*run) == "success"
    month = await alice.ok("GET", "/api/usage/tenant")
    assert {each["user"]["name"] for each in month["people"]} >= {"Bob"}
    (whole,) = [each for each in month["limits"] if each["kind"] == "tokens_per_month"]
    assert (whole["amount"], whole["source"]) == (1_000_000, "operator")
    assert whole["used"] == sum(each["input_tokens"] + each["output_tokens"] for each in month["people"])
    async with limit(alice, "tokens_per_month", whole["used"], scope="tenant"):
        refused = await bob.emit("run.start", thread_id=run[0], run_id=str(uuid4()), text="More")
        assert (refused["error"]["code"], refused["error"]["of"]) == ("budget_used_up", "tenant")


async def test_what_broke_off_counts_for_what_was_said_of_it(place: Place, alice: Person) -> None:
    before = await used_by(alice)
    place.model.script([{"text": "Only a beginning of an answer", "hang_after": 1}])
    thread_id, run_id = await talk(alice, "Tell me")
    await alice.until(lambda: any(piece["run_id"] == run_id for piece in alice.live))
    assert (await alice.emit("run.cancel", thread_id=thread_id, run_id=run_id))["ok"]
    assert await alice.finished(thread_id, run_id) == "cancelled"
    after = await used_by(alice)
    assert after[0] > before[0]
    assert after[1] > before[1]
    await asyncio.wait_for(place.release(), 20)
