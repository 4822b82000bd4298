"""What people do in a thread: say something, stop it, try it again."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from interlock_platform.chat import store
from interlock_platform.chat.ending import Ending
from interlock_platform.chat.threads import NEW_TITLE, find_own, hold_own
from interlock_platform.chat.title import title_of
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem, not_found
from interlock_platform.gate import store as ledger
from interlock_platform.gate.telling import told_to_model
from interlock_platform.gate.waits import interrupts
from interlock_platform.identity.programs import store as programs
from interlock_platform.limits.admission import Admission
from interlock_platform.principal import Principal
from interlock_platform.rights import require
from interlock_platform.runs import log
from interlock_platform.runs import store as runs
from interlock_platform.runs.queue import Queue
from interlock_platform.tables.conversation import Message, Run
from interlock_platform.text import storable

MAX_TEXT = 32_000
SAME_AGAIN = ("model_bad_call", "too_many_steps")
"""Errors of runs that would stop again where they stopped."""


class Chat:
    """The same for every door."""

    def __init__(self, database: Database, queue: Queue, ending: Ending, admission: Admission) -> None:
        self._database = database
        self._admission = admission
        self._queue = queue
        self._ending = ending

    async def overview(self, tenant_id: UUID, user_id: UUID, thread_id: UUID) -> dict[str, Any] | None:
        """The thread as its user's list shows it, if it is still there."""
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            found = await store.find_thread(session, user_id, thread_id)
        return found.wire() if found else None

    async def state(self, who: Principal, thread_id: UUID) -> str:
        """What is going on in the thread, as lists show it."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            return (await find_own(session, who, thread_id)).state

    async def messages(self, who: Principal, thread_id: UUID) -> list[dict[str, Any]]:
        """The transcript: what was said, and what came of each call."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await find_own(session, who, thread_id)
            rows = await store.all_messages(session, thread_id)
            calls = await ledger.tools_of(session, thread_id, [run.id for _, run in rows])
            names = await ledger.names_in(session, calls)
        by_id = {(call.run_id, call.tool_call_id): call for call in calls}
        transcript: list[dict[str, Any]] = []
        for row, _ in rows:
            proposed = (row.more or {}).get("tool_calls", [])
            asked = [{"id": each["id"], "name": each["name"], "arguments": each["args"]} for each in proposed]
            transcript.append(_message(row, tool_calls=asked))
            for each in proposed:
                call = by_id.get((row.run_id, each["id"]))
                if call and call.state not in ledger.OPEN:
                    content = told_to_model(call, names)
                    transcript.append(_result(row, call.id, each["id"], content, call.ended_at or call.decided_at))
        return transcript

    async def open_thread(self, who: Principal, thread_id: UUID, after: int) -> tuple[int, list[log.Entry]]:
        """Everything in the log after a number, and the number of the last."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            thread = (await find_own(session, who, thread_id)).thread
            after = min(after, thread.last_seq)
            entries = await log.read(session, thread_id, after)
        return (entries[-1].seq if entries else after), entries

    async def rests_on(self, who: Principal, thread_id: UUID, run_id: UUID) -> list[dict[str, Any]]:
        """What a run waits for, as interrupts, if it is only people that can move it on."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            overview = await find_own(session, who, thread_id)
            run = await runs.run_of(session, thread_id, run_id)
            if run is None or run.state != "waiting" or overview.state != "waiting":
                return []
            return await interrupts(session, thread_id, run_id, self._ending.ledger)

    async def start_run(self, who: Principal, thread_id: UUID, run_id: UUID, text: str) -> int:
        """Stores the message and queues its run, once per `run_id`; returns the number of the message."""
        require(who, "runs.start")
        said = storable(text).strip()
        if not said:
            raise Problem("text_empty", 422, "Write something first.")
        if len(said) > MAX_TEXT:
            raise Problem("text_too_long", 422, f"That is {len(said):,} characters; at most {MAX_TEXT:,} fit.")
        await self._admission.message(who)
        key_id = who.key.id if who.key else None
        async with self._database.transaction(Scope(tenant_id=who.tenant_id), "message") as session:
            # Before the thread, as whoever takes the account away does it: of two at once one is the first.
            if not await programs.hold_account(session, who.user_id, key_id):
                raise Problem("unauthenticated", 401, "This account or key has ended. Sign in again.")
            thread = await hold_own(session, who, thread_id)
            earlier = await runs.run_of(session, thread_id, run_id)
            if earlier is not None:
                return earlier.position
            if thread.archived_at is not None:
                raise Problem("thread_archived", 409, "This chat is in the archive. Bring it back to go on with it.")
            session.add(
                Run(
                    thread_id=thread_id,
                    id=run_id,
                    state="queued",
                    position=thread.last_seq + 1,
                    unattended=who.key is not None,
                    key_id=key_id,
                )
            )
            if not thread.last_seq and thread.title == NEW_TITLE:
                thread.title = title_of(said)
            thread.updated_at = await ledger.now(session)
            seq = runs.say(session, thread, run_id, message_id=uuid4(), role="user", content=said)
            await self._queue.advance(session, who.tenant_id, thread_id)
            return seq

    async def cancel_run(self, who: Principal, thread_id: UUID, run_id: UUID) -> None:
        """Raises `not_found`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id), "cancel") as session:
            thread = await hold_own(session, who, thread_id)
            run = await runs.run_of(session, thread_id, run_id)
            if run is None:
                raise not_found()
            await self._ending.stop(session, thread, run, who.user_id, f"{who.name} stopped the run.")

    async def retry_run(self, who: Principal, thread_id: UUID, run_id: UUID) -> None:
        """Lets a run that failed go on from where it stopped.

        Raises `budget_used_up`, `not_retryable`, `not_failed`.
        """
        await self._admission.going_on(who)
        async with self._database.transaction(Scope(tenant_id=who.tenant_id), "retry") as session:
            await hold_own(session, who, thread_id)
            run = await runs.run_of(session, thread_id, run_id)
            if run is None:
                raise not_found()
            if run.state == "failed":
                if (run.error or {}).get("code") in SAME_AGAIN:
                    raise Problem("not_retryable", 409, "It would only end there again. Ask in other words.")
                if await store.has_later_run(session, thread_id, run.position):
                    message = "The chat has gone on since. Send the message again instead."
                    raise Problem("not_retryable", 409, message)
                run.state, run.cancelled_at = "queued", None
                await self._queue.advance(session, who.tenant_id, thread_id)
            elif run.state not in runs.OPEN_STATES:
                raise Problem("not_failed", 409, "Only a run that ended in an error can be tried again.")


def _message(row: Message, tool_calls: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "run_id": str(row.run_id),
        "role": row.role,
        "content": row.content,
        "tool_calls": tool_calls,
        "tool_call_id": None,
        "incomplete": bool(row.more and row.more.get("incomplete")),
        "created_at": row.created_at.isoformat() if row.created_at else None,
    }


def _result(row: Message, call_id: UUID, tool_call_id: str, content: str, at: datetime | None) -> dict[str, Any]:
    return {
        "id": str(call_id),
        "run_id": str(row.run_id),
        "role": "tool",
        "content": content,
        "tool_calls": [],
        "tool_call_id": tool_call_id,
        "incomplete": False,
        "created_at": at.isoformat() if at else None,
    }
