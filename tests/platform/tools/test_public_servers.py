"""Servers that others wrote: connected, called with approval, killed and called again, disconnected."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from interlock_servers.postgres_access import PostgresAccess
from tests.mcp_servers.pages import pages
from tests.mcp_servers.public import NAMES, PublicServer, public_servers
from tests.person import Person
from tests.platform.chat.talking import said, talk
from tests.platform.place import Place, open_place


@dataclass(frozen=True)
class Market:
    """An Interlock with the servers in its catalogue, and alice in it."""

    place: Place
    alice: Person
    servers: dict[str, PublicServer]
    folder: Path

    async def call(self, name: str) -> str:
        """What the server's tool answered, when the model asked for it and alice approved."""
        server = self.servers[name]
        call = {"name": f"{name}__{server.tool}", "arguments": dict(server.arguments)}
        self.place.model.script([{"calls": [call]}, {"text": "Done."}])
        thread_id, run_id = await talk(self.alice, f"Use {name}")
        card = await self.alice.card(thread_id)
        assert card["arguments"] == server.arguments
        await self.alice.decide(card, "approve")
        assert await self.alice.finished(thread_id, run_id) == "success"
        (card,) = self.alice.cards(thread_id)
        assert card["state"] == "succeeded", (card["error"], card["evidence"])
        return "".join(content for role, content in await said(self.alice, thread_id) if role == "tool")

    async def tools(self, name: str) -> list[str]:
        """The tools of this server that alice's agent has."""
        toolset = await self.alice.ok("GET", "/api/toolset")
        return [tool["name"] for tool in toolset["tools"] if tool["name"].startswith(f"{name}__")]

    async def state(self, name: str) -> Any:
        servers = (await self.alice.ok("GET", "/api/servers"))["servers"]
        return next(server["state"] for server in servers if server["id"] == name)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def market(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Market]:
    folder = tmp_path_factory.mktemp("market")
    async with pages() as web:
        web.at("/page", {"this is": "a page that was fetched"})
        with public_servers(folder, f"{web.url}/page") as servers:
            catalogue = folder / "public.json"
            catalogue.write_text(
                json.dumps({"mcpServers": {name: servers[name].entry for name in NAMES}}, default=dict)
            )
            async with (
                open_place(postgres, folder, catalogue=catalogue) as place,
                place.person("alice") as alice,
            ):
                yield Market(place, alice, servers, folder)


@pytest.mark.parametrize("name", NAMES)
async def test_a_public_server_comes_works_is_killed_works_and_goes(market: Market, name: str) -> None:
    server = market.servers[name]
    await market.alice.ok("POST", f"/api/servers/{name}/connect")
    assert f"{name}__{server.tool}" in await market.tools(name)
    assert server.says in await market.call(name)
    killed = _kill(server)
    with ExitStack() as stack:
        if server.process is not None:
            await asyncio.to_thread(stack.enter_context, server.process.again())
        assert server.says in await market.call(name)
        assert _pids(server) & killed == set()
        await market.alice.ok("POST", f"/api/servers/{name}/disconnect")
    assert await market.tools(name) == []
    assert _pids(server) == set()
    assert await market.state(name) == "off"


def _kill(server: PublicServer) -> set[int]:
    if server.process is not None:
        server.process.kill()
        return {server.process.process.pid}
    killed = _pids(server)
    assert killed
    for pid in killed:
        # With one of them the others go.
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
    return killed


def _pids(server: PublicServer) -> set[int]:
    """Of the processes that were started for whoever connected."""
    ours = psutil.Process().children(recursive=True)
    return {p.pid for p in ours if server.marks and set(server.marks) <= set(_command_line(p))}


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
