"""An MCP server that wants people to sign in, its authorization server, and somebody's browser there.

signing_in   (session) `SigningIn`: both servers, each in a process of its own
"""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from interlock_handlers.server_spec import ServerSpec
from tests.mcp_servers.everything import NODE
from tests.mcp_servers.journal import entries
from tests.mcp_servers.process import free_port, running

SCRIPT = Path(__file__).with_name("authorization_server.mjs")


@dataclass(frozen=True)
class SigningIn:
    """The authorization server `issuer` and the guarded MCP server at `url`; `documents` is a port that is free for
    whoever publishes a client id metadata document as https://interlock.example."""

    issuer: str
    url: str
    documents: int
    folder: Path

    @property
    def spec(self) -> ServerSpec:
        return ServerSpec("guarded", "Guarded", "http", url=self.url, auth="oauth")

    def asked(self, route: str, **said: Any) -> list[dict[str, Any]]:
        """The requests to one of the authorization server's endpoints so far, those that say this."""
        path = self.folder / "issuer.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        found: list[dict[str, Any]] = [json.loads(line) for line in lines]
        return [e for e in found if e["route"] == route and said.items() <= {**e, "said": None}.items()]

    def received(self, value: str) -> int:
        """How often the guarded server was asked to record this."""
        return sum(e["arguments"]["value"] == value for e in entries(self.folder / "guarded.jsonl", "received"))

    def requests(self) -> list[dict[str, str]]:
        """The headers of all requests to the guarded server."""
        return [entry["headers"] for entry in entries(self.folder / "guarded.jsonl", "request")]

    def make_stale(self) -> None:
        """The guarded server refuses all tokens that it has taken so far, as if they had run out."""
        (self.folder / "stale").write_text(uuid4().hex)


async def consent(url: str, account: str = "alice@example.org", *, until: str) -> str:
    """What a browser does at the authorization server as this account: where it ends up, which begins with `until`."""
    async with httpx.AsyncClient(trust_env=False, cookies={"account": account}) as browser:
        for _ in range(10):
            answer = await browser.get(url)
            assert answer.is_redirect, f"{url} answers {answer.status_code}: {answer.text[:500]}"
            url = str(answer.url.join(answer.headers["location"]))
            if url.startswith(until):
                return url
    raise AssertionError(f"it goes on and on, and is at {url}")


@pytest.fixture(scope="session")
def signing_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningIn]:
    folder = tmp_path_factory.mktemp("signing-in")
    at, guarded, documents = free_port(), free_port(), free_port()
    servers = SigningIn(f"http://127.0.0.1:{at}", f"http://127.0.0.1:{guarded}/mcp", documents, folder)
    issuer = [str(NODE), str(SCRIPT), str(at), str(folder / "issuer.jsonl"), f"http://127.0.0.1:{documents}"]
    server = [sys.executable, "-m", "tests.mcp_servers.guarded", "--port", str(guarded), "--issuer", servers.issuer]
    files = ["--journal", str(folder / "guarded.jsonl"), "--stale", str(folder / "stale")]
    with ExitStack() as stack:
        stack.enter_context(running([*issuer, servers.url], at, folder / "issuer.log"))
        stack.enter_context(running([*server, *files], guarded, folder / "guarded.log"))
        yield servers
