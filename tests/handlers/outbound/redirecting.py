"""A server that redirects to whatever its query says, and keeps what it was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes


@dataclass
class Redirecting:
    """`/?there` redirects there with `status`; without a query it answers with `answer`, a whole HTTP response."""

    port: int = 0
    status: str = "302 Found"
    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere"
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head)
            query = head.split()[1].partition("?")[2]
            writer.write(self._redirect(unquote_to_bytes(query)) if query else self.answer)
            await writer.drain()
        writer.close()

    def _redirect(self, location: bytes) -> bytes:
        return f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\nLocation: ".encode() + location + b"\r\n\r\n"


@asynccontextmanager
async def redirecting() -> AsyncIterator[Redirecting]:
    scripted = Redirecting()
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()
