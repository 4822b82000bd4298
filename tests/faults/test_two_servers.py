"""Several processes on one data directory: each serves, and what one leaves another takes up."""

import time

from tests.faults.world import SLOW, World, a_value, call_for
from tests.mcp_servers.process import until

HANDED_ON_SECONDS = 20
"""Five where nothing else runs, which `make faults` counts."""


async def test_what_happens_on_one_server_is_seen_and_decided_on_the_other(world: World) -> None:
    value = a_value()
    second = await world.serve("second")
    await world.script(
        call_for(value, times=1), {"contains": value, "after_tool": True, "text": "a b c", "hang_after": 3}
    )
    async with world.person() as here, world.person(server=second) as there:
        thread = await here.new_thread()
        await there.open(thread)
        run = await here.say(thread, f"Record {value}")
        shown = await there.card(thread)
        assert (await there.decide(shown, "approve"))["ok"]
        await here.until(lambda: [live for live in here.live if live["run_id"] == run])
        await there.until(lambda: [live for live in there.live if live["run_id"] == run])
        await world.let_model_go_on()
        for person in (here, there):
            assert await person.finished(thread, run) == "success"
            assert person.answer(thread, run) == "a b c"
        assert here.entries[thread] == there.entries[thread]
    assert len(world.effects(value)) == 1


async def test_stopping_one_server_leaves_the_other_working(world: World) -> None:
    value = a_value()
    second = await world.serve("second")
    assert await (await world.serve()).stop() == 0
    await world.script(call_for(value))
    async with world.person(server=second) as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, f"Record {value}")
        await alice.decide(await alice.card(thread), "approve")
        assert await alice.finished(thread, run) == "success"


async def test_a_turn_is_handed_to_the_other_server_when_the_one_that_had_it_is_killed(world: World) -> None:
    value = a_value()
    await world.script({"contains": value, "text": "one two three", "hang_after": 1})
    async with world.person() as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, value)
        await alice.until(lambda: [live for live in alice.live if live["run_id"] == run])
    second = await world.serve("second")
    async with world.person(server=second) as alice:
        await alice.open(thread)
        (await world.serve()).kill()
        killed = time.monotonic()
        assert await alice.finished(thread, run) == "success"
        assert time.monotonic() - killed < HANDED_ON_SECONDS
        assert alice.answer(thread, run) == f"You said: {value}"


async def test_a_call_of_a_killed_server_is_unknown_on_the_other(world: World) -> None:
    value = a_value()
    await world.script(call_for(value, SLOW))
    second = await world.serve("second", worker="apart")
    async with world.person(server=second) as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, f"Record {value}")
        await alice.decide(await alice.card(thread), "approve")
        await until(lambda: world.effects(value), "the call")
        (await world.serve()).kill()
        killed = time.monotonic()
        worker = await world.work()
        card = await alice.card(thread, "unknown")
        assert time.monotonic() - killed < HANDED_ON_SECONDS
        assert card["evidence"]["sent"]["value"] == value
        await alice.emit("approval.resolve", id=card["id"], resolution="confirmed_done")
        assert await alice.finished(thread, run) == "success"
        assert await worker.stop() == 0
    assert len(world.effects(value)) == 1


async def test_servers_with_their_worker_apart_leave_all_work_to_it(world: World) -> None:
    value = a_value()
    await (await world.serve()).stop()
    first = await world.serve("first", worker="apart")
    second = await world.serve("second", worker="apart")
    await world.script(call_for(value))
    async with world.person(server=first) as here, world.person(server=second) as there:
        thread = await here.new_thread()
        await there.open(thread)
        run = await here.say(thread, f"Record {value}")
        assert (await here.ok("GET", f"/api/threads/{thread}"))["state"] == "queued"
        await world.work()
        await there.decide(await there.card(thread), "approve")
        assert await here.finished(thread, run) == "success"
        assert await there.finished(thread, run) == "success"
    assert len(world.effects(value)) == 1
