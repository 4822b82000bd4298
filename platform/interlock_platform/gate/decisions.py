"""What people do with calls: approve them, reject them, answer them, say what became of them."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.server_errors import ServerUnavailable
from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.doors import require_person
from interlock_platform.errors import Problem, not_found
from interlock_platform.gate import card, store
from interlock_platform.gate.answers import answer
from interlock_platform.gate.arguments import errors_in
from interlock_platform.gate.decision import Approve, Reject, Resolution, Respond
from interlock_platform.gate.inbox import viewer_of, visible
from interlock_platform.gate.proposer import Proposer, refusal
from interlock_platform.gate.seal import canonical, seal
from interlock_platform.gate.store import CallState, Whole
from interlock_platform.grants.offer import Offer
from interlock_platform.grants.service import Grants
from interlock_platform.policy.terms import Terms
from interlock_platform.principal import Principal
from interlock_platform.runs import store as runs
from interlock_platform.tables.conversation import Thread
from interlock_platform.tools.service import Tools, UserKey

RECENT = timedelta(minutes=5)


@dataclass(frozen=True)
class Held:
    """A call that somebody acts on: its thread is held, and what is read of it stays so until the commit."""

    session: AsyncSession
    thread: Thread
    whole: Whole
    who: Principal


class Decisions:
    """The gate's people side, the same for every door."""

    def __init__(
        self, database: Database, proposer: Proposer, grants: Grants, tools: Tools, *, recent: timedelta = RECENT
    ) -> None:
        """`recent` is how long ago whoever lets a critical call run may have signed in."""
        self._recent = recent
        self._database = database
        self._proposer = proposer
        self._ledger = proposer.ledger
        self._grants = grants
        self._tools = tools

    async def decide(self, who: Principal, call_id: UUID, decision: Approve | Reject | Respond) -> dict[str, Any]:
        """Settles the call once; whoever comes second is told who was first. Raises the problems of a decision."""
        require_person(who)
        if isinstance(decision, Respond):
            await self._try_login(who, call_id)
        async with self._database.transaction(Scope(tenant_id=who.tenant_id), "decide") as session:
            held = await self._held(session, who, call_id)
            whole = held.whole
            if whole.call.state != "proposed" or whole.call.seal != decision.seal:
                raise refused(whole, decision.seal)
            match decision:
                case Approve():
                    settled = await self._approve(held, decision)
                case Reject():
                    settled = await self._settle(held, "rejected", decision, reason=decision.reason)
                case Respond():
                    self._require_recent(whole.terms, who)
                    settled = await self._settle(held, "answered", decision, result=answer(whole, decision))
            if settled is None:
                raise refused(await store.find(session, call_id) or whole, decision.seal)
        return self._ledger.card(settled, viewer_of(who))

    async def resolve(self, who: Principal, call_id: UUID, found: Resolution) -> dict[str, Any]:
        """Says what became of a call whose outcome was unknown; only its requester does."""
        require_person(who)
        async with self._database.transaction(Scope(tenant_id=who.tenant_id), "resolve") as session:
            held = await self._held(session, who, call_id)
            if held.whole.call.user_id != who.user_id:
                raise not_found()
            settled = await self._ledger.move(
                session,
                held.thread,
                call_id,
                ("unknown",),
                found.resolution,
                actor=who.user_id,
                resolved_by=who.user_id,
                resolved_at=func.now(),
                note=found.note,
            )
        if settled is None:
            raise Problem("not_unknown", 409, f"There is nothing to resolve: the call is {held.whole.call.state}.")
        return self._ledger.card(settled, viewer_of(who))

    async def _held(self, session: AsyncSession, who: Principal, call_id: UUID) -> Held:
        seen = await visible(session, who, call_id)
        thread = await runs.hold(session, seen.call.thread_id)
        if thread is None:
            raise not_found()
        return Held(session, thread, await visible(session, who, call_id), who)

    async def _try_login(self, who: Principal, call_id: UUID) -> None:
        """A sign-in is answered once the server lets its user in; until then it goes on waiting, and this raises."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            call = (await visible(session, who, call_id)).call
        if call.kind == "login" and call.state == "proposed" and call.user_id == who.user_id:
            try:
                await self._tools.ready(UserKey(who.tenant_id, who.user_id), call.server_id)
            except ServerUnavailable as error:
                raise Problem(error.code, 409, str(error)) from error

    async def _settle(self, held: Held, new: CallState, decision: Reject | Respond, **values: Any) -> Whole | None:
        """Ends the call without running it: whoever may decide it can, and its requester always."""
        call = held.whole.call
        if call.user_id != held.who.user_id:
            require_decider(held.whole.terms, held)
        return await self._ledger.move(
            held.session,
            held.thread,
            call.id,
            ("proposed",),
            new,
            actor=held.who.user_id,
            presented_seal=decision.seal,
            before_expiry=True,
            decision=decision.decision,
            decided_by=held.who.user_id,
            decided_at=func.now(),
            ended_at=func.now(),
            **values,
        )

    async def _approve(self, held: Held, decision: Approve) -> Whole | None:
        """One approval more; with enough of them the call is approved."""
        call, who, session = held.whole.call, held.who, held.session
        if call.kind not in ("tool", "sampling"):
            raise Problem("invalid", 422, "Answer this, or reject it: there is nothing to approve.")
        edited = decision.arguments is not None and decision.arguments != json.loads(call.arguments)
        changes, terms = await self._edited(held, decision.arguments or {}) if edited else ({}, held.whole.terms)
        require_decider(terms, held)
        self._require_recent(terms, who)
        sealed = changes.get("seal", call.seal)
        approved = {**held.whole.approved_by(sealed), who.user_id: who.roles}
        if not await store.approve(session, call.id, who.user_id, sealed):
            return held.whole
        if not terms.satisfied_by(approved, call.user_id):
            if decision.remember:
                raise Problem("grant_refused", 403, "Others have to approve as well.", rule=card.rule_of(terms.needs))
            return await self._ledger.amend(
                session, held.thread, call.id, "call.approval", actor=who.user_id,
                presented_seal=decision.seal, before_expiry=True, **changes,
            )  # fmt: skip
        settled = await self._ledger.move(
            session, held.thread, call.id, ("proposed",), "approved",
            actor=who.user_id, presented_seal=decision.seal, before_expiry=True,
            decision="approve", decided_by=who.user_id, decided_at=func.now(), **changes,
        )  # fmt: skip
        if settled is not None and decision.remember:
            await self._remember(held, settled, decision.remember)
        return settled

    def _require_recent(self, terms: Terms, who: Principal) -> None:
        """Raises `sign_in_again` where a rule wants a recent sign-in and this one is not, as far as anybody knows."""
        if terms.critical is None:
            return
        if who.signed_in_seconds is None or who.signed_in_seconds > self._recent.total_seconds():
            message = f"The rule “{terms.critical}” wants to know that it is you: sign in again, then decide."
            seconds = int(self._recent.total_seconds())
            raise Problem("sign_in_again", 403, message, rule=terms.critical, max_age=seconds)

    async def _edited(self, held: Held, arguments: dict[str, Any]) -> tuple[dict[str, Any], Terms]:
        """What changed arguments change about the call, and on which terms it is asked about from now on."""
        call, declared = held.whole.call, held.whole.declared
        errors = errors_in(arguments, declared["input_schema"])
        if errors:
            raise Problem("invalid_arguments", 422, "The arguments do not fit the tool's schema.", errors=errors)
        written = canonical(arguments)
        judged = await self._proposer.judge_again(held.session, call, arguments)
        verdict = judged.verdict
        if verdict.verdict == "deny":
            raise Problem("denied_by_rule", 403, refusal(verdict), rule=verdict.decisive.rule)
        changes = {
            "proposed_arguments": call.proposed_arguments or call.arguments,
            "arguments": written,
            "policy_version": judged.version,
            "trace": verdict.trace_wire(),
            "terms": verdict.terms.wire(),
            "effect": judged.facts.effect,
            "risk": judged.facts.risk,
            "seal": seal(
                tenant_id=held.who.tenant_id,
                requester_id=call.user_id,
                thread_id=call.thread_id,
                call_id=call.id,
                server_id=call.server_id,
                definition_hash=call.definition_hash,
                arguments=written,
                policy_version=judged.version,
            ),
        }
        return changes, verdict.terms

    async def _remember(self, held: Held, whole: Whole, scope: str) -> None:
        """Gives the grant that the card offered. Raises `grant_refused`, and then nothing was decided."""
        call = whole.call
        if call.user_id != held.who.user_id or whole.terms.refused is not None or call.unattended:
            rule = whole.terms.refused or card.rule_of(whole.terms.needs)
            raise Problem("grant_refused", 403, "This can't be allowed for the future: it is asked about each time.",
                          rule=rule)  # fmt: skip
        offer = Offer(
            user_id=call.user_id,
            server_id=call.server_id,
            tool=call.tool,
            definition_hash=call.definition_hash,
            thread_id=None if scope == "always" else call.thread_id,
            arguments=call.arguments if scope == "arguments" else None,
            from_call=call.id,
        )
        grant = await self._grants.give(held.session, held.who, offer)
        record(held.session, held.who.user_id, "call.remembered", str(call.id), grant=str(grant.id))


def require_decider(terms: Terms, held: Held) -> None:
    """Raises `not_approver` with the rule that says who decides."""
    who, call = held.who, held.whole.call
    if not terms.decider(who.user_id, who.roles, call.user_id):
        rule = card.rule_of(terms.needs)
        words = f"The rule \u201c{rule}\u201d" if rule else "Your organisation"
        raise Problem("not_approver", 403, f"{words} wants somebody else to decide this.", rule=rule)


def refused(standing: Whole, presented_seal: str) -> Problem:
    """Why a decision was not taken."""
    call = standing.call
    if call.state == "expired" or (call.state == "proposed" and call.seal == presented_seal):
        message = "Nobody decided in time: the call expired, and nothing ran."
        return Problem("expired", 409, message, at=card.time(call.expires_at))
    if call.state == "proposed":
        return Problem("stale", 409, "The call is not what you were shown any more. Look at it again.")
    if call.decided_by is None:
        message = f"The call is {call.state}: {call.reason}" if call.reason else f"The call is {call.state}."
        return Problem("already_decided", 409, message, at=card.time(call.ended_at))
    by = card.person(call.decided_by, standing.names)
    message = f"{by['name']} already decided this: the call is {call.state}."
    return Problem("already_decided", 409, message, by=by, at=card.time(call.decided_at))
