"""How a run ends, whatever ends it."""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.gate import store as ledger
from interlock_platform.gate.ledger import Ledger
from interlock_platform.runs import store as runs
from interlock_platform.runs.queue import Queue
from interlock_platform.tables.conversation import Run, Thread


class Ending:
    """Closes runs of threads that are held."""

    def __init__(self, ledger: Ledger, queue: Queue) -> None:
        self.ledger = ledger
        self._queue = queue

    async def stop(self, session: AsyncSession, thread: Thread, run: Run, actor: UUID | None, why: str) -> None:
        """At once if it is queued or waits, through its worker if it is under way; one that has ended stays so."""
        if run.state == "running":
            run.cancelled_at = await ledger.now(session)
            await runs.ask_to_stop(session, thread.id, run.id)
        elif run.state in runs.OPEN_STATES:
            await self.cancel(session, thread, run, actor, why)

    async def cancel(self, session: AsyncSession, thread: Thread, run: Run, actor: UUID | None, why: str) -> None:
        """Cancels what still waits for a decision, and asks whoever has sent a call to stop its server."""
        run.state = "cancelled"
        await session.flush()
        for call in await ledger.of_run(session, thread.id, run.id):
            # A call whose server waits on the line ends by itself, once its question is withdrawn.
            stops = call.state == "input_required" and not (call.input or {}).get("held")
            if stops or call.state in ("proposed", "approved"):
                await self.ledger.move(
                    session, thread, call.id, ("proposed", "approved", "input_required"), "cancelled",
                    actor=actor, reason=why, ended_at=func.now(),
                )  # fmt: skip
            elif call.state == "started":
                await runs.ask_to_stop(session, thread.id, call.id)
        runs.append(session, thread, run.id, "run_finished", {"cancelled": True})
        await _touch(session, thread)
        if thread.tenant_id is not None:
            await self._queue.advance(session, thread.tenant_id, thread.id)

    async def finish(self, session: AsyncSession, thread: Thread, run: Run) -> None:
        run.state = "finished"
        runs.append(session, thread, run.id, "run_finished")
        await _touch(session, thread)

    async def fail(self, session: AsyncSession, thread: Thread, run: Run, error: dict[str, Any]) -> None:
        run.state, run.error = "failed", error
        runs.append(session, thread, run.id, "run_error", error)
        await _touch(session, thread)


async def _touch(session: AsyncSession, thread: Thread) -> None:
    thread.updated_at = await ledger.now(session)
