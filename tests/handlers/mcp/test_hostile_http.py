"""Servers over HTTP that send what nobody can take: each ends as a clear error, the rest goes on."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest

from interlock_handlers.connection import Connection
from interlock_handlers.server_errors import OutcomeUnknown, ServerNonsense, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from tests.handlers.mcp.calling import call_tool
from tests.handlers.mcp.conftest import Connections
from tests.mcp_servers import hostile_http as plays
from tests.mcp_servers.process import until
from tests.mcp_servers.scripted import Answering, Message, Play, ScriptedServer, page, scripted_server

MIB = plays.MIB
DONE: Message = {"result": dict(plays.TEXT)}


@asynccontextmanager
async def connected(
    connections: Connections, *answers: Play | Message
) -> AsyncIterator[tuple[Connection, ScriptedServer]]:
    async with scripted_server() as server:
        server.script["tools/call"] = list(answers)
        yield await connections.open(ServerSpec("h", "H", "http", url=server.url)), server


@pytest.mark.parametrize(
    ("play", "why", "most"),
    [
        (plays.two_hundred_megabytes, "larger than 8 MiB", 24 * MIB),
        (plays.endless_body, "larger than 8 MiB", 24 * MIB),
        (plays.endless_comments, "larger than 32 MiB", 48 * MIB),
        (plays.an_event_of_48_mb, "exceeded the 8388608 byte limit", 24 * MIB),
        (plays.a_million_notifications, "floods us with messages", 16 * MIB),
        (plays.a_million_requests, "floods us with messages", 16 * MIB),
        (plays.tiny_pieces, "in too many pieces", 8 * MIB),
        (plays.a_gzip_bomb, "compressed its answer", 8 * MIB),
        (plays.broken_off_for_ever, "breaks off its answer again and again|reconnection attempts were exhausted", MIB),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
async def test_too_much_is_cut_off_and_after_a_rest_calls_work(
    connections: Connections, monkeypatch: pytest.MonkeyPatch, play: Play, why: str, most: int
) -> None:
    monkeypatch.setattr("interlock_handlers.conduct.REST_SECONDS", 0.05)
    async with connected(connections, play, DONE) as (connection, server), connected(connections, DONE) as (other, _):
        before = psutil.Process().memory_info().rss
        begun = time.process_time()
        server.script["GET"] = [plays.broken_off_for_ever]
        call = asyncio.create_task(call_tool(connection, "act", {}, 30))
        longest = 0.0
        while not call.done():
            asked = time.process_time()
            assert (await call_tool(other, "act", {}, 30)).text == "done"
            longest = max(longest, time.process_time() - asked)
            await asyncio.wait({call}, timeout=0.02)
        with pytest.raises(OutcomeUnknown, match=why) as caught:
            await call
        assert len(str(caught.value)) < 1000
        assert time.process_time() - begun < 15
        assert longest < 2
        assert sum(each.sent for each in server.plays) < most
        assert psutil.Process().memory_info().rss - before < 64 * MIB
        del server.script["GET"]
        await until(lambda: connection.conduct.strikes and connection.state.kind == "connected", "the end of its rest")
        assert (await call_tool(connection, "act", {}, 30)).text == "done"
        assert "It was cut off once, and goes slower" in (connection.state.message or "")
        assert other.conduct.strikes == 0


@pytest.mark.parametrize("play", [plays.a_byte_now_and_then, plays.silence], ids=["a byte now and then", "silence"])
async def test_an_answer_that_takes_its_time_is_not_listened_to_for_longer_than_the_call(
    connections: Connections, play: Play
) -> None:
    async with connected(connections, play, DONE) as (connection, server):
        with pytest.raises(OutcomeUnknown, match=r"did not answer within 0\.3 s"):
            await call_tool(connection, "act", {}, 0.3)
        await asyncio.wait_for(server.plays[0].closed.wait(), 5)
        assert (await call_tool(connection, "act", {}, 30)).text == "done"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (plays.DEEP, "error"),
        (plays.SURROGATE, "error"),
        (plays.NOT_UTF8, "error"),
        (plays.BATCH, "error"),
        (plays.NEITHER, "error"),
        (plays.ID_IN_QUOTES, "error"),
        (plays.WRONG_ID, "something else than it was asked"),
        (plays.LONG_ERROR, "xxxx"),
    ],
    ids=["10,000 deep", "half a character", "no UTF-8", "a batch", "no result", "no id", "another id", "a long error"],
)
async def test_what_the_protocol_does_not_know_is_an_unknown_outcome(
    connections: Connections, body: bytes, why: str
) -> None:
    async with connected(connections, plays.answers(body), DONE) as (connection, _):
        with pytest.raises(OutcomeUnknown, match=why) as caught:
            await call_tool(connection, "act", {}, 30)
        assert len(str(caught.value)) < 2000
        assert len(caught.value.evidence.last_heard or "") < 2000
        assert (await call_tool(connection, "act", {}, 30)).text == "done"


async def test_numbers_that_are_none_are_left_out_of_a_result(connections: Connections) -> None:
    async with connected(connections, plays.answers(plays.NAN)) as (connection, _):
        assert (await call_tool(connection, "act", {}, 30)).structured == {"a": None, "b": None, "c": None}


@pytest.mark.parametrize("play", [plays.answered_twice, plays.progress_beyond_numbers], ids=["twice", "no number"])
async def test_what_does_no_harm_is_passed_over(connections: Connections, play: Play) -> None:
    async with connected(connections, play, DONE) as (connection, _):
        assert (await call_tool(connection, "act", {}, 30)).text == "done"
        assert (await call_tool(connection, "act", {}, 30)).text == "done"
        assert connection.state.kind == "connected"


async def test_no_call_gets_the_answer_to_another(connections: Connections) -> None:
    """The server answers each of two calls with the other's id."""
    both: list[Answering] = []
    together = asyncio.Event()

    async def crossed(to: Answering) -> None:
        both.append(to)
        if len(both) == 2:
            together.set()
        await together.wait()
        other = both[1] if to is both[0] else both[0]
        data = plays.result(other.id)
        await to.send(plays.JSON + b"Content-Length: %d\r\n\r\n" % len(data) + data)

    async with connected(connections, crossed) as (connection, _):
        outcomes = await asyncio.gather(
            *(call_tool(connection, "act", {"n": n}, 30) for n in range(2)), return_exceptions=True
        )
        assert all(isinstance(each, OutcomeUnknown) for each in outcomes), outcomes
        assert "something else than it was asked" in str(outcomes[0])


async def test_a_stream_that_is_broken_off_for_ever_is_not_opened_for_ever(connections: Connections) -> None:
    async with scripted_server() as server:
        greeting = server.script["initialize"][0]
        assert isinstance(greeting, dict)
        body = json.dumps({"jsonrpc": "2.0", "id": 0, **greeting}).replace('"id": 0', '"id": $ID')
        server.script["initialize"] = [page(body, "application/json", "200 OK", "Mcp-Session-Id: s")]
        server.script["GET"] = [plays.broken_off_for_ever]
        connection = await connections.open(ServerSpec("h", "H", "http", url=server.url), "legacy")
        await until(lambda: len(server.plays) == 5, "the first attempts")
        for _ in range(50):
            assert (await call_tool(connection, "act", {}, 30)).text == "acted"
        assert len(server.plays) <= 6


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (plays.two_hundred_megabytes, "cut off: The server's answer is larger than 8 MiB"),
        (plays.a_million_notifications, "cut off: The server floods us"),
        (plays.tiny_pieces, "cut off: The server's answer .* in too many pieces"),
        (plays.a_gzip_bomb, "cut off: The server compressed its answer"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
@pytest.mark.parametrize("method", ["initialize", "tools/list"])
async def test_a_server_that_is_too_much_from_the_beginning_is_not_connected(
    connections: Connections, method: str, answer: Play, why: str
) -> None:
    async with scripted_server() as server:
        server.script[method] = [answer]
        begun = time.process_time()
        connection = connections.make(ServerSpec("h", "H", "http", url=server.url))
        with pytest.raises(ServerUnavailable, match=why):
            await connection.open()
        assert time.process_time() - begun < 10
        assert max(each.sent for each in server.plays) < 24 * MIB
        await until(lambda: connection.state.kind == "error", "the state")
        assert connection.state.code in ("server_nonsense", "server_unreachable")


async def test_pages_without_end_are_not_turned_without_end(connections: Connections) -> None:
    async with scripted_server() as server:
        numbers = iter(range(1_000_000))

        async def another(to: Answering) -> None:
            listed = {"tools": [], "nextCursor": str(next(numbers))}
            data = json.dumps({"jsonrpc": "2.0", "id": to.id, "result": listed}).encode()
            await to.send(plays.JSON + b"Content-Length: %d\r\n\r\n" % len(data) + data)

        server.script["tools/list"] = [another]
        with pytest.raises(ServerNonsense, match="has no end"):
            await connections.make(ServerSpec("h", "H", "http", url=server.url)).open()
        assert len(server.plays) == 100


async def test_a_list_of_many_megabytes_is_refused_in_whatever_pages_it_comes(connections: Connections) -> None:
    async with scripted_server() as server:
        tools = [{"name": f"t{n}", "description": "x" * MIB, "inputSchema": {"type": "object"}} for n in range(3)]
        server.script["tools/list"] = [{"result": {"tools": tools, "nextCursor": str(n)}} for n in range(9)]
        with pytest.raises(ServerNonsense, match="larger than 8 MiB"):
            await connections.make(ServerSpec("h", "H", "http", url=server.url)).open()
        assert server.heard.count("tools/list") == 3


async def test_schemas_that_are_bombs_leave_out_their_tool_and_fetch_nothing(connections: Connections) -> None:
    doubling: Message = {"$defs": {"d0": {"type": "string"}}}
    for n in range(1, 30):
        doubling["$defs"][f"d{n}"] = {"type": "array", "prefixItems": [{"$ref": f"#/$defs/d{n - 1}"}] * 2}
    deep: Message = {"type": "string"}
    for _ in range(100):
        deep = {"type": "array", "items": deep}
    async with scripted_server() as server:
        schemas: dict[str, Message] = {
            "good": {},
            "doubling": {**doubling, "properties": {"x": {"$ref": "#/$defs/d29"}}},
            "deep": {"properties": {"x": deep}},
            "wide": {"properties": {f"p{n}": {"type": "string"} for n in range(2100)}},
            "large": {"properties": {"x": {"description": "x" * 70_000}}},
            "remote": {"properties": {"x": {"$ref": f"{server.url}/schema.json"}}},
            "dynamic": {"properties": {"x": {"$dynamicRef": f"{server.url}/schema.json"}}},
            "file": {"properties": {"x": {"$ref": "file:///etc/passwd"}}},
        }
        listed = [{"name": name, "inputSchema": {"type": "object", **schema}} for name, schema in schemas.items()]
        server.script["tools/list"] = [{"result": {"tools": listed}}]
        connection = await connections.open(ServerSpec("h", "H", "http", url=server.url))
        assert "good" in {definition.name for definition in connection.definitions}
        said = connection.state.message or ""
        bombs = {"doubling", "deep", "wide", "large", "remote", "file"}
        assert {name for name in schemas if f"{name} (" in said} >= bombs
        await call_tool(connection, "good", {}, 5)
        assert not any("schema.json" in head for _, head in server.heads)
