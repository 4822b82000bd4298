"""A proxy that fails on purpose: it cuts, delays, falls silent and refuses, at the message that a test names."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.faults.framing import Framing, Message, Pieces

PIECE_BYTES = 64 * 1024
RESET_AT_ONCE = struct.pack("ii", 1, 0)

Direction = Literal["to_server", "to_client"]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(eq=False)
class Cut:
    """The connection that brings the nth message of this kind is cut.

    `before`: the server does not get the message. `after`: it gets it and answers, and the client does not hear so.
    `within`: the client hears the first `heard_bytes` of the answer.
    """

    matches: Callable[[Message], bool]
    when: Literal["before", "after", "within"] = "before"
    nth: int = 1
    heard_bytes: int = 1
    reset: bool = True
    """with RST, as a machine that is gone; otherwise the connection is closed in good order"""
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def meets(self, message: Message) -> bool:
        """Whether it is this message; each one that is of the kind counts."""
        if not message.counts or not self.matches(message):
            return False
        self.nth -= 1
        return self.nth == 0


class Proxy:
    """`async with Proxy(target, Postgres) as proxy:` listens on `proxy.port` of 127.0.0.1."""

    def __init__(self, target: tuple[str, int] | Path, framing: Callable[[], Framing] = Pieces) -> None:
        """`target` is an address, or the path of a Unix socket."""
        self.target = target
        self.framing = framing
        self.port = 0
        self.delay_seconds = 0.0
        self.passed: list[Message] = []
        """Every message that counts, in the order in which they came, cut or not."""
        self.open: dict[Direction, asyncio.Event] = {"to_server": asyncio.Event(), "to_client": asyncio.Event()}
        self._cuts: list[Cut] = []
        self._links: set[_Link] = set()
        self._server: asyncio.Server | None = None
        self.speak()

    async def __aenter__(self) -> Self:
        await self.accept()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()
        self.cut_all()

    def arm(self, cut: Cut) -> Cut:
        """From the next message on."""
        self._cuts.append(cut)
        return cut

    def disarm(self) -> None:
        self._cuts.clear()

    def cut_all(self, *, reset: bool = True) -> None:
        for link in list(self._links):
            link.end(reset=reset)

    def refuse(self) -> None:
        """Nobody listens any more; the connections that there are stay."""
        assert self._server is not None
        self._server.close()

    async def accept(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=PIECE_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    def silence(self, direction: Direction) -> None:
        """Nothing is passed on in this direction, and nobody is told: a connection that is half open."""
        self.open[direction].clear()

    def speak(self) -> None:
        for direction in self.open.values():
            direction.set()

    def meet(self, message: Message) -> Cut | None:
        """The cut that this message is met by."""
        if message.counts:
            self.passed.append(message)
        for cut in self._cuts:
            if cut.meets(message):
                self._cuts.remove(cut)
                return cut
        return None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if isinstance(self.target, Path):
                server = await asyncio.open_unix_connection(self.target)
            else:
                server = await asyncio.open_connection(*self.target)
        except OSError:
            _close(writer, reset=True)
            return
        link = _Link(self, (reader, writer), server)
        self._links.add(link)
        try:
            await link.pass_on()
        finally:
            self._links.discard(link)


class _Link:
    """One client's connection and the one to the server that belongs to it."""

    def __init__(self, proxy: Proxy, client: Streams, server: Streams) -> None:
        self._proxy = proxy
        self._from_client, self._to_client = client
        self._from_server, self._to_server = server
        self._framing = proxy.framing()
        self._cut: Cut | None = None

    async def pass_on(self) -> None:
        """Until one side ends."""
        pumps = [asyncio.create_task(self._requests()), asyncio.create_task(self._answers())]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            self.end(reset=False)
            for ended in await asyncio.gather(*pumps, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, OSError):
                    raise ended

    def end(self, *, reset: bool) -> None:
        for writer in (self._to_client, self._to_server):
            _close(writer, reset=reset)

    async def _requests(self) -> None:
        while data := await self._from_client.read(PIECE_BYTES):
            for message in self._framing.sent(data):
                await self._proxy.open["to_server"].wait()
                if self._proxy.delay_seconds:
                    await asyncio.sleep(self._proxy.delay_seconds)
                cut = self._proxy.meet(message)
                if cut is not None and cut.when == "before":
                    return self._make(cut)
                self._cut = self._cut or cut
                self._to_server.write(message.data)
            await self._to_server.drain()

    async def _answers(self) -> None:
        while data := await self._from_server.read(PIECE_BYTES):
            answered = self._framing.heard(data)
            await self._proxy.open["to_client"].wait()
            cut = self._cut
            if cut is None:
                self._to_client.write(data)
                await self._to_client.drain()
            elif cut.when == "within":
                self._to_client.write(data[: cut.heard_bytes])
                await self._to_client.drain()
                cut.heard_bytes -= len(data)
                if cut.heard_bytes <= 0:
                    # In good order: a reset would take back what was heard.
                    cut.reset = False
                    return self._make(cut)
            elif answered:
                return self._make(cut)

    def _make(self, cut: Cut) -> None:
        self.end(reset=cut.reset)
        cut.done.set()


def _close(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    if reset and not writer.is_closing():
        made: socket.socket = writer.get_extra_info("socket")
        if made.family != socket.AF_UNIX:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
        writer.transport.abort()
    with suppress(OSError):
        writer.close()
