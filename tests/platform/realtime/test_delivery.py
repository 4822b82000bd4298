"""What happens in a thread reaches those who look at it: all of it, once, in order, and nobody else."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

from tests.person import Person
from tests.platform.place import Place, record

TEXT = " ".join(f"word{number}🎉" for number in range(120))


def log_of(person: Person, thread_id: str) -> list[tuple[int, str, dict[str, Any]]]:
    return [(entry["seq"], entry["run_id"], entry["event"]) for entry in person.entries[thread_id]]


async def test_two_browsers_of_one_person_see_one_gapless_log(place: Place, alice: Person) -> None:
    place.model.script([{"text": TEXT, "calls": [record("seen twice")], "seconds_per_piece": 0.002}, {"text": "Done."}])
    async with place.person("alice") as other:
        thread_id = await alice.new_thread()
        await other.open(thread_id)
        run_id = await alice.say(thread_id, "Hello")
        await other.decide(await other.card(thread_id), "approve")
        for person in (alice, other):
            assert await person.finished(thread_id, run_id) == "success"
        assert log_of(alice, thread_id) == log_of(other, thread_id)
    assert [entry["seq"] for entry in alice.entries[thread_id]] == list(range(1, len(alice.entries[thread_id]) + 1))


async def test_whoever_comes_back_gets_the_rest_once(place: Place, alice: Person) -> None:
    place.model.script([{"text": "First."}, {"text": "Second."}])
    thread_id = await alice.new_thread()
    async with place.person("alice") as other:
        await other.open(thread_id)
        run_id = await alice.say(thread_id, "one")
        assert await other.finished(thread_id, run_id) == "success"
        seen = len(other.entries[thread_id])
        await other.sio.disconnect()
        run_id = await alice.say(thread_id, "two")
        assert await alice.finished(thread_id, run_id) == "success"
        await other.connect()
        answer = await other.open(thread_id, after=seen)
        assert [entry["seq"] for entry in answer["events"]] == list(range(seen + 1, answer["seq"] + 1))
        assert log_of(other, thread_id) == log_of(alice, thread_id)


async def test_opening_from_any_number_gives_exactly_what_comes_after(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("numbered")]}, {"text": "Done."}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Record")
    await alice.decide(await alice.card(thread_id), "approve")
    await alice.finished(thread_id, run_id)
    whole = alice.entries[thread_id]
    async with place.person("alice") as other:
        for after in range(len(whole) + 1):
            answer = await other.emit("thread.open", thread_id=thread_id, after=after)
            stored = [{key: entry[key] for key in ("seq", "run_id", "event")} for entry in whole[after:]]
            assert answer["events"] == stored
            assert answer["seq"] == len(whole)
        beyond = await other.emit("thread.open", thread_id=thread_id, after=10**12)
        assert (beyond["events"], beyond["seq"]) == ([], len(whole))


async def test_live_text_comes_in_order_and_is_what_is_stored(place: Place, alice: Person) -> None:
    place.model.script([{"text": TEXT, "seconds_per_piece": 0.004}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Write")
    assert await alice.finished(thread_id, run_id) == "success"
    pieces = [piece for piece in alice.live if piece["thread_id"] == thread_id]
    text = ""
    for piece in pieces:
        assert (piece["run_id"], piece["offset"]) == (run_id, len(text))
        text += piece["delta"]
    assert len(pieces) > 3
    assert text == alice.answer(thread_id, run_id) == TEXT
    (start,) = [e for e in alice.events(thread_id, "TEXT_MESSAGE_START", run_id) if e["role"] == "assistant"]
    assert {piece["message_id"] for piece in pieces} == {start["messageId"]}


async def test_opening_in_mid_stream_tells_the_text_so_far_and_then_the_rest(place: Place, alice: Person) -> None:
    place.model.script([{"text": TEXT, "seconds_per_piece": 0.01}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Write")
    await alice.until(lambda: len([piece for piece in alice.live if piece["run_id"] == run_id]) >= 3)
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(place.person("alice")) for _ in range(3)]
        texts = []
        for other in others:
            live = (await other.open(thread_id))["live"]
            assert live["run_id"] == run_id
            assert TEXT.startswith(live["text"])
            assert live["text"]
            texts.append(live["text"])
        for other, text in zip(others, texts, strict=True):
            assert await other.finished(thread_id, run_id) == "success"
            for piece in other.live:
                assert piece["offset"] == len(text)
                text += piece["delta"]
            assert text == TEXT
        assert (await alice.open(thread_id))["live"] is None


async def test_many_who_open_while_much_happens_miss_nothing(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record(f"busy {n}") for n in range(8)]}, {"text": TEXT, "seconds_per_piece": 0.002}])
    thread_id = await alice.new_thread()
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(place.person("alice")) for _ in range(4)]
        run_id = await alice.say(thread_id, "Busy")
        await alice.card(thread_id)

        async def look_in(person: Person, delay: int) -> None:
            await alice.until(lambda: len(alice.entries[thread_id]) > 4 + 6 * delay)
            await person.open(thread_id)

        async def approve() -> None:
            await alice.until(lambda: len(alice.cards(thread_id)) == 8)
            for card in alice.cards(thread_id):
                await alice.decide(card, "approve")

        await asyncio.gather(approve(), *(look_in(person, n) for n, person in enumerate(others)))
        for person in (alice, *others):
            assert await person.finished(thread_id, run_id) == "success"
        logs = [log_of(person, thread_id) for person in (alice, *others)]
        assert all(each == logs[0] for each in logs)


async def test_a_closed_thread_is_quiet(place: Place, alice: Person) -> None:
    place.model.script([{"text": "Quietly."}])
    thread_id = await alice.new_thread()
    async with place.person("alice") as other:
        await other.open(thread_id)
        assert (await other.emit("thread.close", thread_id=thread_id))["ok"]
        run_id = await alice.say(thread_id, "Hello")
        await alice.finished(thread_id, run_id)
        # What goes to the person, and not to the thread, still comes; it was sent after the thread's events.
        await other.until(lambda: [body for kind, body in other.news if kind == "thread" and body["state"] == "idle"])
        assert other.entries.get(thread_id, []) == []


async def test_nobody_else_hears_of_a_thread_whatever_ids_they_know(
    place: Place, alice: Person, bob: Person, mallory: Person
) -> None:
    place.model.script([{"calls": [record("overheard")]}, {"text": "Secret.", "seconds_per_piece": 0.01}])
    thread_id = await alice.new_thread()
    for other in (bob, mallory):
        theirs = await other.emit("thread.open", thread_id=thread_id)
        assert theirs == await other.emit("thread.open", thread_id=str(uuid4()))
        assert theirs["error"]["code"] == "not_found"
    run_id = await alice.say(thread_id, "Tell me")
    card = await alice.card(thread_id)
    for other in (bob, mallory):
        for event, more in (
            ("run.retry", {"thread_id": thread_id, "run_id": run_id}),
            ("approval.resolve", {"id": card["id"], "resolution": "confirmed_done"}),
        ):
            assert (await other.emit(event, **more))["error"]["code"] == "not_found"
    await alice.decide(card, "approve")
    assert await alice.finished(thread_id, run_id) == "success"
    for other in (bob, mallory):
        # Their own thread's events come; whatever of hers was on the way would have come before.
        own = await other.new_thread()
        await other.finished(own, await other.say(own, "Hello"))
        assert list(other.entries) == [own]
        assert {piece["thread_id"] for piece in other.live} <= {own}
        assert {body["id"] for kind, body in other.news if kind == "thread"} == {own}
        assert {kind for kind, _ in other.news} == {"thread"}


async def test_news_tell_the_person_what_waits_and_what_changed(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [record("news")]}, {"text": "Done."}])
    async with place.person("alice") as other:
        thread_id = await alice.new_thread()
        run_id = await alice.say(thread_id, "Record")
        card = await alice.card(thread_id)

        def about(state: str) -> list[dict[str, object]]:
            return [body for kind, body in other.news if kind == "approval" and body["state"] == state]

        (waits,) = await other.until(lambda: about("proposed"))
        assert waits == {
            "id": card["id"], "thread_id": thread_id, "state": "proposed", "tool": "Record", "server": "journal",
            "waiting": 1,
        }  # fmt: skip
        await alice.decide(card, "reject")
        (decided,) = await other.until(lambda: about("rejected"))
        assert decided["waiting"] == 0
        await alice.finished(thread_id, run_id)
        await alice.ok("POST", "/api/servers/toolbox/connect")
        await other.until(lambda: [body for kind, body in other.news if kind == "toolset" and len(body["tools"]) > 5])
        await other.until(lambda: [b for kind, b in other.news if kind == "server" and b["state"] == "connected"])
        await alice.ok("POST", "/api/servers/toolbox/disconnect")
