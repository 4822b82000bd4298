"""Every transport, both generations of the protocol, servers of ours and of others."""

import asyncio
import sys
from pathlib import Path

import pytest

from interlock_handlers.sandbox.sandbox import Sandbox
from interlock_handlers.server_spec import ServerSpec
from tests.handlers.mcp.calling import call_tool
from tests.handlers.mcp.conftest import Connections
from tests.mcp_servers.everything import everything_stdio
from tests.mcp_servers.fixtures import JournalServers
from tests.mcp_servers.process import until

MODERN = "2026-07-28"

both_generations = pytest.mark.parametrize("mode", ["auto", "legacy"])


def toolbox_stdio(folder: Path) -> ServerSpec:
    args = ("-m", "interlock_servers.mcp.toolbox", "--notebook", str(folder / "notebook" / "notes.json"))
    box = Sandbox(write=(str(folder / "notebook"),))
    return ServerSpec("toolbox", "Toolbox", "stdio", command=sys.executable, args=args, sandbox=box)


@both_generations
async def test_the_toolbox_over_stdio(connections: Connections, tmp_path: Path, mode: str) -> None:
    connection = await connections.open(toolbox_stdio(tmp_path), mode)
    assert (connection.state.protocol == MODERN) == (mode == "auto")
    assert connection.state.version == "1.0.0"
    result = await call_tool(connection, "current_time", {"timezone": "Asia/Tokyo"})
    assert result.structured["timezone"] == "Asia/Tokyo"
    assert not result.is_error


@both_generations
async def test_the_toolbox_over_streamable_http(connections: Connections, toolbox_http: ServerSpec, mode: str) -> None:
    connection = await connections.open(toolbox_http, mode)
    assert (connection.state.protocol == MODERN) == (mode == "auto")
    assert [d.qualified_name for d in connection.definitions][:2] == ["toolbox__current_time", "toolbox__convert_time"]
    assert (await call_tool(connection, "calculate", {"expression": "6 * 7"})).text == "42"


@both_generations
async def test_the_public_time_server_over_stdio(connections: Connections, mode: str) -> None:
    spec = ServerSpec("time", "Time", "stdio", command=sys.executable, args=("-m", "mcp_server_time"))
    connection = await connections.open(spec, mode)
    assert {d.name for d in connection.definitions} == {"get_current_time", "convert_time"}
    result = await call_tool(connection, "get_current_time", {"timezone": "Asia/Tokyo"})
    assert "+09:00" in result.text
    refused = await call_tool(connection, "get_current_time", {"timezone": "Nowhere/Land"})
    assert refused.is_error


@both_generations
async def test_the_reference_server_over_streamable_http(
    connections: Connections, everything_http: ServerSpec, mode: str
) -> None:
    connection = await connections.open(everything_http, mode)
    assert "echo" in {d.name for d in connection.definitions}
    assert (await call_tool(connection, "echo", {"message": "hello"})).text == "Echo: hello"


@both_generations
async def test_the_reference_server_over_sse(connections: Connections, everything_sse: ServerSpec, mode: str) -> None:
    connection = await connections.open(everything_sse, mode)
    assert (await call_tool(connection, "echo", {"message": "hello"})).text == "Echo: hello"


@both_generations
async def test_the_reference_server_over_stdio(connections: Connections, mode: str) -> None:
    connection = await connections.open(everything_stdio(), mode)
    image = await call_tool(connection, "get-tiny-image", {})
    assert "image" in {block.kind for block in image.blocks}
    assert "[The tool returned an image (image/png" in image.text


@both_generations
@pytest.mark.parametrize("transport", ["stdio", "http", "sse"])
async def test_a_hundred_calls_at_once_each_get_their_own_answer(
    connections: Connections, journal: JournalServers, transport: str, mode: str
) -> None:
    spec = journal.stdio() if transport == "stdio" else (journal.http() if transport == "http" else journal.sse())[0]
    connection = await connections.open(spec, mode)
    results = await asyncio.gather(*(call_tool(connection, "add", {"a": n, "b": 1}) for n in range(100)))
    assert [result.structured["result"] for result in results] == [n + 1 for n in range(100)]
    assert len(journal.received("add")) == 100


@both_generations
@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_a_tool_that_is_added_later_appears(
    connections: Connections, journal: JournalServers, transport: str, mode: str
) -> None:
    spec = journal.stdio("--learns") if transport == "stdio" else journal.http("--learns")[0]
    connection = await connections.open(spec, mode)
    await call_tool(connection, "learn", {"name": "juggle"})
    await until(lambda: "juggle" in {d.name for d in connection.definitions}, "the new tool")
    assert (await call_tool(connection, "juggle", {})).text == "juggle done"


async def test_it_can_be_opened_and_closed_by_different_tasks(
    connections: Connections, journal: JournalServers
) -> None:
    connection = connections.make(journal.stdio())
    await asyncio.create_task(connection.open())
    opened = connection.state
    await asyncio.create_task(connection.close())
    assert (opened.kind, connection.state.kind) == ("connected", "off")
    assert connection.definitions == ()
