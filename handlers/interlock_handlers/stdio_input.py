"""What we write to a child process."""

from asyncio import StreamWriter
from types import TracebackType
from typing import Self

import anyio
import mcp_types as types
from mcp.shared.message import SessionMessage

from interlock_handlers.exchange import current_exchange
from interlock_handlers.latch import Latch

MAX_UNREAD_BYTES = 4 * 1024 * 1024


class StdioInput:
    """The child's input as the SDK's write stream; it writes in the task of the caller, whose call it knows."""

    def __init__(self, stdin: StreamWriter, dead: Latch) -> None:
        self._stdin = stdin
        self._dead = dead

    async def send(self, item: SessionMessage, /) -> None:
        message = item.message
        is_call = isinstance(message, types.JSONRPCRequest) and message.method == "tools/call"
        exchange = current_exchange.get() if is_call else None
        line = message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"
        if self._dead.is_set or self._stdin.is_closing():
            raise anyio.BrokenResourceError
        if self._stdin.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self._dead.set("The server does not read what it is sent")
            raise anyio.BrokenResourceError
        if exchange is not None and not exchange.sending():
            raise anyio.BrokenResourceError
        self._stdin.write(line)
        if self._stdin.is_closing():
            # The pipe broke under this very write: nobody was there to read it.
            if exchange is not None:
                exchange.not_sent_after_all()
            self._dead.set("The server's process ended")
            raise anyio.BrokenResourceError
        try:
            await self._stdin.drain()
        except ConnectionError:
            raise anyio.BrokenResourceError from None

    async def aclose(self) -> None:
        self._stdin.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
