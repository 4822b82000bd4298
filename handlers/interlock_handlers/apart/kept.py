"""One server of one user, as whoever uses it knows it: which process keeps it, how it stands and how it behaves."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from interlock_handlers.apart.keeper import Keeper
from interlock_handlers.authorization import Authorization
from interlock_handlers.breaker import ServerResting, resting
from interlock_handlers.budget import Budget
from interlock_handlers.conduct import BLAMELESS, Conduct
from interlock_handlers.connection_state import ConnectionState
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.limits import BYTES_LIKE_A_CALL, CALLS, CALLS_ON_PROBATION
from interlock_handlers.server_spec import ServerSpec


class Kept:
    """It outlasts connections, for how the server behaved is not forgotten with them."""

    def __init__(self, spec: ServerSpec, ordinary: Keeper, others: Keeper) -> None:
        """`others` keeps what the operator did not enter, and what was cut off: it only slows down its like there."""
        self.spec = spec
        self.authorization: Authorization | None = None
        self.number: int | None = None
        """Under which its credentials are asked for."""
        self.keeper: Keeper | None = None
        """While it is wanted."""
        self.conduct: Conduct = BLAMELESS
        self.state: ConnectionState | None = None
        self.definitions: tuple[ToolDefinition, ...] = ()
        self._ordinary = ordinary
        self._others = others
        self._calls: Counter[Keeper] = Counter()
        self._quiet: dict[Keeper, asyncio.Event] = {ordinary: asyncio.Event(), others: asyncio.Event()}
        self._forgiven, self._on_probation = Budget(CALLS), Budget(CALLS_ON_PROBATION)

    @property
    def belongs(self) -> Keeper:
        """Where it is to be kept, by who entered it and how it behaves."""
        return self._ordinary if self.spec.origin == "platform" and self.conduct.forgiven else self._others

    @property
    def misplaced(self) -> bool:
        """Whether it could be kept elsewhere now, with nothing broken off."""
        return self.keeper is not None and self.keeper is not self.belongs and not self._calls[self.keeper]

    def want(self, spec: ServerSpec, authorization: Authorization | None) -> Keeper | None:
        """From now on it is kept where it belongs; the keeper that has it still, if that is another one."""
        self.spec = spec
        former, keeper = self.keeper, self.belongs
        if former is not keeper or self.authorization != authorization:
            if former is not None:
                former.forget(self.number)
            self.number = keeper.keep(authorization) if authorization is not None else None
        self.authorization, self.keeper = authorization, keeper
        return former if former is not keeper else None

    def drop(self) -> None:
        """It is not wanted any more."""
        if self.keeper is not None:
            self.keeper.forget(self.number)
        self.keeper = self.number = self.state = None
        self.definitions = ()

    @contextmanager
    def calling(self, keeper: Keeper) -> Iterator[None]:
        """A call is under way there."""
        self._calls[keeper] += 1
        try:
            yield
        finally:
            self._calls[keeper] -= 1
            self._quiet[keeper].set()

    async def quiet(self, keeper: Keeper) -> None:
        """Until no call is under way there."""
        while self._calls[keeper]:
            self._quiet[keeper].clear()
            await self._quiet[keeper].wait()

    async def turn(self, seconds: float) -> None:
        """Wait until it may be called again. Raises ServerResting while it rests, and where that takes longer."""
        if self.conduct.seconds:
            raise resting(self.spec.name, self.conduct)
        budget = self._budget
        end = asyncio.get_running_loop().time() + seconds
        while not budget.take():
            wait = budget.seconds_until()
            if asyncio.get_running_loop().time() + wait > end:
                raise ServerResting(
                    f"{self.spec.name} is called more often, or answers at greater length, than Interlock lets one "
                    f"server. Nothing was sent to it; it can be called again in {wait:.0f} s."
                )
            await asyncio.sleep(wait)

    def came(self, size: int) -> None:
        """So many bytes of it."""
        self._budget.spend(size / BYTES_LIKE_A_CALL)

    @property
    def _budget(self) -> Budget:
        return self._forgiven if self.conduct.forgiven else self._on_probation
