"""The child processes of stdio servers: what they are given, and that they end."""

import asyncio
import json
import os
import sys
from dataclasses import replace

import psutil
import pytest

from tests.handlers.mcp.calling import call_tool
from tests.handlers.mcp.conftest import Connections
from tests.mcp_servers.everything import everything_stdio
from tests.mcp_servers.fixtures import JournalServers
from tests.mcp_servers.process import until

HOST = """
import asyncio, json, sys
from interlock_handlers.mcp import MCPHandler
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.sandbox.sandbox import Sandbox
from interlock_handlers.server_spec import ServerSpec

async def main():
    handler = MCPHandler(outbound=Outbound())
    command, *args = json.loads(sys.argv[1])
    box = Sandbox(enabled=False)
    await handler.connect(ServerSpec("journal", "Journal", "stdio", command=command, args=tuple(args), sandbox=box))
    await handler.call("journal", "record", {"value": "x"})
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_child_has_only_the_environment_that_its_entry_declares(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_SECRET_KEY", "hidden")
    connection = await connections.open(everything_stdio({"TOKEN": "given"}))
    environment = json.loads((await call_tool(connection, "get-env", {})).text)
    assert environment == {"PATH": os.defpath, "LANG": "C.UTF-8", "TOKEN": "given"}


async def test_a_child_and_what_it_started_end_with_the_connection(
    connections: Connections, journal: JournalServers
) -> None:
    spec = journal.stdio()
    script = 'sleep 1000 & exec "$0" "$@"'
    connection = await connections.open(replace(spec, command="sh", args=("-c", script, spec.command, *spec.args)))
    await call_tool(connection, "record", {"value": "x"})
    child = psutil.Process(int(str(journal.received()[0]["pid"])))
    family = [child, *child.children(recursive=True)]
    assert len(family) == 2
    assert os.getpgid(child.pid) != os.getpgid(0)
    await connection.close()
    await until(lambda: not any(_lives(process) for process in family), "the end of the family")


async def test_a_child_that_does_not_want_to_end_is_killed(connections: Connections, journal: JournalServers) -> None:
    spec = journal.stdio()
    script = 'trap "" TERM; "$0" "$@"; sleep 1000'
    connection = await connections.open(replace(spec, command="sh", args=("-c", script, spec.command, *spec.args)))
    await call_tool(connection, "record", {"value": "x"})
    shell = psutil.Process(int(str(journal.received()[0]["pid"]))).parent()
    assert shell is not None
    assert shell.name() == "sh"
    await connection.close()
    assert not _lives(shell)


async def test_children_end_when_their_host_is_killed(journal: JournalServers) -> None:
    spec = journal.stdio()
    argv = json.dumps([spec.command, *spec.args])
    host = await asyncio.create_subprocess_exec(sys.executable, "-c", HOST, argv)
    try:
        await until(lambda: journal.received(), "the call", 20)
    finally:
        host.kill()
        await host.wait()
    pid = int(str(journal.received()[0]["pid"]))
    await until(lambda: not any(_lives(each) for each in psutil.process_iter() if each.pid == pid), "the end")


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
