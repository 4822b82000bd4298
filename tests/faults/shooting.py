"""The kills of one play, one after the other: each is prepared when the process before has died."""

import asyncio
from collections.abc import Callable, Sequence

from tests.faults.arming import Arming, Killed
from tests.faults.plans import Shot


class Shooting:
    """`kill` ends a server from outside; at a point, a server ends itself by `arming`."""

    def __init__(self, arming: Arming, shots: Sequence[Shot], kill: Callable[[], None]) -> None:
        self._arming = arming
        self._left = list(shots)
        self._kill = kill
        self._later: asyncio.Task[None] | None = None
        self._noticed, self._shot = 0, 0

    def aim(self, *, returning: bool) -> None:
        """Prepares the next kill, unless there is none, or one is prepared, or this is not its moment."""
        idle = self._later is None and not self._arming.armed
        if idle and self._left and self._left[0].returning == returning:
            shot = self._left.pop(0)
            if shot.arrival:
                self._arming.arm(shot.point, shot.arrival)
            else:
                self._later = asyncio.create_task(self._after(shot.after_seconds))

    def noticed(self) -> Killed | None:
        """A process was seen to be dead: where it ended, if at a point."""
        killed = self._arming.killed
        self._put_down()
        self._noticed += 1
        return killed

    def cease(self) -> None:
        """From now on nothing is killed; what was shot a moment ago may not have been noticed yet."""
        self._shot = max(self._shot, self._noticed + (self._arming.killed is not None))
        self._left.clear()
        self._put_down()

    @property
    def all_noticed(self) -> bool:
        """Whether everything that was shot was seen to be dead."""
        return self._noticed >= self._shot

    def _put_down(self) -> None:
        self._arming.disarm()
        if self._later is not None:
            self._later.cancel()
            self._later = None

    async def _after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._shot = self._noticed + 1
        self._kill()
