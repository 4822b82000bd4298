"""Several calls in one turn: each decided, each run by itself."""

from tests.person import Person
from tests.platform.chat.talking import asked, nth_card, said, talk
from tests.platform.place import Place, record, slow


async def test_one_approved_runs_while_the_other_still_waits(place: Place, alice: Person) -> None:
    place.model.script(
        [{"text": "Two things.", "calls": [record("left"), record("right")]}, {"text": "One was done, one not."}]
    )
    thread_id, run_id = await talk(alice, "Do both")
    await alice.until(lambda: len(alice.cards(thread_id)) == 2)
    left, right = alice.cards(thread_id)
    await alice.decide(left, "approve")
    assert (await alice.card(thread_id, "succeeded"))["id"] == left["id"]
    assert await alice.ok("GET", f"/api/approvals/{right['id']}") == right
    thread = await alice.ok("GET", f"/api/threads/{thread_id}")
    assert (thread["state"], thread["waiting"]) == ("waiting", 1)
    assert len(place.model.requests()) == 1
    await alice.decide(right, "reject", reason="not this one")
    assert await alice.finished(thread_id, run_id) == "success"
    assert (place.received("left"), place.received("right")) == (1, 0)
    assert asked(place)[1:] == [
        ("assistant", "Two things."),
        ("tool", "recorded left"),
        ("tool", "Rejected by Alice: not this one"),
    ]
    assert place.model.requests()[-1].tools != []
    assert alice.answer(thread_id, run_id) == "Two things.\nOne was done, one not."


async def test_a_slow_call_holds_up_neither_its_siblings_decision_nor_its_run(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [slow("slowly"), record("meanwhile")]}, {"text": "Both done."}])
    thread_id, run_id = await talk(alice, "Do both")
    await alice.until(lambda: len(alice.cards(thread_id)) == 2)
    first, second = alice.cards(thread_id)
    await alice.decide(first, "approve")
    await place.journal_has("slow", "slowly")
    await alice.decide(second, "approve")
    assert (await alice.card(thread_id, "succeeded"))["id"] == second["id"]
    assert alice.cards(thread_id)[0]["state"] == "started"
    assert (await alice.ok("GET", f"/api/threads/{thread_id}"))["state"] == "running"
    place.let_slow_calls_end()
    assert await alice.finished(thread_id, run_id) == "success"
    assert [text for role, text in asked(place) if role == "tool"] == ["recorded slowly slowly", "recorded meanwhile"]


async def test_a_decision_before_the_run_has_come_to_rest_counts(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record(f"at once {number}") for number in range(6)]}, {"text": "All."}])
    thread_id, run_id = await talk(alice, "Do all six")
    for number in range(6):
        await alice.decide(await nth_card(alice, thread_id, number), "approve")
    assert await alice.finished(thread_id, run_id) == "success"
    assert [place.received(f"at once {number}") for number in range(6)] == [1] * 6


async def test_a_run_takes_as_many_turns_as_it_needs(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("step one")]}, {"calls": [record("step two")]}, {"text": "Two steps."}])
    thread_id, run_id = await talk(alice, "Step by step")
    for step in (0, 1):
        await alice.decide(await nth_card(alice, thread_id, step), "approve")
    assert await alice.finished(thread_id, run_id) == "success"
    assert [content for role, content in await said(alice, thread_id) if role == "tool"] == [
        "recorded step one",
        "recorded step two",
    ]
    kinds = [event["type"] for event in alice.events(thread_id) if event["type"].startswith("RUN")]
    assert kinds == ["RUN_STARTED", "RUN_FINISHED"] * (len(kinds) // 2)


async def test_a_run_keeps_the_tools_it_began_with_and_the_next_has_the_new_ones(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("kept tools")]}, {"text": "Done."}, {"text": "Next."}])
    thread_id, run_id = await talk(alice, "Record")
    card = await alice.card(thread_id)
    before = (await alice.ok("GET", "/api/toolset"))["revision"]
    await alice.ok("POST", "/api/servers/toolbox/connect")
    after = await alice.ok("GET", "/api/toolset")
    assert after["revision"] == before + 1
    await alice.decide(card, "approve")
    assert await alice.finished(thread_id, run_id) == "success"
    _, run_id = await talk(alice, "And now?", thread_id)
    assert await alice.finished(thread_id, run_id) == "success"
    first, second, third = (request.tools for request in place.model.requests())
    assert first == second
    assert sorted(third) == sorted(tool["name"] for tool in after["tools"])
    assert set(third) > set(first)
    assert (await alice.ok("POST", "/api/servers/toolbox/disconnect"))["toolset"]["revision"] == before + 2


async def test_a_run_survives_many_changes_of_the_tools_while_it_waits(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("much changed")]}, {"text": "Still here."}])
    thread_id, run_id = await talk(alice, "Record")
    card = await alice.card(thread_id)
    for _ in range(3):
        await alice.ok("POST", "/api/servers/toolbox/connect")
        other, other_run = await talk(alice, "In between")
        assert await alice.finished(other, other_run) == "success"
        await alice.ok("POST", "/api/servers/toolbox/disconnect")
        _, other_run = await talk(alice, "And again", other)
        assert await alice.finished(other, other_run) == "success"
    place.model.script([{"text": "Still here."}])
    await alice.decide(card, "approve")
    assert await alice.finished(thread_id, run_id) == "success"
    assert alice.answer(thread_id, run_id) == "Still here."
