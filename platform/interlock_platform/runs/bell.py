"""Wake-ups between processes: Postgres rings when a transaction commits, and nothing is ever only in the ring."""

import asyncio
import logging
from collections.abc import AsyncIterator

import psycopg
from psycopg import sql

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class Bell:
    """One listening connection per process, with any number of readers per channel."""

    def __init__(self, conninfo: str, channels: tuple[str, ...]) -> None:
        self._conninfo = conninfo
        self._readers: dict[str, list[asyncio.Queue[str | None]]] = {channel: [] for channel in channels}
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
                        for reader in self._readers[notice.channel]:
                            reader.put_nowait(notice.payload)
            except psycopg.OperationalError as error:
                logger.warning("Postgres does not ring: %s", error)
            self.listening.clear()
            await asyncio.sleep(RETRY_SECONDS)

    async def listen(self, channel: str) -> AsyncIterator[str | None]:
        """What is rung from now on; None means that rings may have been missed."""
        reader: asyncio.Queue[str | None] = asyncio.Queue()
        self._readers[channel].append(reader)
        try:
            while True:
                yield await reader.get()
        finally:
            self._readers[channel].remove(reader)

    def _tell_all(self) -> None:
        for readers in self._readers.values():
            for reader in readers:
                reader.put_nowait(None)
