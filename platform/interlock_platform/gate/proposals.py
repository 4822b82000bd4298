"""The gate as one run's graph sees it: proposals become sealed rows, and the ledger says what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from langchain_core.messages import AIMessage, ToolCall
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_graphs.gate import Proposed, Ready, Refused, Settled, Waiting
from interlock_graphs.model import ModelFailed
from interlock_platform.database import Database
from interlock_platform.errors import Problem
from interlock_platform.gate import store
from interlock_platform.gate.arguments import errors_in
from interlock_platform.gate.executor import Executor
from interlock_platform.gate.ledger import Ledger
from interlock_platform.gate.proposer import Proposer, Wanted
from interlock_platform.gate.seal import canonical
from interlock_platform.gate.telling import told_to_model
from interlock_platform.limits.admission import Admission
from interlock_platform.limits.budgets import Budgets
from interlock_platform.limits.estimates import used_by
from interlock_platform.runs import store as runs
from interlock_platform.runs.stops import RunStopped
from interlock_platform.tables.conversation import Message, Run, Thread
from interlock_platform.tables.ledger import Call
from interlock_platform.tools.service import UserKey
from interlock_platform.tools.toolset import Toolset

DECLINED = ("rejected", "expired", "cancelled")
BAD_CALLS = "bad_calls"
"""Where a message says which of its calls were no JSON: tool call id -> why."""


@dataclass(frozen=True)
class Proposals:
    """Makes the gates of runs."""

    database: Database
    proposer: Proposer
    executor: Executor
    admission: Admission
    budgets: Budgets

    @property
    def ledger(self) -> Ledger:
        return self.proposer.ledger


@dataclass(frozen=True)
class RunGate:
    """One run's gate."""

    proposals: Proposals
    key: UserKey
    thread_id: UUID
    run_id: UUID
    toolset: Toolset
    allowed: dict[str, Call] = field(default_factory=dict)
    """Calls that policy allowed a moment ago; the executor reads the ledger before it runs one."""

    async def propose(self, message: AIMessage) -> Sequence[Proposed | Refused]:
        """Writes the message and its calls in one transaction; asked again, it says the same.

        Raises ModelFailed where no more calls may be made now: nothing is entered, and the run can go on from here.
        """
        try:
            await self.proposals.admission.calls(self.key.tenant_id, self.key.user_id, len(message.tool_calls))
            return await self._propose(message)
        except Problem as problem:
            await self._settle(message)
            raise ModelFailed(problem.code, problem.message) from problem

    async def _propose(self, message: AIMessage) -> Sequence[Proposed | Refused]:
        message_id = UUID(message.id)
        async with self.proposals.database.transaction(self.key.scope, "propose") as session:
            thread = await runs.hold(session, self.thread_id)
            run, written = await runs.run_and_message(session, self.thread_id, self.run_id, message_id)
            if thread is None or run is None or run.state != "running" or run.cancelled_at:
                raise RunStopped
            if written is not None:
                return await self._answers(session, written)
            count = len(message.tool_calls)
            await self.proposals.budgets.require_calls(session, self.key.tenant_id, self.key.user_id, count)
            bad: dict[str, str] = message.additional_kwargs.get(BAD_CALLS, {})
            refused = {str(each["id"]): why for each in message.tool_calls if (why := self._refusal(each, bad))}
            # Nothing that is read from here on needs what is written: it goes out as one.
            with session.no_autoflush:
                return await self._enter(session, thread, run, message, refused)

    async def _settle(self, message: AIMessage) -> None:
        """The model has answered all the same."""
        async with self.proposals.database.transaction(self.key.scope) as session:
            thread = await runs.hold(session, self.thread_id)
            run = await runs.run_of(session, self.thread_id, self.run_id)
            if thread is not None and run is not None:
                budgets = self.proposals.budgets
                await budgets.settle_run(session, thread.user_id, run, used_by(message), UUID(message.id))

    async def look(self, call_id: str) -> Waiting | Ready | Settled:
        """The ledger's word on a call, or on what took its place."""
        if call_id in self.allowed:
            return Ready()
        async with self.proposals.database.transaction(self.key.scope) as session:
            whole = await store.newest(session, UUID(call_id))
        if whole is None:
            return Settled("The call is gone.", declined=True, failed=False)
        call = whole.call
        if call.state in store.OPEN:
            # One that has begun may have been left by a process that died: the executor knows.
            begun = call.state in ("approved", "started", "input_required")
            return Ready() if call.verdict == "allow" and begun else Waiting()
        return Settled(
            told_to_model(call, whole.names),
            declined=call.state in DECLINED,
            failed=call.state in ("failed", "void", "confirmed_not_done"),
        )

    async def execute(self, call_id: str) -> Waiting | Settled:
        """Runs a call that policy allowed."""
        allowed = self.allowed.pop(call_id, None)
        if allowed is not None:
            await self.proposals.executor.execute(self.key.tenant_id, allowed.id, allowed)
        else:
            async with self.proposals.database.transaction(self.key.scope) as session:
                whole = await store.newest(session, UUID(call_id))
            if whole is not None:
                await self.proposals.executor.execute(self.key.tenant_id, whole.call.id)
        seen = await self.look(call_id)
        return Waiting() if isinstance(seen, Ready) else seen

    async def _enter(
        self, session: AsyncSession, thread: Thread, run: Run, message: AIMessage, refused: dict[str, str]
    ) -> list[Proposed | Refused]:
        message_id = UUID(message.id)
        more = {"tool_calls": message.tool_calls, "refused": refused}
        runs.say(session, thread, self.run_id, message_id=message_id, role="assistant", content=message.text, more=more)
        answers: list[Proposed | Refused] = []
        for position, each in enumerate(message.tool_calls):
            tool_call_id = str(each["id"])
            if tool_call_id in refused:
                answers.append(Refused(tool_call_id, refused[tool_call_id]))
                continue
            wanted = Wanted(
                run_id=self.run_id,
                unattended=run.unattended,
                tool_call_id=tool_call_id,
                position=position,
                definition=self.toolset.by_name[each["name"]],
                arguments=canonical(each["args"]),
            )
            row = await self.proposals.proposer.propose(session, thread, wanted, str(message_id))
            answers.append(Proposed(tool_call_id, str(row.id)))
            if row.state == "approved":
                self.allowed[str(row.id)] = row
        calls = len(answers) - len(refused)
        budgets = self.proposals.budgets
        await budgets.settle_run(session, thread.user_id, run, used_by(message, calls), message_id)
        return answers

    def _refusal(self, proposed: ToolCall, bad: dict[str, str]) -> str | None:
        """Why nobody is asked about this call, if nobody is."""
        if why := bad.get(str(proposed["id"])):
            return f"The arguments are no JSON object: {why}"
        definition = self.toolset.by_name.get(proposed["name"])
        if definition is None:
            return f"There is no tool named {proposed['name']}. Use only the tools that you were given."
        errors = errors_in(proposed["args"], definition.input_schema)
        if errors:
            listed = "; ".join(f"{error.field or 'arguments'}: {error.message}" for error in errors)
            return f"The arguments do not fit the tool's schema. {listed}"
        try:
            canonical(proposed["args"])
        except Problem as problem:
            return problem.message
        return None

    async def _answers(self, session: AsyncSession, written: Message) -> list[Proposed | Refused]:
        more = written.more or {}
        rows = await store.tools_of(session, self.thread_id, [self.run_id])
        calls = {call.tool_call_id: call for call in rows}
        return [
            Refused(each["id"], more["refused"][each["id"]])
            if each["id"] in more["refused"]
            else Proposed(each["id"], str(calls[each["id"]].id))
            for each in more["tool_calls"]
        ]
