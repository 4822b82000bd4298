"""Wake-ups between processes: Postgres rings when a transaction commits, and nothing is ever only in the ring."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0

Reader = asyncio.Queue[tuple[str, str | None]]


class Bell:
    """One listening connection per process, with any number of readers per channel."""

    def __init__(self, conninfo: str, channels: tuple[str, ...]) -> None:
        self._conninfo = conninfo
        self._readers: dict[str, list[Reader]] = {channel: [] for channel in channels}
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Listens until cancelled; after a lost connection the readers are told to look for themselves."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                    for channel in self._readers:
                        await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
                    self._tell_all()
                    self.listening.set()
                    async for notice in connection.notifies():
                        self.ring(notice.channel, notice.payload)
            except psycopg.OperationalError as error:
                logger.warning("Postgres does not ring: %s", error)
            self.listening.clear()
            await asyncio.sleep(RETRY_SECONDS)

    def ring(self, channel: str, payload: str) -> None:
        """Tells the channel's readers."""
        for reader in self._readers[channel]:
            reader.put_nowait((channel, payload))

    @contextmanager
    def reader(self, *channels: str) -> Iterator[Reader]:
        """(channel, what is rung on it) from now on; None instead of a ring means that some may have been missed."""
        reader: Reader = asyncio.Queue()
        for channel in channels:
            self._readers[channel].append(reader)
        try:
            yield reader
        finally:
            for channel in channels:
                self._readers[channel].remove(reader)

    async def listen(self, channel: str) -> AsyncGenerator[str | None]:
        """The rings of one channel from now on."""
        with self.reader(channel) as reader:
            while True:
                yield (await reader.get())[1]

    def _tell_all(self) -> None:
        for channel, readers in self._readers.items():
            for reader in readers:
                reader.put_nowait((channel, None))
