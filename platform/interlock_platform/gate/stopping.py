"""Stopping calls that this process has sent, or is about to send."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.database import Database, Scope
from interlock_platform.gate import store
from interlock_platform.http.problems import DATABASE_AWAY
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.store import CANCEL_CHANNEL, run_of
from interlock_platform.tables.ledger import Call

logger = logging.getLogger(__name__)

AWAY_SECONDS = 0.5


@dataclass
class Stop:
    """Whether somebody wants a call stopped, and what is cancelled then."""

    scope: Scope
    asked: bool = False
    task: asyncio.Task[Any] | None = field(default=None, repr=False)

    def ask(self) -> None:
        # Once: cancelled again, a task would break off what it tells the server.
        if not self.asked:
            self.asked = True
            if self.task is not None:
                self.task.cancel()


class Stopping:
    """One per process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watched: dict[UUID, Stop] = {}

    @contextmanager
    def watching(self, tenant_id: UUID, call_id: UUID) -> Iterator[None]:
        """Inside, this process has the call."""
        self._watched[call_id] = Stop(Scope(tenant_id=tenant_id))
        try:
            yield
        finally:
            del self._watched[call_id]

    def of(self, call_id: UUID) -> Stop:
        return self._watched[call_id]

    async def obey(self, bell: Bell) -> None:
        """Stops what the bell says, until cancelled."""
        rings: AsyncGenerator[str | None] = bell.listen(CANCEL_CHANNEL)
        async with aclosing(rings):
            async for rung in rings:
                if rung is None:
                    await self._look()
                elif (stop := self._watched.get(UUID(rung.partition(":")[2]))) is not None:
                    stop.ask()

    async def _look(self) -> None:
        """What was rung while nobody heard it is in the ledger."""
        for call_id, stop in list(self._watched.items()):
            await self._look_at(call_id, stop)

    async def _look_at(self, call_id: UUID, stop: Stop) -> None:
        while True:
            try:
                async with self._database.transaction(stop.scope) as session:
                    call = await store.row(session, call_id)
                    if call is not None and call.state == "started" and await is_stopped(session, call):
                        stop.ask()
            except DATABASE_AWAY as error:
                logger.info("Whether call %s is to stop can't be read yet: %s", call_id, error)
                await asyncio.sleep(AWAY_SECONDS)
            else:
                return


async def is_stopped(session: AsyncSession, call: Call) -> bool:
    """Whether the run that the call belongs to was stopped."""
    run = await run_of(session, call.thread_id, call.run_id)
    return run is not None and run.state == "cancelled"
