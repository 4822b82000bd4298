"""The server dies at the worst moments: nothing that was acknowledged is lost, and nothing happens twice."""

import signal
from uuid import uuid4

import psutil
import pytest

from tests.faults.world import SLOW, World, a_value, call_for, come_back
from tests.mcp_servers.process import until


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_pending_card_survives_the_server_and_one_decision_settles_it(
    world: World, number: signal.Signals
) -> None:
    value = a_value()
    await world.script(call_for(value))
    async with world.person() as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, f"Record {value}")
        shown = await alice.card(thread)
        server = await world.serve()
        if number is signal.SIGKILL:
            server.kill()
        else:
            assert await server.stop(number) == 0
        await world.serve()
        await come_back(alice, thread)
        listed = (await alice.ok("GET", "/api/approvals?state=proposed"))["approvals"]
        assert [card["id"] for card in listed if card["thread_id"] == thread] == [shown["id"]]
        assert (await alice.decide(shown, "approve"))["ok"]
        assert (await alice.decide(shown, "approve"))["error"]["code"] == "already_decided"
        assert await alice.finished(thread, run) == "success"
        assert alice.answer(thread, run) == f"The tool said: recorded {value}"
    assert len(world.effects(value)) == 1


@pytest.mark.parametrize("resolution", ["confirmed_done", "confirmed_not_done"])
async def test_a_call_that_was_under_way_is_unknown_and_a_person_says_what_became_of_it(
    world: World, resolution: str
) -> None:
    value = a_value()
    await world.script(call_for(value, SLOW))
    async with world.person() as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, f"Record {value}")
        await alice.decide(await alice.card(thread), "approve")
        await until(lambda: world.effects(value), "the call")
        (await world.serve()).kill()
        await world.serve()
        await come_back(alice, thread)
        card = await alice.card(thread, "unknown")
        assert card["evidence"]["sent"] == {"value": value, "seconds": 60}
        assert card["evidence"]["sent_at"] is not None
        assert "died" in card["evidence"]["why"]
        resolved = await alice.emit("approval.resolve", id=card["id"], resolution=resolution, note="I looked.")
        assert resolved["ok"], resolved
        assert await alice.finished(thread, run) == "success"
        happened = "it did happen" if resolution == "confirmed_done" else "it did not happen"
        assert happened in alice.answer(thread, run)
        assert "I looked." in alice.answer(thread, run)
    assert len(world.effects(value)) == 1


async def test_messages_that_were_acknowledged_just_before_the_kill_are_answered_after_it(world: World) -> None:
    first, second = a_value(), a_value()
    async with world.person() as alice:
        thread, other = await alice.new_thread(), await alice.new_thread()
        runs = [(thread, await alice.say(thread, first)), (other, await alice.say(other, second))]
        (await world.serve()).kill()
        await world.serve()
        await come_back(alice, thread)
        await come_back(alice, other)
        await alice.open(thread, len(alice.entries.get(thread, [])))
        for (where, run), said in zip(runs, (first, second), strict=True):
            assert await alice.finished(where, run) == "success"
            assert alice.answer(where, run) == f"You said: {said}"


async def test_an_answer_that_was_being_written_is_given_once(world: World) -> None:
    value = a_value()
    await world.script({"contains": value, "text": "one two three four five", "hang_after": 3})
    async with world.person() as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, value)
        await alice.until(lambda: [piece for piece in alice.live if piece["run_id"] == run])
        (await world.serve()).kill()
        await world.script({"contains": value, "text": "six seven"})
        await world.serve()
        await come_back(alice, thread)
        assert await alice.finished(thread, run) == "success"
        assert alice.answer(thread, run) == "six seven"
        messages = (await alice.ok("GET", f"/api/threads/{thread}/messages"))["messages"]
        assert [(each["role"], each["content"]) for each in messages] == [("user", value), ("assistant", "six seven")]
    assert len(world.asked(value)) == 2


@pytest.mark.parametrize("moment", ["acknowledged", "received", "done"])
async def test_a_decision_that_was_acknowledged_is_carried_out_at_most_once_and_never_asked_again(
    world: World, moment: str
) -> None:
    value = a_value()
    await world.script(call_for(value))
    async with world.person() as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, f"Record {value}")
        card = await alice.card(thread)
        assert (await alice.decide(card, "approve"))["ok"]
        if moment != "acknowledged":
            await until(lambda: world.effects(value, moment), moment)
        (await world.serve()).kill()
        await world.serve()
        await come_back(alice, thread)
        settled = await alice.until(lambda: [c for c in alice.cards(thread) if c["state"] in ("succeeded", "unknown")])
        assert [each["id"] for each in settled] == [card["id"]], "the call that was approved, and no other"
        if settled[0]["state"] == "unknown":
            effects = len(world.effects(value))
            await alice.emit("approval.resolve", id=card["id"], resolution="confirmed_done")
        else:
            effects = 1
        assert await alice.finished(thread, run) == "success"
        assert len(world.effects(value)) == effects


async def test_a_result_that_came_before_the_kill_is_answered_once_after_it(world: World) -> None:
    value = a_value()
    await world.script(call_for(value), {"contains": value, "after_tool": True, "hang_after": 0})
    async with world.person() as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, f"Record {value}")
        await alice.decide(await alice.card(thread), "approve")
        await until(lambda: len(world.asked(value)) == 2, "the question after the tool")
        (await world.serve()).kill()
        await world.serve()
        await come_back(alice, thread)
        assert await alice.finished(thread, run) == "success"
        assert alice.answer(thread, run) == f"The tool said: recorded {value}"
        results = alice.events(thread, "TOOL_CALL_RESULT", run)
        assert [each["content"] for each in results] == [f"recorded {value}"]
    assert len(world.effects(value)) == 1


async def test_the_same_run_sent_again_after_a_kill_is_one_run(world: World) -> None:
    value, run = a_value(), str(uuid4())
    async with world.person() as alice:
        thread = await alice.new_thread()
        await alice.say(thread, value, run)
        (await world.serve()).kill()
        await world.serve()
        await come_back(alice, thread)
        await alice.say(thread, value, run)
        assert await alice.finished(thread, run) == "success"
        assert len(alice.events(thread, "TEXT_MESSAGE_START", run)) == 2


async def test_the_end_of_the_process_that_keeps_connections_makes_its_call_unknown_and_nothing_else(
    world: World,
) -> None:
    value, after = a_value(), a_value()
    await world.script(call_for(value, SLOW), call_for(after))
    async with world.person() as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, f"Record {value}")
        await alice.decide(await alice.card(thread), "approve")
        await until(lambda: world.effects(value), "the call")
        server = await world.serve()
        for child in psutil.Process(server.process.pid).children():
            if "interlock_servers.connections" in child.cmdline():
                child.kill()
        card = await alice.card(thread, "unknown")
        assert "The process that keeps connections ended while the tool ran" in card["evidence"]["why"]
        resolved = await alice.emit("approval.resolve", id=card["id"], resolution="confirmed_done", note="I looked.")
        assert resolved["ok"], resolved
        await alice.finished(thread, run)
        again = await alice.say(thread, f"Record {after}")
        await alice.decide(await alice.card(thread), "approve")
        assert await alice.finished(thread, again) == "success"
        assert (await world.serve()).process.pid == server.process.pid
    assert (len(world.effects(value)), len(world.effects(after))) == (1, 1)
