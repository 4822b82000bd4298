"""A call moves: its row, its record, its entry in the thread's log, and what follows, in one transaction."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.store import record
from interlock_platform.gate import card, store
from interlock_platform.gate.card import Viewer
from interlock_platform.gate.store import OPEN, WAITING, CallState, Whole
from interlock_platform.gate.telling import told_to_model
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
        known: Whole | None = None,
        replaced: bool = False,
        **conditions_and_values: Any,
    ) -> Whole | None:
        """Moves a call of a thread that is held; None if it was not as expected, and then nothing happened.

        What is `known` of it was read in this transaction, and the move names no further person. A call that is
        `replaced` by one proposed anew is not told to the model: its successor will be.
        """
        call = await store.transition(session, call_id, old, new, **conditions_and_values)
        if call is None:
            return None
        whole = replace(known, call=call) if known else await self._whole(session, call_id)
        runs.append(session, thread, call.run_id, "call", card.change(whole))
        self._record(session, actor, f"call.{new}", call)
        if new not in OPEN and call.kind == "tool" and not replaced:
            self._tell(session, thread, whole)
        if call.input is not None and new not in ("started", "input_required"):
            for child in await store.children(session, call_id):
                await self.withdraw(session, thread, child.id)
        if (new in WAITING) or any(state in WAITING for state in old):
            await self.ring(session, whole)
        if new == "approved":
            await (self.write if call.kind == "sampling" else self.execute)(session, thread, call_id)
        elif new not in OPEN and call.parent_id is not None:
            await self._resume(session, thread, call.parent_id)
        elif new not in ("started", "input_required"):
            # The run goes on, or at least a message that came meanwhile need not wait for it any longer.
            await self._queue.advance(session, tenant_of(thread), thread.id)
        return whole

    async def amend(
        self,
        session: AsyncSession,
        thread: Thread,
        call_id: UUID,
        action: str,
        *,
        actor: UUID | None,
        **conditions_and_values: Any,
    ) -> Whole | None:
        """Changes a call that goes on waiting: its arguments, its approvals, who is asked, until when."""
        if await store.transition(session, call_id, ("proposed",), "proposed", **conditions_and_values) is None:
            return None
        whole = await self._whole(session, call_id)
        runs.append(session, thread, whole.call.run_id, "call", card.change(whole))
        self._record(session, actor, action, whole.call)
        await self.ring(session, whole)
        return whole

    async def propose(
        self, session: AsyncSession, thread: Thread, row: Call, message_id: str, known: Whole | None
    ) -> None:
        """Enters a call of a message, in a thread that is held."""
        proposed = {
            "id": row.tool_call_id,
            "name": row.name,
            "arguments": json.loads(row.arguments),
            "message_id": message_id,
        }
        runs.append(session, thread, row.run_id, "tool_call", proposed)
        await self.enter(session, thread, row, known)

    async def enter(self, session: AsyncSession, thread: Thread, row: Call, known: Whole | None = None) -> Whole:
        """Enters a call as policy judged it: it waits, or is approved or rejected already.

        What its card shows is read, where it is not `known`.
        """
        session.add(row)
        if known is None:
            await session.flush()
        whole = known or await self._whole(session, row.id)
        requester = whole.people.get(row.user_id)
        viewer = Viewer(row.user_id, requester.roles if requester else frozenset())
        runs.append(session, thread, row.run_id, "call", card.card(whole, self._server_names, viewer))
        self._record(session, row.user_id, "call.proposed", row)
        if row.state == "proposed":
            await self.expire_at(session, thread, row.id, row.expires_at)
            await self.ring(session, whole)
            return whole
        self._record(session, None, f"call.{row.state}", row)
        if row.state not in OPEN and row.kind == "tool":
            self._tell(session, thread, whole)
        return whole

    async def expire_at(self, session: AsyncSession, thread: Thread, call_id: UUID, at: datetime) -> None:
        """Looks again at the call when its time is up."""
        await self._queue.expire(session, tenant_of(thread), call_id, at)

    async def withdraw(self, session: AsyncSession, thread: Thread, call_id: UUID) -> None:
        """A question that still waits is wanted no more."""
        await self.move(
            session, thread, call_id, ("proposed",), "cancelled",
            actor=None, reason="The server went on without it.", ended_at=func.now(),
        )  # fmt: skip

    async def execute(self, session: AsyncSession, thread: Thread, call_id: UUID) -> None:
        """Has the executor look at the call."""
        await self._queue.execute(session, tenant_of(thread), call_id)

    async def write(self, session: AsyncSession, thread: Thread, call_id: UUID) -> None:
        """Has the writer look at what a server wants written."""
        await self._queue.write(session, tenant_of(thread), call_id)

    async def go_on(self, session: AsyncSession, thread: Thread) -> None:
        """Has the thread's runs looked at again."""
        await self._queue.advance(session, tenant_of(thread), thread.id)

    def card(self, whole: Whole, viewer: Viewer) -> dict[str, Any]:
        return card.card(whole, self._server_names, viewer)

    def card_for_requester(self, whole: Whole) -> dict[str, Any]:
        """The card as the log has it: the thread is the requester's."""
        requester = whole.people.get(whole.call.user_id)
        return self.card(whole, Viewer(whole.call.user_id, requester.roles if requester else frozenset()))

    async def ring(self, session: AsyncSession, whole: Whole) -> None:
        """Tells whoever may decide the call that something about it is new."""
        call = whole.call
        assert call.tenant_id is not None, "the database fills it in"
        if whole.terms.needs or call.unattended:
            await runs.tell_tenant(session, call.tenant_id, f"approval:{call.id}")
        else:
            await runs.tell_user(session, call.tenant_id, call.user_id, f"approval:{call.id}")

    @staticmethod
    def _tell(session: AsyncSession, thread: Thread, whole: Whole) -> None:
        call = whole.call
        told = {
            "tool_call_id": call.tool_call_id,
            "id": str(call.id),
            "content": told_to_model(call, whole.names),
        }
        runs.append(session, thread, call.run_id, "tool_result", told)

    async def _resume(self, session: AsyncSession, thread: Thread, parent_id: UUID) -> None:
        """The call that a server asked something for goes on, once nothing of it is open any more."""
        if not any(child.state in OPEN for child in await store.children(session, parent_id)):
            await self.execute(session, thread, parent_id)

    async def _whole(self, session: AsyncSession, call_id: UUID) -> Whole:
        whole = await store.find(session, call_id)
        assert whole is not None, "a call that this transaction holds"
        return whole

    @staticmethod
    def _record(session: AsyncSession, actor: UUID | None, action: str, call: Call) -> None:
        record(
            session, actor, action, str(call.id),
            kind=call.kind, tool=call.name, seal=call.seal, verdict=call.verdict, policy=call.policy_version,
            grant=str(call.grant_id) if call.grant_id else None, reason=None if actor else call.reason,
            reason_hash=hash_of_reason(call) if actor else None,
            executor=call.executor, attempt=call.attempt,
        )  # fmt: skip


def hash_of_reason(call: Call) -> str | None:
    """Stands on the record for what a person said, who may be deleted; so do the words, with the call."""
    return sha256(f"{call.seal}\n{call.reason}".encode()).hexdigest() if call.reason else None


def tenant_of(thread: Thread) -> UUID:
    assert thread.tenant_id is not None, "the database fills it in"
    return thread.tenant_id
