"""An MCP server that lets in only those who signed in at its authorization server, and writes down what it is sent.

    python -m tests.mcp_servers.guarded --port PORT --issuer URL --journal FILE --stale FILE

The resource server's side is the SDK's. Tokens are looked up at the issuer. Each time that the text of the file
`stale` changes, all tokens that it has taken so far are refused from then on.
The journal is that of `journal.py`, with one entry more for each request: `{"event": "request", "headers": {…}}`.
"""

import argparse
import json
from pathlib import Path

import httpx2
import uvicorn
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import Context, MCPServer
from pydantic import AnyHttpUrl
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.mcp_servers.journal import Journal

RESOURCE_SERVER = ("resource-server", "the-secret-of-the-resource-server")


class Tokens:
    """Asks the issuer whose a token is."""

    def __init__(self, issuer: str, stale: Path) -> None:
        self._issuer = issuer
        self._stale = stale
        self._mark = ""
        self._taken: set[str] = set()
        self._refused: set[str] = set()

    async def verify_token(self, token: str) -> AccessToken | None:
        mark = self._stale.read_text() if self._stale.exists() else ""
        if mark != self._mark:
            self._mark = mark
            self._refused |= self._taken
        if token in self._refused:
            return None
        async with httpx2.AsyncClient(trust_env=False) as http:
            url = f"{self._issuer}/token/introspection"
            said = (await http.post(url, data={"token": token}, auth=RESOURCE_SERVER)).raise_for_status().json()
        if not said.get("active"):
            return None
        self._taken.add(token)
        return AccessToken(
            token=token,
            client_id=said["client_id"],
            scopes=said.get("scope", "").split(),
            resource=said.get("aud"),
            subject=said.get("sub"),
        )


class Watched:
    """Writes down what comes in."""

    def __init__(self, app: ASGIApp, path: Path) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"event": "request", "tool": None, "path": scope["path"], "headers": headers}) + "\n")
        await self._app(scope, receive, send)


def guarded_server(issuer: str, url: str, journal: Journal, stale: Path) -> MCPServer:
    server: MCPServer = MCPServer(
        "guarded",
        version="1.0.0",
        log_level="WARNING",
        auth=AuthSettings(
            issuer_url=AnyHttpUrl(issuer),
            resource_server_url=AnyHttpUrl(url),
            required_scopes=["tools"],
            validate_token_resource=True,
        ),
        token_verifier=Tokens(issuer, stale),
    )

    @server.tool(title="Record", description="Record a value in the journal.")
    async def record(value: str, context: Context) -> str:
        journal.write("received", "record", {"value": value}, context)
        return f"recorded {value}"

    return server


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--issuer", required=True)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--stale", type=Path, required=True)
    chosen = parser.parse_args()
    url = f"http://127.0.0.1:{chosen.port}/mcp"
    server = guarded_server(chosen.issuer, url, Journal(chosen.journal), chosen.stale)
    app = Watched(server.streamable_http_app(), chosen.journal)
    uvicorn.run(app, host="127.0.0.1", port=chosen.port, log_level="warning")


if __name__ == "__main__":
    main()
