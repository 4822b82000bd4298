"""A connection sends the user's credentials with every request, and asks for others when the server refuses them."""

from collections.abc import Mapping

import pytest

from interlock_handlers.connection import Connection
from interlock_handlers.server_errors import LoginRequired, NotExecuted, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from tests.handlers.mcp.calling import call_tool
from tests.handlers.mcp.conftest import Connections
from tests.mcp_servers.process import until
from tests.mcp_servers.scripted import ScriptedServer, page, scripted_server

CHALLENGE = 'Bearer error="invalid_token", resource_metadata="http://127.0.0.1/.well-known/oauth-protected-resource"'
REFUSAL = page("", "text/plain", "401 Unauthorized", f"WWW-Authenticate: {CHALLENGE}")
FORBIDDEN = page("", "text/plain", "403 Forbidden")
DONE = {"result": {"content": [{"type": "text", "text": "acted"}]}}


class Tokens:
    """Gives out `tokens` one after the other, the next one whenever the present one was refused."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.refusals: list[tuple[int, str | None, str]] = []
        self.away: ServerUnavailable | None = None

    async def headers(self) -> Mapping[str, str]:
        if self.away is not None:
            raise self.away
        return {"Authorization": f"Bearer {self.tokens[0]}"}

    async def refused(self, status: int, challenge: str | None, sent: Mapping[str, str]) -> bool:
        self.refusals.append((status, challenge, sent["Authorization"]))
        if status == 403:
            return False
        if len(self.tokens) == 1:
            raise LoginRequired("Sign in to the scripted server to go on.")
        self.tokens.pop(0)
        return True


def sent_with(server: ScriptedServer, method: str) -> list[str]:
    """The token of each request with this method."""
    heads = [head for each, head in server.heads if each == method]
    return [head.lower().partition("authorization: bearer ")[2].partition("\r\n")[0] for head in heads]


async def opened(connections: Connections, server: ScriptedServer, tokens: Tokens) -> Connection:
    connection = connections.make(ServerSpec("scripted", "Scripted", "http", url=server.url), authorization=tokens)
    await connection.open()
    return connection


async def test_every_request_carries_the_credentials_of_that_moment(connections: Connections) -> None:
    async with scripted_server() as server:
        tokens = Tokens("one")
        connection = await opened(connections, server, tokens)
        tokens.tokens = ["two"]
        await call_tool(connection, "act", {})
    assert set(sent_with(server, "tools/list")) == {"one"}
    assert sent_with(server, "tools/call") == ["two"]


async def test_a_call_that_was_refused_is_sent_once_more_with_new_credentials(connections: Connections) -> None:
    async with scripted_server() as server:
        tokens = Tokens("old", "new")
        connection = await opened(connections, server, tokens)
        server.script["tools/call"] = [REFUSAL, DONE]
        assert (await call_tool(connection, "act", {})).text == "acted"
        assert sent_with(server, "tools/call") == ["old", "new"]
        assert tokens.refusals == [(401, CHALLENGE, "Bearer old")]
        assert connection.state.kind == "connected"


async def test_a_call_that_nobody_may_make_without_signing_in_did_not_run_and_says_so(connections: Connections) -> None:
    async with scripted_server() as server:
        connection = await opened(connections, server, Tokens("old"))
        server.script["tools/call"] = [REFUSAL]
        server.script["initialize"] = [REFUSAL]
        with pytest.raises(LoginRequired, match=r"^Sign in to the scripted server to go on\.$"):
            await call_tool(connection, "act", {})
        assert len(sent_with(server, "tools/call")) == 1
        await until(lambda: connection.state.kind == "sign_in", "the state")
        assert connection.state.message == "Sign in to the scripted server to go on."


async def test_a_call_without_credentials_is_not_sent(connections: Connections) -> None:
    async with scripted_server() as server:
        tokens = Tokens("old")
        connection = await opened(connections, server, tokens)
        tokens.away = ServerUnavailable("The place where tokens are renewed is away.")
        with pytest.raises(ServerUnavailable, match="renewed is away"):
            await call_tool(connection, "act", {})
        assert sent_with(server, "tools/call") == []


async def test_what_an_account_may_not_do_is_told_and_the_connection_stays(connections: Connections) -> None:
    async with scripted_server() as server:
        connection = await opened(connections, server, Tokens("one"))
        server.script["tools/call"] = [FORBIDDEN, DONE]
        with pytest.raises(NotExecuted) as caught:
            await call_tool(connection, "act", {})
        assert caught.value.code == "server_forbidden"
        assert (await call_tool(connection, "act", {})).text == "acted"


async def test_the_handshake_signs_in_too(connections: Connections) -> None:
    async with scripted_server() as server:
        server.script["initialize"] = [REFUSAL, *server.script["initialize"]]
        connection = await opened(connections, server, Tokens("old", "new"))
        assert connection.state.kind == "connected"
        assert set(sent_with(server, "tools/list")) == {"new"}
