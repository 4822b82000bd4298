"""Where a server's process kills itself, told to it while it runs: shared memory, and nothing in the product."""

import ctypes
import os
import signal
from dataclasses import dataclass

from interlock_platform.faults import POINTS
from tests.forks import FORKS

NAMES = tuple(POINTS)
NUMBERS = {name: number for number, name in enumerate(NAMES)}
NOTHING, ANY = -1, -2


@dataclass(frozen=True)
class Killed:
    """The point at which a process ended, and how often it had come there."""

    point: str
    arrival: int


class Arming:
    """One armed point, and how often each was reached; a process that gets it takes `reach` for its own."""

    def __init__(self) -> None:
        self._armed = FORKS.RawArray(ctypes.c_int32, [NOTHING, 0, NOTHING])
        self._arrivals = FORKS.RawArray(ctypes.c_int32, len(NAMES))

    def arm(self, point: str | None, arrival: int) -> None:
        """From now on, the arrival of that number at the point (None: at any) is the end of whoever arrives."""
        self._armed[1], self._armed[2] = arrival, NOTHING
        self._armed[0] = ANY if point is None else NUMBERS[point]

    @property
    def armed(self) -> bool:
        """Whether somebody will end somewhere."""
        return bool(self._armed[0] != NOTHING)

    def disarm(self) -> None:
        self._armed[0], self._armed[2] = NOTHING, NOTHING

    def forget(self) -> None:
        """Counts arrivals from none again."""
        for number in range(len(NAMES)):
            self._arrivals[number] = 0

    @property
    def arrivals(self) -> dict[str, int]:
        return dict(zip(NAMES, self._arrivals, strict=True))

    @property
    def killed(self) -> Killed | None:
        """Where a process ended since it was armed last, if one did."""
        number = self._armed[2]
        return None if number == NOTHING else Killed(NAMES[number], self._arrivals[number])

    def reach(self, point: str) -> None:
        """In the server's process, in the place of `faults.reach`."""
        number = NUMBERS[point]
        self._arrivals[number] += 1
        if self._armed[0] in (number, ANY):
            self._armed[1] -= 1
            if self._armed[1] == 0:
                self._armed[0], self._armed[2] = NOTHING, number
                os.kill(os.getpid(), signal.SIGKILL)
