"""Servers that people enter, and what those declare."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from tests.mcp_servers.scripted import Message, ScriptedServer
from tests.person import Person

Server = dict[str, Any]


def tool(name: str = "act", description: str = "Acts.", **properties: Any) -> Message:
    """A tool that takes these."""
    return {
        "name": name,
        "description": description,
        "inputSchema": {"type": "object", "properties": properties},
    }


def declare(scripted: ScriptedServer, *tools: Message) -> None:
    """From now on the server says that it has these."""
    scripted.script["tools/list"] = [{"result": {"tools": list(tools)}}]


def body(url: str, **more: Any) -> Server:
    entered = {"name": f"Server {uuid4().hex[:8]}", "transport": "http", "url": url, "auth": "none", "scope": "tenant"}
    return {**entered, **more}


@asynccontextmanager
async def entered(person: Person, scripted: ScriptedServer, **more: Any) -> AsyncIterator[Server]:
    """A server of the catalogue inside the block, which the person is connected to."""
    made: Server = await person.ok("POST", "/api/servers", body(scripted.url, **more))
    try:
        await person.ok("POST", f"/api/servers/{made['id']}/connect")
        yield made
    finally:
        answer = await person.api("DELETE", f"/api/servers/{made['id']}")
        assert answer.status_code in (204, 404), answer.text


async def tools_of(person: Person, server_id: str) -> list[str]:
    """What the person's agent has of this server."""
    toolset = await person.ok("GET", "/api/toolset")
    return [each["name"].partition("__")[2] for each in toolset["tools"] if each["server"] == server_id]


async def page(person: Person, server_id: str) -> Server:
    shown: Server = await person.ok("GET", f"/api/servers/{server_id}")
    return shown


async def reconnect(person: Person, server_id: str) -> Server:
    """The server is asked anew for what it has."""
    await person.ok("POST", f"/api/servers/{server_id}/disconnect")
    again: Server = await person.ok("POST", f"/api/servers/{server_id}/connect")
    return again


async def refusal(person: Person, method: str, path: str, said: Any = None) -> tuple[int, str]:
    answer = await person.api(method, path, said)
    return answer.status_code, answer.json()["code"]
