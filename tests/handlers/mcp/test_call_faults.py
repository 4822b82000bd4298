"""What a call without a result proves: nothing was sent, nothing ran, or nobody knows."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest

from interlock_handlers.connection import Connection
from interlock_handlers.server_errors import NotExecuted, OutcomeUnknown, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from tests.handlers.mcp.calling import call_tool
from tests.handlers.mcp.conftest import Connections
from tests.mcp_servers.fixtures import JournalServers
from tests.mcp_servers.process import until
from tests.mcp_servers.scripted import ScriptedServer, page, scripted_server

RPC_PAGE = '{"jsonrpc": "2.0", "id": null, "error": {"code": -32603, "message": "upstream"}}'

both_generations = pytest.mark.parametrize("mode", ["auto", "legacy"])
each_transport = pytest.mark.parametrize(
    ("transport", "mode"),
    [("http", "auto"), ("http", "legacy"), ("sse", "auto"), ("sse", "legacy"), ("stdio", "auto"), ("stdio", "legacy")],
)


@each_transport
async def test_a_server_killed_in_the_middle_of_a_call_leaves_it_unknown_and_the_next_call_works(
    connections: Connections, journal: JournalServers, transport: str, mode: str
) -> None:
    spec, process = (journal.stdio(), None) if transport == "stdio" else getattr(journal, transport)()
    connection = await connections.open(spec, mode)
    before = datetime.now(UTC)
    call = asyncio.create_task(call_tool(connection, "slow", {"seconds": 60, "value": "x"}, 30))
    await until(lambda: journal.received("slow"), "the call")
    os.kill(int(str(journal.received("slow")[0]["pid"])), signal.SIGKILL)
    with pytest.raises(OutcomeUnknown) as caught:
        await asyncio.wait_for(call, 5)
    evidence = caught.value.evidence
    assert before <= evidence.sent_at <= datetime.now(UTC)
    assert evidence.why
    if process is not None:
        journal.again(process)
    assert (await call_tool(connection, "record", {"value": "after"}, 30)).text == "recorded after"
    assert len(journal.received("slow")) == 1, "the call was sent again"
    assert connection.state.kind == "connected"


@each_transport
async def test_a_server_killed_between_calls_is_reconnected_by_the_next_one(
    connections: Connections, journal: JournalServers, transport: str, mode: str
) -> None:
    spec, process = (journal.stdio(), None) if transport == "stdio" else getattr(journal, transport)()
    connection = await connections.open(spec, mode)
    await call_tool(connection, "record", {"value": "1"})
    os.kill(int(str(journal.received("record")[0]["pid"])), signal.SIGKILL)
    if process is not None:
        with pytest.raises(ServerUnavailable):
            # The first may go into a connection whose end has not been noticed; no call may be claimed to have run.
            await _called_until_refused(connection)
        journal.again(process)
    else:
        await until(lambda: not _is_current(connection), "notice of the end")
    assert (await call_tool(connection, "record", {"value": "2"}, 30)).text == "recorded 2"
    assert [entry["arguments"] for entry in journal.received("record")] == [{"value": "1"}, {"value": "2"}]


async def _called_until_refused(connection: Connection) -> None:
    while True:
        try:
            await call_tool(connection, "record", {"value": "lost"}, 5)
        except OutcomeUnknown:
            continue


def _is_current(connection: Connection) -> bool:
    return connection.state.kind == "connected" and connection._session is not None and connection._session.usable


@both_generations
async def test_a_server_that_hangs_leaves_the_call_unknown(
    connections: Connections, journal: JournalServers, mode: str
) -> None:
    spec, process = journal.http()
    connection = await connections.open(spec, mode)
    psutil.Process(process.process.pid).suspend()
    try:
        with pytest.raises(OutcomeUnknown, match=r"did not answer within 0\.3 s"):
            await call_tool(connection, "record", {"value": "x"}, 0.3)
    finally:
        psutil.Process(process.process.pid).resume()
    assert (await call_tool(connection, "record", {"value": "y"}, 30)).text == "recorded y"
    assert len([e for e in journal.received("record") if e["arguments"] == {"value": "x"}]) <= 1


async def test_calls_under_way_are_unknown_when_the_connection_is_closed(
    connections: Connections, journal: JournalServers
) -> None:
    connection = await connections.open(journal.stdio())
    call = asyncio.create_task(call_tool(connection, "slow", {"seconds": 60, "value": "x"}, 30))
    await until(lambda: journal.received("slow"), "the call")
    await connection.close()
    with pytest.raises(OutcomeUnknown, match="closed"):
        await call
    with pytest.raises(ServerUnavailable, match="not connected"):
        await call_tool(connection, "record", {"value": "x"})


async def test_one_cancelled_call_leaves_the_others_alone(connections: Connections, journal: JournalServers) -> None:
    spec, _ = journal.http()
    connection = await connections.open(spec)
    calls = [asyncio.create_task(call_tool(connection, "slow", {"seconds": 60, "value": v}, 30)) for v in "ab"]
    await until(lambda: len(journal.received("slow")) == 2, "both calls")
    calls[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await calls[0]
    journal.release.touch()
    assert (await calls[1]).text == "recorded b slowly"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (page("", "text/plain", "401 Unauthorized"), "server_login_required"),
        (page("", "text/plain", "403 Forbidden"), "server_login_required"),
        (page("", "text/plain", "404 Not Found"), "server_not_found"),
        (page("", "text/plain", "413 Content Too Large"), "arguments_too_large"),
        ({"error": {"code": -32600, "message": "Invalid request"}}, "server_refused"),
        ({"error": {"code": -32601, "message": "Method not found"}}, "server_refused"),
        ({"error": {"code": -32602, "message": "Unknown tool"}}, "server_refused"),
    ],
    ids=["401", "403", "404", "413", "-32600", "-32601", "-32602"],
)
async def test_a_refusal_proves_that_nothing_ran(
    connections: Connections, answer: bytes | dict[str, Any], code: str
) -> None:
    async with _connected(connections, answer) as (connection, server):
        with pytest.raises(NotExecuted) as caught:
            await call_tool(connection, "act", {}, 5)
        assert caught.value.code == code
        assert server.heard.count("tools/call") == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"code": -32603, "message": "Something broke"}},
        {"error": {"code": -32000, "message": "Connection closed"}},
        {"error": {"code": -32700, "message": "Parse error"}},
        {"result": {"content": "not a list"}},
        {"result": {"resultType": "input_required", "requestState": "s"}},
        page("", "text/plain", "202 Accepted"),
        page("<h1>Sign in</h1>"),
        page("", "text/html", "302 Found", "Location: /elsewhere"),
        page("", "text/html", "303 See Other", "Location: /done"),
        page("", "text/plain", "500 Internal Server Error"),
        page(RPC_PAGE, "application/json", "502 Bad Gateway"),
        page('{"cut": ', "application/json"),
        page("data: cut", "text/event-stream"),
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=[
        "-32603", "-32000", "-32700", "malformed result", "asks for input", "202", "web page", "302", "303", "500",
        "502", "half a JSON", "half an event", "closed", "half a body", "not HTTP",
    ],
)  # fmt: skip
async def test_anything_else_after_sending_is_unknown(connections: Connections, answer: bytes | dict[str, Any]) -> None:
    async with _connected(connections, answer) as (connection, server):
        with pytest.raises(OutcomeUnknown) as caught:
            await call_tool(connection, "act", {}, 5)
        assert datetime.now(UTC) - caught.value.evidence.sent_at < timedelta(seconds=5)
        assert server.heard.count("tools/call") == 1
        server.script["tools/call"] = [{"result": {"content": []}}]
        assert (await call_tool(connection, "act", {}, 30)).text == "The tool gave no output."


async def test_the_evidence_has_the_last_thing_that_the_server_said(connections: Connections) -> None:
    progress = '{"jsonrpc": "2.0", "method": "notifications/progress", "params": %s}'
    params = '{"progressToken": $ID, "progress": 1, "total": 2, "message": "half way"}'
    async with _connected(connections, page(f"data: {progress % params}\n\n", "text/event-stream")) as (connection, _):
        with pytest.raises(OutcomeUnknown) as caught:
            await call_tool(connection, "act", {}, 5)
        assert caught.value.evidence.last_heard == "progress 1 of 2: half way"


async def test_one_broken_answer_does_not_disturb_the_other_calls(connections: Connections) -> None:
    async with _connected(connections, None, b"", {"result": {"content": []}}) as (connection, server):
        hanging = asyncio.create_task(call_tool(connection, "act", {}, 5))
        await until(lambda: server.heard.count("tools/call") == 1, "the first call")
        with pytest.raises(OutcomeUnknown):
            await call_tool(connection, "act", {}, 5)
        assert (await call_tool(connection, "act", {}, 30)).text == "The tool gave no output."
        assert not hanging.done()
        hanging.cancel()


async def test_a_call_that_finds_no_server_was_not_sent(connections: Connections, journal: JournalServers) -> None:
    spec, process = journal.http()
    connection = await connections.open(spec)
    process.kill()
    await until(lambda: connection.state.kind == "error", "notice of the end")
    with pytest.raises(ServerUnavailable, match="Nothing answers"):
        await call_tool(connection, "record", {"value": "x"}, 5)
    assert journal.received() == []


@asynccontextmanager
async def _connected(
    connections: Connections, *answers: bytes | dict[str, Any] | None
) -> AsyncIterator[tuple[Connection, ScriptedServer]]:
    """A connection to a scripted server whose calls are answered so."""
    async with scripted_server() as server:
        server.script["tools/call"] = list(answers)
        yield await connections.open(ServerSpec("odd", "Odd", "http", url=server.url)), server
