"""Asked to stop, everything stops: what was under way goes on after the next start."""

import os
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from interlock_servers.postgres_process import find_postmaster
from tests.faults.world import SLOW, World, a_value, call_for, come_back
from tests.mcp_servers.process import until
from tests.person import Person
from tests.running import InterlockProcess

STOP_SECONDS = 20
"""Three where nothing else runs; what is under way would take a minute."""


async def test_what_is_under_way_at_a_stop_goes_on_after_the_next_start(world: World) -> None:
    said, ran = a_value(), a_value()
    await world.script({"contains": said, "text": "one two three", "hang_after": 1}, call_for(ran, SLOW))
    async with world.person() as alice:
        talk, work = await alice.new_thread(), await alice.new_thread()
        talking = await alice.say(talk, said)
        await alice.until(lambda: [live for live in alice.live if live["run_id"] == talking])
        working = await alice.say(work, f"Record {ran}")
        await alice.decide(await alice.card(work), "approve")
        await until(lambda: world.effects(ran), "the call")
        began = time.monotonic()
        assert await (await world.serve()).stop() == 0
        assert time.monotonic() - began < STOP_SECONDS
        await world.serve()
        await come_back(alice, talk)
        await come_back(alice, work)
        await alice.open(talk, len(alice.entries[talk]))
        assert await alice.finished(talk, talking) == "success"
        assert alice.answer(talk, talking) == f"You said: {said}"
        card = await alice.card(work, "unknown")
        assert "stopped" in card["evidence"]["why"]
        await alice.emit("approval.resolve", id=card["id"], resolution="confirmed_not_done")
        assert await alice.finished(work, working) == "success"
    assert len(world.effects(ran)) == 1


async def test_ctrl_c_leaves_no_process_behind() -> None:
    with TemporaryDirectory(prefix="interlock-stop-") as directory:
        folder = Path(directory)
        folder.chmod(0o711)
        server = InterlockProcess(folder)
        try:
            await server.ready()
            async with Person.signed_in(server.base_url, "alice") as alice:
                await alice.ok("POST", "/api/servers/toolbox/connect")
                postmaster = find_postmaster(folder / "postgres" / "cluster")
                assert postmaster is not None
                processes = [
                    psutil.Process(server.process.pid),
                    *psutil.Process(server.process.pid).children(recursive=True),
                    psutil.Process(postmaster.pid),
                    *psutil.Process(postmaster.pid).children(recursive=True),
                ]
                assert any("toolbox" in " ".join(process.cmdline()) for process in processes)
                # A terminal sends it to every process in the foreground.
                os.killpg(server.process.pid, signal.SIGINT)
                await until(lambda: server.process.poll() is not None, "the end", STOP_SECONDS)
        finally:
            server.kill()
        assert server.process.poll() in (0, 130)
        await until(lambda: not any(lives(process) for process in processes), "the end of all of them")
        assert "Traceback" not in (folder / "interlock.log").read_text()


def lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
