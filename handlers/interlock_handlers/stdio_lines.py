"""What a child process writes, in pieces that we can bear: lines of a bounded length, at a bounded pace."""

import asyncio
from asyncio import StreamReader
from collections.abc import AsyncIterator

from interlock_handlers.limits import MESSAGE_BYTES
from interlock_handlers.patience import TooMuch

CHUNK_BYTES = 65536
COMPLAINTS_PER_SECOND = 1024 * 1024
LAST_WORDS_BYTES = 2048
# As `sandbox.launcher` writes it.
SANDBOX_SAYS = "interlock: "


async def lines(stream: StreamReader, most: int = MESSAGE_BYTES) -> AsyncIterator[bytes]:
    """Each line that says something, without its end; raises TooMuch when one does not end in time."""
    buffer = bytearray()
    while chunk := await stream.read(CHUNK_BYTES):
        searched = len(buffer)
        buffer += chunk
        while (end := buffer.find(b"\n", searched)) >= 0:
            line = bytes(buffer[:end]).strip()
            del buffer[: end + 1]
            searched = 0
            if line:
                yield line
        if len(buffer) > most:
            raise TooMuch(f"The server wrote a line of more than {most // 1024 // 1024} MiB")
        # What is there already is read without waiting, and others want their turn.
        await asyncio.sleep(0)


class Complaints:
    """The child's standard error: kept from filling up, and its last lines kept."""

    def __init__(self) -> None:
        self._last = b""

    async def listen(self, stream: StreamReader) -> None:
        """Until it ends; who complains without end is made to wait."""
        while chunk := await stream.read(CHUNK_BYTES):
            self._last = (self._last + chunk)[-LAST_WORDS_BYTES:]
            if len(chunk) == CHUNK_BYTES:
                await asyncio.sleep(CHUNK_BYTES / COMPLAINTS_PER_SECOND)

    @property
    def last_words(self) -> str:
        said = self._last.decode(errors="replace").strip().splitlines()
        return said[-1][:300] if said else ""

    @property
    def why_ended(self) -> str:
        """What the sandbox says, if it put an end to the child."""
        words = self.last_words
        return words.removeprefix(SANDBOX_SAYS) if words.startswith(SANDBOX_SAYS) else ""
