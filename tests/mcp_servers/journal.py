"""An MCP server that writes down every call, on the disk, before and after it does it.

    python tests/mcp_servers/journal.py --journal FILE [--release FILE] [--delay SECONDS] [--learns] [--keeps]
        [--http PORT | --sse PORT]

The journal has one JSON object a line: `{"event", "tool", "arguments", "key", "at", "pid"}`; `event` is "received",
"done", or "stopped" where `slow` was cancelled; `key` is the idempotency key that came with the request, if one did.
"""

import argparse
import json
import os
import time
import warnings
from pathlib import Path
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR
from pydantic import Field

POLL_SECONDS = 0.02
KEY = "interlock/idempotency-key"


class Journal:
    """What the server was asked to do, in the order in which it was asked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, event: str, tool: str, arguments: dict[str, Any], context: Context | None = None) -> None:
        key = ((context.request_context.meta if context else None) or {}).get(KEY)
        asked = {"tool": tool, "arguments": arguments, "key": key}
        entry = {"event": event, **asked, "at": time.time(), "pid": os.getpid()}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())


def entries(path: Path, event: str | None = None, tool: str | None = None) -> list[dict[str, Any]]:
    """The journal's entries so far, of one event and of one tool if wanted."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return [e for e in found if event in (None, e["event"]) and tool in (None, e["tool"])]


def journal_server(journal: Journal, release: Path | None, delay: float) -> MCPServer:
    """The server; `slow` waits for `release` to appear, the other tools for `delay` seconds."""
    server: MCPServer = MCPServer("journal", version="1.0.0", log_level="WARNING")

    @server.tool(title="Record", description="Record a value in the journal.")
    async def record(value: Annotated[str, Field(description="What to record")], context: Context) -> str:
        journal.write("received", "record", {"value": value}, context)
        await anyio.sleep(delay)
        journal.write("done", "record", {"value": value})
        return f"recorded {value}"

    @server.tool(title="Slow", description="Record a value after a while.")
    async def slow(
        seconds: Annotated[float, Field(description="How long at most", ge=0)],
        value: Annotated[str, Field(description="What to record")],
        context: Context,
    ) -> str:
        arguments = {"seconds": seconds, "value": value}
        journal.write("received", "slow", arguments, context)
        await context.report_progress(1, 2, f"working on {value}")
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end and not _released(release):
                await anyio.sleep(POLL_SECONDS)
        except anyio.get_cancelled_exc_class():
            journal.write("stopped", "slow", arguments)
            raise
        journal.write("done", "slow", arguments)
        return f"recorded {value} slowly"

    @server.tool(title="Fail", description="Fail, after writing it down.")
    async def fail() -> str:
        journal.write("received", "fail", {})
        raise ToolError("this tool always fails")

    @server.tool(title="Add", description="Add two numbers.")
    async def add(
        a: Annotated[float, Field(description="The first number")],
        b: Annotated[float, Field(description="The second number")],
    ) -> float:
        journal.write("received", "add", {"a": a, "b": b})
        await anyio.sleep(delay)
        journal.write("done", "add", {"a": a, "b": b})
        return a + b

    return server


def let_learn(server: MCPServer) -> None:
    """Give the server a tool that changes its list of tools."""

    @server.tool(title="Learn", description="Learn a new tool.")
    async def learn(name: Annotated[str, Field(description="Its name")], context: Context) -> str:
        async def learned() -> str:
            return f"{name} done"

        server.add_tool(learned, name=name, description="Learned.")
        await context.notify_tools_changed()
        with warnings.catch_warnings(action="ignore"):
            await context.session.send_tool_list_changed()
        return f"learned {name}"


def let_keep(server: MCPServer, journal: Journal) -> None:
    """Give the server tools that may be repeated, one that looks only, and one that does not say what it did."""

    @server.tool(title="Keep", description="Keep a value: once more changes nothing.")
    async def keep(value: Annotated[str, Field(description="What to keep")], context: Context) -> str:
        journal.write("received", "keep", {"value": value}, context)
        journal.write("done", "keep", {"value": value}, context)
        return f"kept {value}"

    @server.tool(title="Look", description="Look for a value.")
    async def look(value: Annotated[str, Field(description="What to look for")], context: Context) -> str:
        journal.write("received", "look", {"value": value}, context)
        journal.write("done", "look", {"value": value}, context)
        return f"looked for {value}"

    @server.tool(title="Lose", description="Record a value, and lose the answer.")
    async def lose(value: Annotated[str, Field(description="What to record")], context: Context) -> str:
        journal.write("received", "lose", {"value": value}, context)
        raise MCPError(INTERNAL_ERROR, "the answer was lost")


def _released(release: Path | None) -> bool:
    return release is not None and release.exists()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--release", type=Path)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--learns", action="store_true")
    parser.add_argument("--keeps", action="store_true")
    parser.add_argument("--http", type=int, metavar="PORT")
    parser.add_argument("--sse", type=int, metavar="PORT")
    options = parser.parse_args()
    journal = Journal(options.journal)
    server = journal_server(journal, options.release, options.delay)
    if options.learns:
        let_learn(server)
    if options.keeps:
        let_keep(server, journal)
    if options.http is not None:
        server.run("streamable-http", port=options.http)
    elif options.sse is not None:
        server.run("sse", port=options.sse)
    else:
        server.run("stdio")


if __name__ == "__main__":
    main()
