"""How often something may happen in a minute: counted in this process, out of leases that all processes share.

Each process takes a share of a minute's amount out of one row and uses it up by itself, so no amount is ever exceeded,
and Postgres is asked once for many requests. What a process took and does not use is lost until the minute ends.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from interlock_platform.database import Database, Scope
from interlock_platform.limits import store

SHARES = 20
"""A lease is this part of the whole amount."""
MOST_KEPT = 20_000

Key = tuple[UUID, str, str]


@dataclass
class _Held:
    left: int
    elsewhere: int
    """What nobody had taken when this was leased."""
    ends: float


@dataclass(frozen=True)
class Standing:
    """After something was counted: whether it may happen, about how much is left, and when there is all of it again."""

    granted: bool
    left: int
    seconds: float


class Rates:
    """One per process."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._held: dict[Key, _Held] = {}
        self._leasing: dict[Key, asyncio.Lock] = {}

    async def take(self, tenant_id: UUID, subject: str, kind: str, most: int, amount: int = 1) -> Standing:
        """Counts it, unless there is not so much left this minute."""
        key = (tenant_id, subject, kind)
        held = self._current(key)
        if held is None or (held.left < amount and held.elsewhere):
            async with self._leasing.setdefault(key, asyncio.Lock()):
                held = self._current(key)
                if held is None or (held.left < amount and held.elsewhere):
                    held = await self._lease(key, held.left if held else 0, most, amount)
        granted = held.left >= amount
        if granted:
            held.left -= amount
        return Standing(granted, held.left + held.elsewhere, max(held.ends - self._clock(), 0.0))

    def forget(self, tenant_id: UUID) -> None:
        """Its amounts are others than before."""
        for key in [key for key in self._held if key[0] == tenant_id]:
            del self._held[key]

    def _current(self, key: Key) -> _Held | None:
        held = self._held.get(key)
        return held if held is not None and self._clock() < held.ends else None

    async def _lease(self, key: Key, left: int, most: int, amount: int) -> _Held:
        tenant_id, subject, kind = key
        wanted = max(amount - left, most // SHARES, 1)
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            lease = await store.lease(session, subject, kind, wanted, most)
        if len(self._held) > MOST_KEPT:
            self._clear()
        held = _Held(left + lease.granted, max(most - lease.used, 0), self._clock() + lease.seconds)
        self._held[key] = held
        return held

    def _clear(self) -> None:
        now = self._clock()
        self._held = {key: held for key, held in self._held.items() if held.ends > now}
        self._leasing = {key: lock for key, lock in self._leasing.items() if lock.locked()}
