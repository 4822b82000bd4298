"""What a child process writes, in pieces that we can bear: lines of a bounded length, at a bounded pace."""

import asyncio
import time
from asyncio import StreamReader
from collections.abc import AsyncIterator

CHUNK_BYTES = 65536
MAX_LINE_BYTES = 8 * 1024 * 1024
# Of what nobody asked for: notifications, requests, lines that mean nothing.
UNASKED_AT_ONCE = 2000
UNASKED_PER_SECOND = 200
MAX_DROPPED = 20_000
COMPLAINTS_PER_SECOND = 1024 * 1024
LAST_WORDS_BYTES = 2048
# As `sandbox.launcher` writes it.
SANDBOX_SAYS = "interlock: "


class TooMuch(Exception):
    """The child cannot be listened to any longer; the message says why."""


async def lines(stream: StreamReader, most: int = MAX_LINE_BYTES) -> AsyncIterator[bytes]:
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


class Patience:
    """How many messages that nobody asked for are still listened to."""

    def __init__(self) -> None:
        self._left = float(UNASKED_AT_ONCE)
        self._dropped = 0
        self._since = time.monotonic()

    def bears(self) -> bool:
        """Whether this one is; the others are to be dropped. Raises TooMuch when there is no end of them."""
        now = time.monotonic()
        self._left = min(self._left + (now - self._since) * UNASKED_PER_SECOND, UNASKED_AT_ONCE)
        self._since = now
        if self._left >= 1:
            self._left -= 1
            return True
        self._dropped += 1
        if self._dropped > MAX_DROPPED:
            raise TooMuch("The server floods us with messages that nobody asked for")
        return False


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
