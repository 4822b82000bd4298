"""A call moves: its row, its record, its entry in the thread's log, and what follows, in one transaction."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.store import record
from interlock_platform.gate import card, store
from interlock_platform.gate.store import OPEN, WAITING, CallState, Whole
from interlock_platform.runs import store as runs
from interlock_platform.runs.queue import Queue
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.ledger import Call


class Ledger:
    """The only code that changes calls."""

    def __init__(self, queue: Queue, server_names: Mapping[str, str]) -> None:
        self._queue = queue
        self._server_names = server_names

    async def move(
        self,
        session: AsyncSession,
        thread: Thread,
        call_id: UUID,
        old: tuple[CallState, ...],
        new: CallState,
        *,
        actor: UUID | None,
        **conditions_and_values: Any,
    ) -> Whole | None:
        """Moves a call of a thread that is held; None if it was not as expected, and then nothing happened."""
        if not await store.transition(session, call_id, old, new, **conditions_and_values):
            return None
        whole = await self._whole(session, call_id)
        call = whole.call
        record(
            session, actor, f"call.{new}", str(call_id),
            seal=call.seal, tool=call.name, reason=call.reason, executor=call.executor, attempt=call.attempt,
        )  # fmt: skip
        await runs.append(session, thread, call.run_id, "call", card.standing(whole))
        if new not in OPEN:
            content = card.told_to_model(call, whole.names)
            told = {"tool_call_id": call.tool_call_id, "id": str(call.id), "content": content}
            await runs.append(session, thread, call.run_id, "tool_result", told)
        if (new in WAITING) or any(state in WAITING for state in old):
            await self._ring(session, whole)
        if new == "approved":
            await self._queue.execute(session, self._tenant(thread), call_id)
        elif new != "started":
            # The run goes on, or at least a message that came meanwhile need not wait for it any longer.
            await self._queue.advance(session, self._tenant(thread), thread.id)
        return whole

    async def propose(self, session: AsyncSession, thread: Thread, row: Call, message_id: str) -> None:
        """Enters a call of a thread that is held."""
        session.add(row)
        await session.flush()
        whole = await self._whole(session, row.id)
        arguments = json.loads(row.arguments)
        proposed = {"id": row.tool_call_id, "name": row.name, "arguments": arguments, "message_id": message_id}
        await runs.append(session, thread, row.run_id, "tool_call", proposed)
        await runs.append(session, thread, row.run_id, "call", card.card(whole, self._server_names))
        record(session, row.user_id, "call.proposed", str(row.id), seal=row.seal, tool=row.name, verdict=row.verdict)
        await self._queue.expire(session, self._tenant(thread), row.id, row.expires_at)
        await self._ring(session, whole)

    def card(self, whole: Whole) -> dict[str, Any]:
        return card.card(whole, self._server_names)

    async def _whole(self, session: AsyncSession, call_id: UUID) -> Whole:
        whole = await store.find(session, call_id)
        assert whole is not None, "a call that this transaction holds"
        return whole

    async def _ring(self, session: AsyncSession, whole: Whole) -> None:
        call = whole.call
        if call.tenant_id is not None:
            await runs.tell_user(session, call.tenant_id, call.user_id, f"approval:{call.id}")

    @staticmethod
    def _tenant(thread: Thread) -> UUID:
        assert thread.tenant_id is not None, "the database fills it in"
        return thread.tenant_id
