"""The last look before an effect: everything that was approved must still hold, and rules can only have tightened."""

import json
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.definition import ToolDefinition
from interlock_platform.gate.arguments import errors_in
from interlock_platform.gate.proposer import Proposer, Wanted, refusal
from interlock_platform.gate.samplings import sampling_definition
from interlock_platform.gate.seal import seal
from interlock_platform.gate.store import Whole
from interlock_platform.grants import store as grants
from interlock_platform.policy.judging import Judged
from interlock_platform.rights import has
from interlock_platform.tables.ledger import Call
from interlock_platform.tools.definitions.review import Offered
from interlock_platform.tools.service import Tools, UserKey

NO_LONGER = "The person who asked for it may no longer act here."
LAXER = "The policy changed, and what allowed the call is not enough any more."


@dataclass(frozen=True)
class Void:
    """The call must not run; `anew` is what may be asked in its place, if that makes sense."""

    why: str
    anew: Wanted | None = None


async def last_look(
    session: AsyncSession,
    whole: Whole,
    key: UserKey,
    offered: Offered,
    proposer: Proposer,
    tools: Tools,
) -> Void | None:
    """What speaks against running the call now.

    `whole` was read in this transaction, which holds the thread; `offered` is what its server declares today.
    """
    call, definition = whole.call, offered.definition
    requester = whole.people.get(call.user_id)
    if requester is None or not requester.active or not has(requester.roles, "runs.start"):
        return Void(NO_LONGER)
    connection = await tools.connection_of(session, key, call.server_id, whole.connecting)
    if not connection:
        return Void("You are no longer connected to this server. Connect it, and ask again.")
    if definition is None:
        return Void(offered.why)
    if bound(call, key, definition) != call.seal:
        return Void("The tool's definition changed after the call was approved.", again(call, definition))
    if connection != call.connection:
        why = "The connection to the server, or its credential, is not the one that was approved."
        return Void(why, again(call, definition))
    today = await proposer.judge_again(session, call)
    if today.verdict.verdict == "deny":
        return Void(refusal(today.verdict))
    if not await _still_holds(session, whole, today):
        return Void(LAXER, again(call, definition))
    return None


async def last_look_at_sampling(session: AsyncSession, whole: Whole, key: UserKey, proposer: Proposer) -> str | None:
    """What speaks against asking the user's model for a server now."""
    call, requester = whole.call, whole.people.get(whole.call.user_id)
    if requester is None or not requester.active or not has(requester.roles, "runs.start"):
        return NO_LONGER
    if bound(call, key, sampling_definition(call.server_id)) != call.seal:
        return "It is not what was approved any more."
    today = await proposer.judge_again(session, call)
    if today.verdict.verdict == "deny":
        return refusal(today.verdict)
    return None if await _still_holds(session, whole, today) else LAXER


def bound(call: Call, key: UserKey, definition: ToolDefinition) -> str:
    """The seal over the row and what the server declares today."""
    return seal(
        tenant_id=key.tenant_id,
        requester_id=call.user_id,
        thread_id=call.thread_id,
        call_id=call.id,
        server_id=call.server_id,
        definition_hash=definition.hash,
        arguments=call.arguments,
        policy_version=call.policy_version,
    )


def again(call: Call, definition: ToolDefinition) -> Wanted | None:
    """The same call, to be judged and asked about once more; None if the tool takes no such arguments any more."""
    if errors_in(json.loads(call.arguments), definition.input_schema):
        return None
    return Wanted(
        run_id=call.run_id,
        unattended=call.unattended,
        tool_call_id=call.tool_call_id,
        position=call.position,
        definition=definition,
        arguments=call.arguments,
        generation=call.generation + 1,
    )


async def _still_holds(session: AsyncSession, whole: Whole, today: Judged) -> bool:
    """Whether the call was allowed or decided under rules no laxer than today's."""
    call, verdict = whole.call, today.verdict
    if verdict.verdict == "allow" and verdict.grant is None:
        return True
    if call.verdict != "allow":
        if verdict.terms.critical is not None and whole.terms.critical is None:
            return False
        terms = verdict.terms.after_escalation() if whole.terms.escalated else verdict.terms
        return terms.satisfied_by(whole.approved_by(call.seal), call.user_id)
    # What asks today is answered by the grant that the call has used, if that still stands, or by another one.
    if call.grant_id is not None and verdict.terms.refused is None and await grants.still_live(session, call.grant_id):
        return True
    return verdict.grant is not None and await grants.use(session, verdict.grant.id)
