"""The processes that keep this one's connections: one for servers that the operator answers for, one for all others."""

import asyncio
import itertools
from collections.abc import Sequence

from interlock_handlers.apart.keeping import Keeping
from interlock_handlers.apart.remote import RemoteHandler

OTHERS = "--others"


class Household:
    """Use as `task = create_task(household.run())`; handlers are made at any time, and wait for their process."""

    def __init__(self, argv: Sequence[str], allow: Sequence[str]) -> None:
        """`argv` starts a process; which one and the number of its end of a socket are added. `allow`: see Outbound."""
        self._ordinary = Keeping(argv, allow)
        self._others = Keeping([*argv, OTHERS], allow)
        self._numbers = itertools.count(1)

    def handler(self, *, samples: bool = False) -> RemoteHandler:
        """A new one; it ends with its `aclose`."""
        handler = RemoteHandler(self._ordinary, self._others, next(self._numbers), samples=samples)
        self._ordinary.add(handler)
        self._others.add(handler)
        self._ordinary.begin()
        return handler

    async def run(self) -> None:
        """Keeps the processes going until cancelled; then they end, with everything that they kept."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ordinary.run())
            group.create_task(self._others.run())

    @property
    def pid(self) -> int | None:
        """Of the process for servers that the operator entered and that behave, while there is one."""
        return self._ordinary.pid

    @property
    def others_pid(self) -> int | None:
        """Of the process for all others, while there is one: it is started for the first of them."""
        return self._others.pid
