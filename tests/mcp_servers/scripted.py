"""An HTTP server that plays a badly behaved MCP server: it answers by a script, down to the bytes.

Unless the script says otherwise it is a 2025-11-25 server with one tool, `act`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest_asyncio

Message = dict[str, Any]

TOOL: Message = {"name": "act", "description": "Acts.", "inputSchema": {"type": "object", "properties": {}}}


class Answering:
    """One request that is being answered by a play; `sent` counts what the other side took of it."""

    def __init__(self, request_id: object, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.id = request_id
        self.sent = 0
        self.closed = asyncio.Event()
        self._writer = writer
        self._end = asyncio.create_task(self._hung_up(reader))

    async def send(self, data: bytes) -> None:
        """Raises ConnectionError once nobody listens any more."""
        self._writer.write(data)
        await self._writer.drain()
        self.sent += len(data)

    async def until_closed(self, seconds: float | None = None) -> None:
        """Wait for the other side to hang up, for so long."""
        await asyncio.wait({self._end}, timeout=seconds)

    async def _hung_up(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            await reader.read()
        self.closed.set()


Play = Callable[[Answering], Awaitable[None]]
"""Writes an answer at its own pace; the connection is closed after it."""


class ScriptedServer:
    """`script[method]` holds the answers to a method: bytes are written as they are (and the connection is closed),
    a dict is a JSON-RPC result or error, a play writes what it wants, and None leaves the request without an answer.
    The last one is repeated. `script["GET"]` is for streams; without it they are refused. `page`, if set, is the answer
    to every request.
    """

    def __init__(self) -> None:
        self.port = 0
        self.page: bytes | None = None
        self.script: dict[str, list[bytes | Message | Play | None]] = {
            "initialize": [
                {
                    "result": {
                        "protocolVersion": "2025-11-25",
                        "capabilities": {"tools": {}},
                        "serverInfo": {"name": "scripted", "version": "1"},
                    }
                }
            ],
            "tools/list": [{"result": {"tools": [TOOL]}}],
            "tools/call": [{"result": {"content": [{"type": "text", "text": "acted"}]}}],
        }
        self.heard: list[str] = []
        self.heads: list[tuple[str, str]] = []
        """Of each request its method and its head."""
        self.plays: list[Answering] = []
        self.idle = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._exchange(reader, writer):
                await writer.drain()
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lengths = [line.split(":")[1] for line in head.splitlines() if line.lower().startswith("content-length:")]
        body = await reader.readexactly(int(lengths[0])) if lengths else b""
        message: Message = json.loads(body) if body else {}
        method = str(message.get("method"))
        self.heard.append(method)
        self.heads.append((method, head))
        if self.page is not None:
            writer.write(self.page)
            return False
        if head.startswith("GET") and "GET" in self.script:
            return await self._answer("GET", None, reader, writer)
        if not head.startswith("POST"):
            writer.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return True
        if "id" not in message:
            writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
            return True
        return await self._answer(method, message["id"], reader, writer)

    async def _answer(
        self, method: str, request_id: object, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        answers = self.script.get(method, [{"error": {"code": -32601, "message": "Method not found"}}])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer is None:
            await self.idle.wait()
            return False
        if callable(answer):
            self.plays.append(Answering(request_id, reader, writer))
            await answer(self.plays[-1])
            return False
        if isinstance(answer, bytes):
            writer.write(answer.replace(b"$ID", str(request_id).encode().rjust(3)))
            return False
        writer.write(page(json.dumps({"jsonrpc": "2.0", "id": request_id, **answer}), "application/json"))
        return True


def page(body: str, kind: str = "text/html", status: str = "200 OK", *headers: str) -> bytes:
    """A whole HTTP response."""
    data = body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(data)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + data


@asynccontextmanager
async def scripted_server() -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer()
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0, limit=1 << 20)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        scripted.idle.set()
        server.close()


@pytest_asyncio.fixture(loop_scope="session")
async def scripted() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as server:
        yield server
