"""Puts a call to the policy and enters it as what the policy makes of it: allowed, refused, or a question to people."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.definition import ToolDefinition
from interlock_platform.gate.ledger import Ledger, tenant_of
from interlock_platform.gate.seal import seal
from interlock_platform.gate.store import CallState, Person, Whole
from interlock_platform.grants import store as grants
from interlock_platform.policy.judge import Verdict, VerdictKind
from interlock_platform.policy.judging import Judged, Judging
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.ledger import Call
from interlock_platform.tools import store as tooling
from interlock_platform.tools.definitions.store import declared
from interlock_platform.tools.service import Tools, UserKey

STATES: dict[VerdictKind, CallState] = {"allow": "approved", "ask": "proposed", "deny": "rejected"}


@dataclass(frozen=True)
class Wanted:
    """A call as somebody's agent wants it; `arguments` in canonical form."""

    run_id: UUID
    unattended: bool
    tool_call_id: str
    position: int
    definition: ToolDefinition
    arguments: str
    generation: int = 0
    kind: str = "tool"
    parent_id: UUID | None = None
    call_id: UUID = field(default_factory=uuid4, compare=False)


class Proposer:
    """The one way into the ledger."""

    def __init__(self, ledger: Ledger, judging: Judging, tools: Tools, approval_minutes: int) -> None:
        self.ledger = ledger
        self._judging = judging
        self._tools = tools
        self._approval_minutes = approval_minutes

    async def propose(self, session: AsyncSession, thread: Thread, wanted: Wanted, message_id: str) -> Call:
        """Enters a call of a message."""
        judged = await self._judge(session, thread, wanted)
        row = await self._row(session, thread, wanted, judged)
        offered_to_all = row.server_id in self._tools.servers.catalogue.entries
        known = _known(row, thread, wanted, judged) if offered_to_all else None
        await self.ledger.propose(session, thread, row, message_id, known)
        return row

    async def propose_anew(self, session: AsyncSession, thread: Thread, wanted: Wanted) -> Whole:
        """Enters what no message of the model proposes: such as what takes the place of a call that is void."""
        judged = await self._judge(session, thread, wanted)
        return await self.ledger.enter(session, thread, await self._row(session, thread, wanted, judged))

    async def propose_below(self, session: AsyncSession, thread: Thread, wanted: Wanted) -> Whole:
        """Enters what a server wants before a call of its own goes on."""
        await self._tools.pin(session, wanted.definition)
        return await self.propose_anew(session, thread, wanted)

    async def judge_again(self, session: AsyncSession, call: Call, arguments: dict[str, Any] | None = None) -> Judged:
        """What policy says today of a call that is in the ledger, or of it with other arguments."""
        return await self._judging.judge(
            session,
            server_id=call.server_id,
            tool=call.tool,
            definition_hash=call.definition_hash,
            arguments=json.loads(call.arguments) if arguments is None else arguments,
            requester=call.user_id,
            thread_id=call.thread_id,
            unattended=call.unattended,
        )

    async def _judge(self, session: AsyncSession, thread: Thread, wanted: Wanted) -> Judged:
        while True:
            judged = await self._judging.judge(
                session,
                server_id=wanted.definition.server_id,
                tool=wanted.definition.name,
                definition_hash=wanted.definition.hash,
                arguments=json.loads(wanted.arguments),
                requester=thread.user_id,
                thread_id=thread.id,
                unattended=wanted.unattended,
            )
            grant = judged.verdict.grant
            # Its last use may have gone to another call a moment ago: then it is judged without it.
            if grant is None or await grants.use(session, grant.id):
                return judged

    async def _row(self, session: AsyncSession, thread: Thread, wanted: Wanted, judged: Judged) -> Call:
        definition = wanted.definition
        verdict, call_id = judged.verdict, wanted.call_id
        minutes = verdict.terms.expiry.minutes if verdict.terms.expiry else self._approval_minutes
        key = UserKey(tenant_of(thread), thread.user_id)
        connecting = await tooling.connection_id(session, key.user_id, definition.server_id)
        return Call(
            id=call_id,
            tenant_id=key.tenant_id,
            thread_id=thread.id,
            run_id=wanted.run_id,
            user_id=thread.user_id,
            tool_call_id=wanted.tool_call_id,
            kind=wanted.kind,
            generation=wanted.generation,
            parent_id=wanted.parent_id,
            position=wanted.position,
            name=definition.qualified_name,
            server_id=definition.server_id,
            tool=definition.name,
            definition_hash=definition.hash,
            arguments=wanted.arguments,
            seal=seal(
                tenant_id=key.tenant_id,
                requester_id=key.user_id,
                thread_id=thread.id,
                call_id=call_id,
                server_id=definition.server_id,
                definition_hash=definition.hash,
                arguments=wanted.arguments,
                policy_version=judged.version,
            ),
            policy_version=judged.version,
            connection=await self._tools.connection_of(session, key, definition.server_id, connecting),
            effect=judged.facts.effect,
            risk=judged.facts.risk,
            unattended=wanted.unattended,
            verdict=verdict.verdict,
            trace=verdict.trace_wire(),
            terms=verdict.terms.wire(),
            grant_id=verdict.grant.id if verdict.grant else None,
            state=STATES[verdict.verdict],
            reason=refusal(verdict) if verdict.verdict == "deny" else None,
            created_at=judged.at,
            expires_at=judged.at + timedelta(minutes=minutes),
        )


def _known(row: Call, thread: Thread, wanted: Wanted, judged: Judged) -> Whole | None:
    """What the card of a new call shows, if all of it is at hand: not who gave a grant, nor whom a rule names."""
    if judged.verdict.grant is not None or judged.verdict.terms.needs:
        return None
    requester = Person(judged.requester_name, judged.facts.roles, judged.requester_active)
    return Whole(
        row, declared(wanted.definition), thread.title, {thread.user_id: requester}, terms=judged.verdict.terms
    )


def refusal(verdict: Verdict) -> str:
    """Which rule refused, and what it says for itself."""
    decisive = verdict.decisive
    return f"The rule \u201c{decisive.rule}\u201d refuses it. {decisive.why}".strip()
