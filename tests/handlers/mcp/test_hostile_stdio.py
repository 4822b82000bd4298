"""A child that writes what no one can bear: it ends as a clear error, and costs the others next to nothing."""

import asyncio
import sys
import time
from pathlib import Path

import psutil
import pytest

from interlock_handlers.connection import Connection
from interlock_handlers.sandbox.sandbox import Sandbox
from interlock_handlers.server_errors import OutcomeUnknown, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from tests.handlers.mcp.calling import call_tool
from tests.handlers.mcp.conftest import Connections
from tests.mcp_servers.process import until

ROOT = Path(__file__).parents[3]
MIB = 1 << 20


@pytest.fixture
def hostile() -> ServerSpec:
    args, env = ("-m", "tests.mcp_servers.hostile_stdio"), {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return ServerSpec("h", "H", "stdio", command=sys.executable, args=args, env=env, sandbox=Sandbox(enabled=False))


async def misbehave(connection: Connection, name: str, seconds: float = 20, **arguments: object) -> str:
    return (await call_tool(connection, "misbehave", {"name": name, **arguments}, seconds)).text


async def test_a_line_of_48_mb_ends_the_session_and_takes_little_memory(
    connections: Connections, hostile: ServerSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock_handlers.conduct.REST_SECONDS", 0.05)
    connection = await connections.open(hostile)
    before = psutil.Process().memory_info().rss
    begun = time.process_time()
    with pytest.raises(OutcomeUnknown, match="a line of more than 8 MiB"):
        await misbehave(connection, "long_line", mib=48)
    assert time.process_time() - begun < 5
    assert psutil.Process().memory_info().rss - before < 32 * MIB
    await until(lambda: connection.conduct.strikes and connection.state.kind == "connected", "the end of its rest", 20)
    assert await misbehave(connection, "junk", count=1) == '"done"'


async def test_a_million_notifications_end_the_session_and_do_not_hold_up_the_loop(
    connections: Connections, hostile: ServerSpec
) -> None:
    connection, other = await connections.open(hostile), await connections.open(hostile)
    before = psutil.Process().memory_info().rss
    flood = asyncio.create_task(misbehave(connection, "notifications", count=1_000_000))
    longest = 0.0
    while not flood.done():
        begun = time.process_time()
        await misbehave(other, "junk", count=1)
        longest = max(longest, time.process_time() - begun)
    with pytest.raises(OutcomeUnknown, match="floods us with messages"):
        await flood
    assert longest < 1
    assert psutil.Process().memory_info().rss - before < 32 * MIB


async def test_some_notifications_are_borne(connections: Connections, hostile: ServerSpec) -> None:
    connection = await connections.open(hostile)
    assert await misbehave(connection, "notifications", count=5000) == '"done"'


async def test_requests_without_end_are_not_answered_without_end(connections: Connections, hostile: ServerSpec) -> None:
    connection = await connections.open(hostile)
    with pytest.raises(OutcomeUnknown, match="floods us with messages"):
        await misbehave(connection, "requests", count=100_000)


async def test_junk_is_passed_over(connections: Connections, hostile: ServerSpec) -> None:
    connection = await connections.open(hostile)
    assert await misbehave(connection, "junk", count=600) == '"done"'


async def test_junk_without_end_ends_the_session(connections: Connections, hostile: ServerSpec) -> None:
    connection = await connections.open(hostile)
    with pytest.raises(OutcomeUnknown, match="floods us with messages"):
        await misbehave(connection, "junk", count=60_000)


async def test_complaints_without_end_only_slow_the_child_down(connections: Connections, hostile: ServerSpec) -> None:
    connection, other = await connections.open(hostile), await connections.open(hostile)
    before = psutil.Process().cpu_times().user
    with pytest.raises(OutcomeUnknown, match=r"did not answer within 1 s"):
        await misbehave(connection, "complaints", 1, mib=4096)
    assert psutil.Process().cpu_times().user - before < 0.5
    assert await misbehave(other, "junk", count=1) == '"done"'


async def test_a_child_that_does_not_read_is_given_up(connections: Connections, hostile: ServerSpec) -> None:
    connection = await connections.open(hostile)
    deaf = asyncio.create_task(misbehave(connection, "deaf", 20))
    large = [asyncio.create_task(misbehave(connection, "junk", 20, text="x" * 3 * MIB)) for _ in range(4)]
    ended = await asyncio.wait_for(asyncio.gather(deaf, *large, return_exceptions=True), 10)
    assert all(isinstance(error, OutcomeUnknown | ServerUnavailable) for error in ended)
    assert "does not read what it is sent" in " ".join(map(str, ended))


async def test_an_answer_a_byte_at_a_time_comes_when_it_comes(connections: Connections, hostile: ServerSpec) -> None:
    connection = await connections.open(hostile)
    with pytest.raises(OutcomeUnknown, match=r"did not answer within 0\.3 s"):
        await misbehave(connection, "slow", 0.3, lasting=1)
    assert await misbehave(connection, "junk", count=1) == '"done"'


async def test_a_child_that_ends_at_each_call_is_started_anew_for_the_next(
    connections: Connections, hostile: ServerSpec
) -> None:
    connection = await connections.open(hostile)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="process ended"):
            await call_tool(connection, "attempt", {"name": "leave"}, 30)
    assert await misbehave(connection, "junk", count=1) == '"done"'
