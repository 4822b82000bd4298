"""Postgres dies in the middle of a turn: it comes back by itself, and the turn goes on."""

import os
import signal
import time
from uuid import uuid4

from tests.faults.world import SLOW, World, a_value, call_for
from tests.mcp_servers.process import until
from tests.person import Person


async def test_a_turn_goes_on_when_postgres_died_under_it(world: World) -> None:
    value = a_value()
    text = "one two three"
    await world.script({"contains": value, "text": text, "hang_after": 3}, {"contains": value, "text": text})
    async with world.person() as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, value)
        await alice.until(lambda: [piece for piece in alice.live if piece["run_id"] == run])
        os.kill(world.postmaster.pid, signal.SIGKILL)
        await world.let_model_go_on()
        assert await alice.finished(thread, run) == "success"
        assert alice.answer(thread, run) == "one two three"


async def test_a_message_sent_again_until_it_is_acknowledged_is_one_run(world: World) -> None:
    value, run = a_value(), str(uuid4())
    async with world.person() as alice:
        thread = await alice.new_thread()
        os.kill(world.postmaster.pid, signal.SIGKILL)
        await insist(alice, thread_id=thread, run_id=run, text=value)
        await insist(alice, thread_id=thread, run_id=run, text=value)
        assert await alice.finished(thread, run) == "success"
        assert alice.answer(thread, run) == f"You said: {value}"
        assert len(alice.events(thread, "TEXT_MESSAGE_START", run)) == 2


async def test_the_result_of_a_tool_is_not_lost_when_postgres_dies_while_it_runs(world: World) -> None:
    value = a_value()
    await world.script(call_for(value, SLOW))
    async with world.person() as alice:
        thread = await alice.new_thread()
        run = await alice.say(thread, f"Record {value}")
        await alice.decide(await alice.card(thread), "approve")
        await until(lambda: world.effects(value), "the call")
        os.kill(world.postmaster.pid, signal.SIGKILL)
        world.journal.release.touch()
        assert await alice.finished(thread, run) == "success"
        assert alice.answer(thread, run) == f"The tool said: recorded {value} slowly"
    assert len(world.effects(value)) == 1


async def test_a_tool_that_runs_through_an_outage_is_neither_stopped_nor_asked_again(world: World) -> None:
    value, said = a_value(), a_value()
    await world.script(
        call_for(value, SLOW), {"contains": said, "text": "yes", "hang_after": 1}, {"contains": said, "text": "yes"}
    )
    server = await world.serve()
    async with world.person() as alice:
        thread, other = await alice.new_thread(), await alice.new_thread()
        run = await alice.say(thread, f"Record {value}")
        await alice.decide(await alice.card(thread), "approve")
        await until(lambda: world.effects(value), "the call")
        talking = await alice.say(other, said)
        await alice.until(lambda: [live for live in alice.live if live["run_id"] == talking])
        with world.no_start_of_postgres():
            os.kill(world.postmaster.pid, signal.SIGKILL)
            # One line a second: long enough for every heartbeat to be missed.
            await until(lambda: server.log.read_text().count("Postgres does not ring") > 4, "a long outage", 30)
        world.journal.release.touch()
        await world.let_model_go_on()
        assert await alice.finished(thread, run) == "success"
        assert alice.answer(thread, run) == f"The tool said: recorded {value} slowly"
        assert await alice.finished(other, talking) == "success"
        assert alice.answer(other, talking) == "yes"
    assert len(world.effects(value)) == 1


async def insist(person: Person, **message: str) -> None:
    """As a client does: the same message until it is acknowledged."""
    end = time.monotonic() + 30
    while not (acknowledged := await person.emit("run.start", **message))["ok"]:
        assert acknowledged["error"]["code"] == "unavailable"
        assert time.monotonic() < end, acknowledged
