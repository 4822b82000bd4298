"""The executor: the only code that can call a tool. It takes a call's id, and the ledger says the rest."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_handlers.elicitation import InputRequired, Resumption
from interlock_handlers.handler import Handler
from interlock_handlers.server_errors import LoginRequired, ServerUnavailable
from interlock_platform import faults
from interlock_platform.database import Database, Scope
from interlock_platform.gate import store
from interlock_platform.gate.artifacts.room import Room
from interlock_platform.gate.artifacts.sorting import Kept
from interlock_platform.gate.artifacts.store import keep
from interlock_platform.gate.holding import Holding
from interlock_platform.gate.inputs import CannotGoOn, Inputs, responses
from interlock_platform.gate.last_look import Void, last_look
from interlock_platform.gate.ledger import Ledger
from interlock_platform.gate.progress import Reports
from interlock_platform.gate.proposer import Proposer
from interlock_platform.gate.sending import Sender, evidence_of, evidence_of_loss, told
from interlock_platform.gate.stopping import Stopping, is_stopped
from interlock_platform.gate.store import CallState
from interlock_platform.gate.under_way import UnderWay
from interlock_platform.http.problems import DATABASE_AWAY
from interlock_platform.runs import store as runs
from interlock_platform.runs.recovery import process_lives
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.ledger import Call
from interlock_platform.tools.service import Tools, UserKey

logger = logging.getLogger(__name__)

REPEATABLE = ("pure", "idempotent")
"""Effect classes of tools that an admin lets be asked once more when nobody knows whether they ran."""
SENT: tuple[CallState, ...] = ("started", "input_required")
"""States of a call that its server has heard of."""
AWAY_SECONDS = 0.5
"""How long to wait before what a tool answered is written down once more."""


class StillUnderWay(Exception):
    """Another process, which is alive, has sent the call and waits for its answer."""


class Executor:
    """Executes approved calls, each at most once over all processes."""

    def __init__(
        self,
        database: Database,
        proposer: Proposer,
        inputs: Inputs,
        room: Room,
        holding: Holding,
        reports: Reports,
        tools: Tools,
        *,
        name: str,
        timeout_seconds: float,
    ) -> None:
        """`name` says which process this is, in the ledger's rows; no other process, earlier or later, has it."""
        self._database = database
        self._proposer = proposer
        self._inputs = inputs
        self._room = room
        self._sender = Sender(holding, reports, timeout_seconds)
        self._ledger: Ledger = proposer.ledger
        self._tools = tools
        self._name = name
        self._timeout_seconds = timeout_seconds
        self.stopping = Stopping(database)
        self._under_way = UnderWay()
        self._sent: set[UUID] = set()
        """What may have left and is not settled: nothing in here is ever sent again."""

    async def execute(self, tenant_id: UUID, call_id: UUID, approved: Call | None = None) -> None:
        """Runs the call if it is approved, and writes down what became of it.

        The row that was `approved` here a moment ago needs no reading: it is read again as the call is started.
        """
        await self._under_way.join(call_id, lambda: self._stoppable(tenant_id, call_id, approved))

    async def aclose(self) -> None:
        """Cancels what is still under way; the ledger says so of each call."""
        await self._under_way.aclose()

    async def _stoppable(self, tenant_id: UUID, call_id: UUID, approved: Call | None) -> None:
        # From before `started` is committed: whoever stops a started call finds the process that has it.
        with self.stopping.watching(tenant_id, call_id):
            await (self._execute_approved(tenant_id, approved) if approved else self._execute(tenant_id, call_id))

    async def _execute(self, tenant_id: UUID, call_id: UUID) -> None:
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            call = await store.row(session, call_id)
            if call is None or call.state not in ("approved", "started", "input_required"):
                return
            ours = call.executor == self._name
            held = call.state == "started" or (call.input or {}).get("held", False)
            if held and not ours and await process_lives(session, call.executor or ""):
                raise StillUnderWay
            children = await store.children(session, call_id) if call.state == "input_required" else ()
        if call.state == "input_required" and not held:
            if not any(child.state in store.OPEN for child in children):
                await self._resume(UserKey(tenant_id, call.user_id), call, children)
            return
        # What this process started and never sent is still to be sent: only the answer to the commit was lost.
        unsent = ours and call_id not in self._sent
        if held and not unsent and not await self._take_over(tenant_id, call):
            # It was sent and nothing was written down. It is not sent again: nobody knows whether it happened.
            await self._settle(tenant_id, call, "unknown", evidence=evidence_of_loss(call, ours=ours))
            return
        await self._execute_approved(tenant_id, call)

    async def _execute_approved(self, tenant_id: UUID, call: Call) -> None:
        key = UserKey(tenant_id, call.user_id)
        try:
            # One that starts now is looked at once more, its connection too; another may be sent right away.
            sendable = call.state == "approved"
            handler = await self._tools.look_again(key, call.server_id, self._timeout_seconds, connected=sendable)
        except ServerUnavailable as error:
            if not (isinstance(error, LoginRequired) and await self._require_login(key, call)):
                await self._end(tenant_id, call, (cast(CallState, call.state),), "failed", error=told(error))
            return
        if call.state == "approved" and not await self._start(key, call, handler, ("approved",)):
            return
        await self._send_and_settle(key, call, handler, None)

    async def _resume(self, key: UserKey, call: Call, children: Sequence[Call]) -> None:
        """Goes on with a call whose server was told what it asked for, if all that was approved still holds."""
        try:
            answers = responses(call, children)
            handler = await self._tools.look_again(key, call.server_id, self._timeout_seconds)
        except (CannotGoOn, ServerUnavailable) as why:
            error = why.wire if isinstance(why, CannotGoOn) else told(why)
            await self._end(key.tenant_id, call, ("input_required",), "failed", error=error)
            return
        if await self._start(key, call, handler, ("input_required",)):
            resumption = Resumption((call.input or {}).get("state"), answers)
            await self._send_and_settle(key, call, handler, resumption)

    async def _send_and_settle(self, key: UserKey, call: Call, handler: Handler, resume: Resumption | None) -> None:
        self._sent.add(call.id)
        try:
            faults.reach("call.before_send")
            outcome = await self._sender.send(key, handler, call, resume, self.stopping.of(call.id))
            faults.reach("call.after_answer")
            if isinstance(outcome, LoginRequired):
                if not await self._require_login(key, call):
                    await self._settle(key.tenant_id, call, "failed", error=told(outcome))
            elif isinstance(outcome, InputRequired):
                asked = outcome
                await self._insist(lambda: self._require(key, call, asked), call, "input_required")
            else:
                state, values = outcome
                await self._settle(key.tenant_id, call, state, **values)
            self._sent.discard(call.id)
        except asyncio.CancelledError:
            why = "Interlock was stopped while the tool ran."
            evidence = evidence_of(call, None, None, why)
            await asyncio.shield(self._end(key.tenant_id, call, SENT, "unknown", evidence=evidence))
            raise

    async def _require(self, key: UserKey, call: Call, asked: InputRequired) -> None:
        async with self._database.transaction(key.scope) as session:
            thread = await runs.hold(session, call.thread_id)
            whole = await store.find(session, call.id)
            if thread is not None and whole is not None:
                await self._inputs.require(session, thread, whole, asked)

    async def _require_login(self, key: UserKey, call: Call) -> bool:
        """Whether the call waits for its user to sign in to the server."""
        async with self._database.transaction(key.scope) as session:
            thread = await runs.hold(session, call.thread_id)
            whole = await store.find(session, call.id)
            if thread is None or whole is None or whole.call.state not in ("approved", "started"):
                return False
            entry = await self._tools.servers.find(session, key.user_id, call.server_id)
            return await self._inputs.require_login(session, thread, whole, entry.spec.name)

    async def _start(self, key: UserKey, call: Call, handler: Handler, old: tuple[CallState, ...]) -> bool:
        """The last look before the effect, and the commit of `started`; False if the call must not run."""
        async with self._database.transaction(key.scope, "start") as session:
            thread = await runs.hold(session, call.thread_id)
            whole = await store.find(session, call.id)
            if thread is None or whole is None:
                return False
            offered = await self._tools.offered(session, handler, call.server_id, call.tool)
            void = await last_look(session, whole, key, offered, self._proposer, self._tools)
            if void is not None:
                await self._void(session, thread, call, void, old)
                return False
            started = await self._ledger.move(
                session,
                thread,
                call.id,
                old,
                "started",
                actor=None,
                known=whole,
                presented_seal=whole.call.seal,
                executor=self._name,
                attempt=col(Call.attempt) + 1,
                started_at=func.now(),
            )
        return started is not None

    async def _void(
        self, session: AsyncSession, thread: Thread, call: Call, void: Void, old: tuple[CallState, ...]
    ) -> None:
        """Ends what must not run, and asks anew where that makes sense: not where the server has begun with it."""
        begun = "input_required" in old
        anew = None if begun else void.anew
        moved = await self._ledger.move(
            session, thread, call.id, old, "failed" if begun else "void",
            actor=None, replaced=anew is not None, reason=void.why,
            error={"code": "void", "message": void.why}, ended_at=func.now(),
        )  # fmt: skip
        if moved is not None and anew is not None:
            await self._tools.pin(session, anew.definition)
            await self._proposer.propose_anew(session, thread, anew)

    async def _take_over(self, tenant_id: UUID, call: Call) -> bool:
        """Whether a call whose executor is gone may be sent again: an admin said so then, and says so now, and nobody
        stopped it."""
        if call.effect not in REPEATABLE:
            return False
        async with self._database.transaction(Scope(tenant_id=tenant_id), "take_over") as session:
            thread = await runs.hold(session, call.thread_id)
            today = await self._proposer.judge_again(session, call)
            if thread is None or today.facts.effect not in REPEATABLE or await is_stopped(session, call):
                return False
            taken = await self._ledger.move(
                session, thread, call.id, ("started",), "started",
                actor=None, held_by=call.executor, executor=self._name, attempt=col(Call.attempt) + 1,
            )  # fmt: skip
        return taken is not None

    async def _settle(self, tenant_id: UUID, call: Call, state: CallState, **values: Any) -> None:
        await self._insist(lambda: self._end(tenant_id, call, SENT, state, **values), call, state)

    async def _insist(self, write: Callable[[], Awaitable[None]], call: Call, state: CallState) -> None:
        """Writes down what became of a call, however long Postgres is away: it is known here and nowhere else."""
        while True:
            try:
                await write()
            except DATABASE_AWAY as error:
                logger.warning("The outcome of call %s (%s) can't be written yet: %s", call.id, state, error)
                await asyncio.sleep(AWAY_SECONDS)
            else:
                return

    async def _end(
        self,
        tenant_id: UUID,
        call: Call,
        old: tuple[CallState, ...],
        state: CallState,
        *,
        kept: Sequence[Kept] = (),
        **values: Any,
    ) -> None:
        async with self._database.transaction(Scope(tenant_id=tenant_id), "settle") as session:
            thread = await runs.hold(session, call.thread_id)
            if thread is None:
                logger.error("The thread of call %s is gone; its outcome was %s", call.id, state)
                return
            if kept:
                fitting, blocks = await self._room.fit(session, kept, values["result"]["blocks"])
                kept, values["result"] = fitting, {**values["result"], "blocks": blocks}
            ended = await self._ledger.move(
                session, thread, call.id, old, state, actor=None, ended_at=func.now(), **values
            )
            if ended is None:
                logger.error("Call %s was moved by somebody else; its outcome was %s", call.id, state)
                return
            await keep(session, call.thread_id, call.id, kept)
