"""What may be used up at once, and comes back with time."""

import time

from interlock_handlers.limits import Rate


class Budget:
    """A token bucket; it begins full."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._left = rate.at_once
        self._counted = time.monotonic()

    def take(self, amount: float = 1.0) -> bool:
        """Use so much of it; False, and nothing is used, if there is not so much."""
        if amount > self._count():
            return False
        self._left -= amount
        return True

    def spend(self, amount: float) -> None:
        """Use so much of it even if there is not so much: it has to come back before anything can be taken again."""
        self._left = self._count() - amount

    def seconds_until(self, amount: float = 1.0) -> float:
        """When there will be so much, if nothing is used."""
        return max(amount - self._count(), 0.0) / self._rate.per_second

    def _count(self) -> float:
        now = time.monotonic()
        self._left = min(self._left + (now - self._counted) * self._rate.per_second, self._rate.at_once)
        self._counted = now
        return self._left
