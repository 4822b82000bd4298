"""A command ends with its connection and with us, and so does whatever it left behind."""

import asyncio
import json
import os
import sys
from dataclasses import asdict

import psutil
import pytest

from interlock_handlers.server_errors import OutcomeUnknown, ServerUnavailable
from tests.handlers.sandbox.conftest import Ground, Kind, Prison
from tests.mcp_servers.process import until

HOST = """
import asyncio, json, sys
from interlock_handlers.during import During
from interlock_handlers.sandbox.containment import Containment
from interlock_handlers.sandbox.sandbox import Sandbox
from interlock_handlers.server_spec import ServerSpec
from interlock_handlers.session import Session
from interlock_handlers.stdio_wire import StdioWire
from interlock_handlers.tool_request import ToolRequest

async def main():
    python, folder, cell, token, containment = json.loads(sys.argv[1])
    containment["options"] = frozenset(containment["options"])
    spec = ServerSpec(
        "hostile", "H", "stdio", command=python, args=("-m", "tests.mcp_servers.hostile_stdio"),
        env={"PYTHONPATH": folder}, sandbox=Sandbox(read=(folder,), write=(cell,)),
    )
    session = Session(StdioWire(spec, Containment(**containment)), server="hostile", mode="legacy")
    await session.start(20)
    await session.call(ToolRequest("attempt", {"name": "daemon", "token": token}, {}), 20, During())
    print("left", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_daemon_ends_with_the_connection(prison: Prison) -> None:
    token = f"daemon-{os.urandom(8).hex()}"
    inmate = await prison.inmate()
    assert await inmate.tries("daemon", token=token) == "left behind"
    assert running(token)
    await inmate.session.stop()
    assert not running(token)


async def test_a_daemon_ends_when_the_command_does(prison: Prison) -> None:
    token = f"daemon-{os.urandom(8).hex()}"
    inmate = await prison.inmate()
    await inmate.tries("daemon", token=token)
    (daemon,) = running(token)
    with pytest.raises(OutcomeUnknown):
        await inmate.tries("leave")
    await until(lambda: not daemon.is_running(), "the end of the daemon")


async def test_a_daemon_ends_when_we_are_killed(kind: Kind, ground: Ground, prison: Prison) -> None:
    token = f"daemon-{os.urandom(8).hex()}"
    containment = asdict(kind.containment) | {"options": list(kind.containment.options)}
    given = [kind.python, str(ground.folder / "program"), str(prison.cell("host")), token, containment]
    host = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOST, json.dumps(given), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert host.stdout is not None
        assert await asyncio.wait_for(host.stdout.readline(), 20) == b"left\n"
        assert running(token)
    finally:
        host.kill()
        await host.wait()
    await until(lambda: not running(token), "the end of the daemon")


async def test_a_fork_bomb_ends_with_the_connection(prison: Prison) -> None:
    inmate = await prison.inmate(processes=40)
    assert inmate.wire.pid is not None
    await inmate.tries("fork", times=30)
    family = psutil.Process(inmate.wire.pid).children(recursive=True)
    assert len(family) >= 30
    await inmate.session.stop()
    assert not [process for process in family if process.is_running()]


async def test_who_watches_it_cannot_be_killed(kind: Kind, prison: Prison) -> None:
    inmate = await prison.inmate()
    try:
        await inmate.tries("kill_supervisor")
        lives = await inmate.tries("privileges") is not None
    except (OutcomeUnknown, ServerUnavailable):
        lives = False
    assert lives == ("signals" not in kind.containment.openings)


async def test_a_command_that_is_asked_to_end_may_do_so_in_order(prison: Prison) -> None:
    inmate = await prison.inmate()
    assert inmate.wire.pid is not None
    supervisor = psutil.Process(inmate.wire.pid)
    await inmate.session.stop()
    assert inmate.wire.returncode == 0, "it was killed, although it ends by itself once nobody writes to it"
    assert not supervisor.is_running()


async def test_what_was_only_for_one_start_is_removed(prison: Prison) -> None:
    inmate = await prison.inmate()
    scratch = (await inmate.tries("environment")).get("TMPDIR")
    assert (scratch is None) == (prison.containment.kind == "bubblewrap")
    await inmate.session.stop()
    assert scratch is None or not os.path.exists(scratch)


def running(token: str) -> list[psutil.Process]:
    """The daemons with this token; not the host that was told it as JSON."""
    return [p for p in psutil.process_iter(["cmdline"]) if (p.info["cmdline"] or [""])[-1] == token]
