"""Servers that cannot be used: what the user is told, and whether it is tried again."""

import sys
from collections.abc import Mapping

import pytest

from interlock_handlers.server_errors import LoginRequired, ServerNonsense, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec, Transport
from tests.handlers.mcp.calling import call_tool
from tests.handlers.mcp.conftest import Connections
from tests.mcp_servers.fixtures import JournalServers
from tests.mcp_servers.process import free_port, until
from tests.mcp_servers.scripted import TOOL, page, scripted_server

remote = pytest.mark.parametrize("transport", ["http", "sse"])


def at(url: str, transport: Transport = "http") -> ServerSpec:
    return ServerSpec("odd", "Odd", transport, url=url)


@remote
async def test_a_server_that_is_not_there_is_tried_again(connections: Connections, transport: Transport) -> None:
    connection = connections.make(at(f"http://127.0.0.1:{free_port()}/mcp", transport))
    with pytest.raises(ServerUnavailable, match="Nothing answers at") as caught:
        await connection.open()
    assert type(caught.value) is ServerUnavailable
    await until(lambda: connection.state.kind == "error", "the state")
    assert connection.state.code == "server_unreachable"
    assert connection.state.retry_at is not None
    with pytest.raises(ServerUnavailable):
        await call_tool(connection, "act", {})


@remote
@pytest.mark.parametrize(
    "answer",
    [
        page("<h1>Welcome</h1>"),
        page("<h1>Not here</h1>", status="404 Not Found"),
        page('{"hello": "world"}', "application/json"),
        page("event: weather\ndata: sunny\n\n", "text/event-stream"),
        page("", "text/html", "302 Found", "Location: https://example.org/"),
    ],
    ids=["web page", "404", "other JSON", "other events", "redirect"],
)
async def test_nonsense_is_called_so_and_not_tried_again(
    connections: Connections, transport: Transport, answer: bytes
) -> None:
    async with scripted_server() as server:
        server.page = answer
        connection = connections.make(at(server.url, transport))
        with pytest.raises(ServerNonsense):
            await connection.open()
        await until(lambda: connection.state.kind == "error", "the state")
        assert connection.state.code == "server_nonsense"
        assert connection.state.retry_at is None


@remote
@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
async def test_a_login_is_asked_for(connections: Connections, transport: Transport, status: str) -> None:
    async with scripted_server() as server:
        server.page = page("", "text/plain", status, "WWW-Authenticate: Bearer")
        connection = connections.make(at(server.url, transport))
        with pytest.raises(LoginRequired, match="sign in"):
            await connection.open()
        await until(lambda: connection.state.kind == "sign_in", "the state")
        assert connection.state.code == "server_login_required"
        assert connection.state.retry_at is None


@remote
async def test_a_server_that_is_down_for_now_is_unreachable(connections: Connections, transport: Transport) -> None:
    async with scripted_server() as server:
        server.page = page("", "text/plain", "503 Service Unavailable")
        connection = connections.make(at(server.url, transport))
        with pytest.raises(ServerUnavailable, match="HTTP 503") as caught:
            await connection.open()
        assert caught.value.code == "server_unreachable"


async def test_a_server_that_comes_up_later_is_connected_without_being_asked(
    connections: Connections, journal: JournalServers
) -> None:
    spec, process = journal.http()
    process.kill()
    connection = connections.make(spec)
    with pytest.raises(ServerUnavailable):
        await connection.open()
    journal.again(process)
    await until(lambda: connection.state.kind == "connected", "the connection")
    assert connection.state.tools == 4


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_server_that_was_started_again_unnoticed_lists_its_tools(
    connections: Connections, journal: JournalServers, transport: str, mode: str
) -> None:
    spec, process = getattr(journal, transport)()
    connection = await connections.open(spec, mode)
    # Without a turn for the loop in between, so that nobody has heard of the end.
    journal.again(process)
    assert len(await connection.list_tools()) == 4


@pytest.mark.parametrize(
    ("command", "args", "error", "says"),
    [
        ("no-such-command", (), ServerUnavailable, "is not installed"),
        (sys.executable, ("-c", "import sys; sys.exit('the token is missing')"), ServerUnavailable, "token is missing"),
        (sys.executable, ("-c", "print('hello, human')"), ServerNonsense, "hello, human"),
        ("/", (), ServerUnavailable, "could not be started"),
    ],
    ids=["not installed", "ends at once", "speaks to humans", "no program"],
)
async def test_a_command_that_is_no_server(
    connections: Connections, command: str, args: tuple[str, ...], error: type[ServerUnavailable], says: str
) -> None:
    connection = connections.make(ServerSpec("odd", "Odd", "stdio", command=command, args=args))
    with pytest.raises(error, match=says):
        await connection.open()


@pytest.mark.parametrize(
    ("listing", "error"),
    [
        ({"result": {"tools": "none"}}, ServerNonsense),
        ({"result": {"tools": [], "nextCursor": "again"}}, ServerNonsense),
        ({"error": {"code": -32603, "message": "broken"}}, ServerUnavailable),
    ],
    ids=["no list", "endless list", "an error"],
)
async def test_a_server_that_cannot_list_its_tools(
    connections: Connections, listing: dict[str, object], error: type[ServerUnavailable]
) -> None:
    async with scripted_server() as server:
        server.script["tools/list"] = [listing]
        with pytest.raises(error):
            await connections.make(at(server.url)).open()


async def test_tools_that_no_model_may_see_are_left_out_and_named(connections: Connections) -> None:
    def tool(name: str, schema: Mapping[str, object]) -> dict[str, object]:
        return {"name": name, "inputSchema": {"type": "object", **schema}}

    deep: dict[str, object] = {}
    for _ in range(40):
        deep = {"type": "object", "properties": {"x": deep}}
    async with scripted_server() as server:
        remote_reference = {"properties": {"x": {"$ref": f"{server.url}/schema"}}}
        tools = [tool("good", {}), tool("good", {}), tool("deep", deep), tool("remote", remote_reference)]
        server.script["tools/list"] = [{"result": {"tools": tools}}]
        connection = await connections.open(at(server.url))
        assert [d.name for d in connection.definitions] == ["good"]
        assert connection.state.message is not None
        assert all(name in connection.state.message for name in ("good (", "deep (", "remote ("))
        assert "None" not in server.heard, "a reference was fetched"


async def test_a_server_that_takes_long_to_say_what_it_speaks_is_told_to_be_slow(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp.client.session.DISCOVER_TIMEOUT_SECONDS", 0.2)
    async with scripted_server() as server:
        server.script["server/discover"] = [None]
        server.script["initialize"] = [{"error": {"code": -32601, "message": "Method not found"}}]
        connection = connections.make(at(server.url))
        with pytest.raises(ServerUnavailable, match="takes too long to answer") as caught:
            await connection.open()
        assert type(caught.value) is ServerUnavailable
        assert server.heard == ["server/discover", "initialize"]


async def test_tools_whose_arguments_cannot_go_into_headers_are_named(connections: Connections) -> None:
    async with scripted_server() as server:
        kept = {"ttlMs": 0, "cacheScope": "private"}
        versions = {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, **kept}
        server.script["server/discover"] = [{"result": {"resultType": "complete", **versions}}]
        odd = {"type": "object", "properties": {"a": {"type": "string", "x-mcp-header": "no token"}}}
        listed = [TOOL, {"name": "strange", "inputSchema": odd}]
        server.script["tools/list"] = [{"result": {"tools": listed, **kept}}]
        connection = await connections.open(at(server.url))
        assert [each.name for each in connection.definitions] == ["act"]
        assert "strange (property 'a': x-mcp-header 'no token'" in (connection.state.message or "")
