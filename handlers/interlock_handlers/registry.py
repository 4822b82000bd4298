"""One handler per user, made on demand and dropped when idle: a cache, never the truth."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, Protocol, TypeVar

SWEEP_SECONDS = 30.0


class Closable(Protocol):
    async def aclose(self) -> None: ...

    @property
    def busy(self) -> bool:
        """Whether dropping it now would break something off."""
        ...


K = TypeVar("K", bound=Hashable)
H = TypeVar("H", bound=Closable)


class Registry(Generic[K, H]):
    """Handlers by key; concurrent calls for one key make one handler."""

    def __init__(self, make: Callable[[K], Awaitable[H]], *, idle_seconds: float = 1800.0) -> None:
        self._make = make
        self._idle_seconds = idle_seconds
        self._held: dict[K, H] = {}
        self._used: dict[K, float] = {}
        self._locks: dict[K, asyncio.Lock] = {}

    async def get(self, key: K) -> H:
        """The handler of this key, made now if there is none."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            self._used[key] = time.monotonic()
            handler = self._held.get(key)
            if handler is None:
                handler = self._held[key] = await self._make(key)
            return handler

    def held(self) -> list[K]:
        """The keys that have a handler here now."""
        return list(self._held)

    async def drop(self, key: K) -> None:
        """Closes the handler of this key; the next `get` makes a new one."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            handler = self._held.pop(key, None)
            self._used.pop(key, None)
            if handler is not None:
                await handler.aclose()

    async def sweep(self) -> None:
        """Drops what has been idle too long, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            since = time.monotonic() - self._idle_seconds
            for key in [key for key, used in self._used.items() if used < since]:
                handler = self._held.get(key)
                if handler is None or not handler.busy:
                    await self.drop(key)

    async def aclose(self) -> None:
        await asyncio.gather(*(self.drop(key) for key in list(self._held)))
