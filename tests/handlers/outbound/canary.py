"""Listeners that nobody may come to, and a record of every address that this process sets out to connect to."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - a canary sits on all of them


@dataclass
class Canary:
    """`visits` are the connections that reached it, at whatever address of this machine."""

    port: int = 0
    visits: list[Any] = field(default_factory=list)

    def visited(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits.append(writer.get_extra_info("sockname"))
        writer.close()


@asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    sitting = Canary()
    servers: list[asyncio.Server] = []
    for address in EVERY_ADDRESS:
        servers.append(await asyncio.start_server(sitting.visited, address, sitting.port))
        sitting.port = servers[0].sockets[0].getsockname()[1]
    try:
        yield sitting
    finally:
        for server in servers:
            server.close()


@contextmanager
def attempts() -> Iterator[list[str]]:
    """The addresses that are connected to in the meantime, reachable or not."""
    made: list[str] = []
    connect = socket.socket.connect

    def recorded(self: socket.socket, address: Any) -> None:
        made.append(address[0] if isinstance(address, tuple) else str(address))
        connect(self, address)

    socket.socket.connect = recorded  # type: ignore[method-assign, assignment]
    try:
        yield made
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]
