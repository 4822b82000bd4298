"""A server that fails again and again: how often it is tried, and what is sent to it first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from interlock_handlers.breaker import OPENS_AFTER, REST_SECONDS, Breaker, ServerResting
from interlock_handlers.conduct import BLAMELESS, GOOD_SECONDS
from interlock_handlers.limits import USELESS_ANSWERS
from interlock_handlers.server_errors import LoginRequired, OutcomeUnknown, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from tests.handlers.mcp.calling import call_tool
from tests.handlers.mcp.conftest import Connections
from tests.mcp_servers import hostile_http as plays
from tests.mcp_servers.process import until
from tests.mcp_servers.scripted import Message, page, scripted_server


async def test_a_server_in_a_crash_loop_is_left_alone_after_five_failures(connections: Connections) -> None:
    async with scripted_server() as server:
        server.page = page("", "text/plain", "503 Service Unavailable")
        connection = connections.make(ServerSpec("h", "H", "http", url=server.url))
        for _ in range(OPENS_AFTER):
            with pytest.raises(ServerUnavailable, match="HTTP 503"):
                await connection.open()
        heard = len(server.heard)
        for ask in (connection.open, connection.list_tools, lambda: call_tool(connection, "act", {}, 5)):
            with pytest.raises(ServerResting, match="failed 5 times in a row"):
                await ask()
        assert len(server.heard) == heard, "it was tried although it rests"
        await until(lambda: connection.state.kind == "error", "the state")
        assert connection.state.retry_at is not None

        server.page = None
        connection._breaker._since -= REST_SECONDS
        assert (await call_tool(connection, "act", {}, 30)).text == "acted"
        assert "tools/call" not in server.heard[heard:-1]
        assert server.heard[-2:] == ["tools/list", "tools/call"]


async def test_calls_that_end_the_session_open_it_too(connections: Connections) -> None:
    async with scripted_server() as server:
        server.script["tools/call"] = [plays.EVENTS[:40]]
        connection = await connections.open(ServerSpec("h", "H", "http", url=server.url))
        for _ in range(OPENS_AFTER):
            with pytest.raises(OutcomeUnknown):
                await call_tool(connection, "act", {}, 30)
        await until(lambda: connection.state.kind == "error", "notice of the last end")
        with pytest.raises(ServerResting):
            await call_tool(connection, "act", {}, 30)
        assert server.heard.count("tools/call") == OPENS_AFTER


async def test_a_server_that_was_cut_off_rests_whoever_asks(connections: Connections) -> None:
    async with scripted_server() as server:
        server.script["tools/call"] = [plays.a_gzip_bomb]
        connection = await connections.open(ServerSpec("h", "H", "http", url=server.url))
        with pytest.raises(OutcomeUnknown, match="compressed its answer"):
            await call_tool(connection, "act", {}, 10)
        heard = len(server.heard)
        for ask in (connection.open, connection.list_tools, lambda: call_tool(connection, "act", {}, 5)):
            with pytest.raises(ServerResting, match="H was cut off: The server compressed its answer"):
                await ask()
        await until(lambda: connection.state.kind == "error", "the state")
        assert connection.state.code == "server_resting"
        assert connection.state.retry_at is not None
        assert "tools/call" not in server.heard[heard:]
        assert "initialize" not in server.heard[heard:]


async def test_five_calls_in_a_row_without_an_answer_are_a_strike_and_fewer_are_none(connections: Connections) -> None:
    async with scripted_server() as server:
        done: Message = {"result": dict(plays.TEXT)}
        bad = plays.answers(plays.BATCH)
        server.script["tools/call"] = [bad, bad, bad, bad, done, bad, bad, bad, bad, bad, done]
        connection = await connections.open(ServerSpec("h", "H", "http", url=server.url))
        for _ in range(USELESS_ANSWERS - 1):
            with pytest.raises(OutcomeUnknown):
                await call_tool(connection, "act", {}, 10)
        assert (await call_tool(connection, "act", {}, 10)).text == "done"
        for _ in range(USELESS_ANSWERS):
            with pytest.raises(OutcomeUnknown):
                await call_tool(connection, "act", {}, 10)
        with pytest.raises(ServerResting, match="no answer to 5 calls in a row"):
            await call_tool(connection, "act", {}, 10)


def test_each_rest_is_longer_and_good_conduct_is_rewarded() -> None:
    conduct, rests = BLAMELESS, []
    for _ in range(6):
        conduct = conduct.struck("x")
        rests.append(round(conduct.seconds))
    assert rests == [5, 20, 80, 320, 600, 600]
    assert not conduct.forgiven
    long_ago = replace(conduct, until=datetime.now(UTC) - timedelta(seconds=GOOD_SECONDS + 1))
    assert long_ago.forgiven
    assert long_ago.struck("y").strikes == 1


def test_a_missing_sign_in_is_no_failure() -> None:
    breaker = Breaker(BLAMELESS)
    for _ in range(2 * OPENS_AFTER):
        breaker.failed(LoginRequired("Sign in."))
    assert not breaker.is_open
    for _ in range(OPENS_AFTER):
        breaker.failed(ServerUnavailable("Gone."))
    assert breaker.is_open
    breaker.lasted(60, ServerUnavailable("Gone."))
    assert not breaker.is_open
