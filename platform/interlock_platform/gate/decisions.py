"""What people do with calls: look at them, decide them, say what became of them."""

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func

from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem, not_found
from interlock_platform.gate import card, store
from interlock_platform.gate.arguments import errors_in
from interlock_platform.gate.ledger import Ledger
from interlock_platform.gate.seal import canonical, seal
from interlock_platform.gate.store import CallState, Whole
from interlock_platform.principal import Principal
from interlock_platform.runs import store as runs
from interlock_platform.text import STORABLE

MAX_LISTED = 200
DECIDED: dict[str, CallState] = {"approve": "approved", "reject": "rejected", "respond": "answered"}

Words = Annotated[str, Field(max_length=4000), STORABLE]
Seal = Annotated[str, Field(min_length=1, max_length=64), STORABLE]


class Approve(BaseModel):
    model_config = ConfigDict(extra="forbid")
    decision: Literal["approve"]
    seal: Seal
    arguments: dict[str, Any] | None = None


class Reject(BaseModel):
    model_config = ConfigDict(extra="forbid")
    decision: Literal["reject"]
    seal: Seal
    reason: Words | None = None


class Respond(BaseModel):
    model_config = ConfigDict(extra="forbid")
    decision: Literal["respond"]
    seal: Seal
    response: Annotated[str, Field(min_length=1, max_length=20_000), STORABLE]


Decision = Annotated[Approve | Reject | Respond, Field(discriminator="decision")]


class Resolution(BaseModel):
    """What a person found out about a call whose outcome is unknown."""

    model_config = ConfigDict(extra="forbid")
    resolution: Literal["confirmed_done", "confirmed_not_done"]
    note: Words | None = None


class Decisions:
    """The gate's people side, the same for every door."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def list_calls(self, who: Principal, state: str) -> list[dict[str, Any]]:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            wholes = await store.list_calls(session, who.user_id, [state], MAX_LISTED)
        return [self._ledger.card(whole) for whole in wholes]

    async def show(self, who: Principal, call_id: UUID) -> dict[str, Any]:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            whole = await store.find(session, call_id, who.user_id)
        if whole is None:
            raise not_found()
        return self._ledger.card(whole)

    async def news(self, tenant_id: UUID, user_id: UUID, call_id: UUID) -> dict[str, Any] | None:
        """That a call began or ceased to wait for its user, and how many wait now."""
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            whole = await store.find(session, call_id, user_id)
            waiting = await store.count_waiting(session, user_id)
        if whole is None:
            return None
        call = whole.call
        return {
            "id": str(call.id),
            "thread_id": str(call.thread_id),
            "state": call.state,
            "tool": whole.declared["title"] or call.tool,
            "server": call.server_id,
            "waiting": waiting,
        }

    async def decide(self, who: Principal, call_id: UUID, decision: Approve | Reject | Respond) -> dict[str, Any]:
        """Settles the call once; whoever comes second is told who was first."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            whole = await store.find(session, call_id, who.user_id)
            thread = await runs.hold(session, whole.call.thread_id) if whole else None
            if whole is None or thread is None:
                raise not_found()
            changes = self._changes(who, whole, decision)
            settled = await self._ledger.move(
                session,
                thread,
                call_id,
                ("proposed",),
                DECIDED[decision.decision],
                actor=who.user_id,
                presented_seal=decision.seal,
                before_expiry=True,
                decision=decision.decision,
                decided_by=who.user_id,
                decided_at=func.now(),
                **changes,
            )
            standing = await store.find(session, call_id, who.user_id)
        if settled is None:
            raise refusal(standing, decision.seal)
        return self._ledger.card(settled)

    async def resolve(self, who: Principal, call_id: UUID, found: Resolution) -> dict[str, Any]:
        """Says what became of a call whose outcome was unknown."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            whole = await store.find(session, call_id, who.user_id)
            thread = await runs.hold(session, whole.call.thread_id) if whole else None
            if whole is None or thread is None:
                raise not_found()
            settled = await self._ledger.move(
                session,
                thread,
                call_id,
                ("unknown",),
                found.resolution,
                actor=who.user_id,
                resolved_by=who.user_id,
                resolved_at=func.now(),
                note=found.note,
            )
        if settled is None:
            raise Problem("not_unknown", 409, f"There is nothing to resolve: the call is {whole.call.state}.")
        return self._ledger.card(settled)

    async def expire(self, tenant_id: UUID, call_id: UUID) -> None:
        """Lets a call expire that nobody decided in time."""
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            whole = await store.find(session, call_id)
            thread = await runs.hold(session, whole.call.thread_id) if whole else None
            if thread is not None:
                await self._ledger.move(
                    session, thread, call_id, ("proposed",), "expired",
                    actor=None, after_expiry=True, ended_at=func.now(),
                )  # fmt: skip

    def _changes(self, who: Principal, whole: Whole, decision: Approve | Reject | Respond) -> dict[str, Any]:
        """What the decision writes into the row, beside the decision itself."""
        if isinstance(decision, Reject):
            return {"reason": decision.reason, "ended_at": func.now()}
        if isinstance(decision, Respond):
            answer = {"text": decision.response, "structured": None, "is_error": False}
            return {"result": answer, "ended_at": func.now()}
        call = whole.call
        if decision.arguments is None or decision.arguments == json.loads(call.arguments):
            return {}
        errors = errors_in(decision.arguments, whole.declared["input_schema"])
        if errors:
            raise Problem("invalid_arguments", 422, "The arguments do not fit the tool's schema.", errors=errors)
        arguments = canonical(decision.arguments)
        return {
            "proposed_arguments": call.arguments,
            "arguments": arguments,
            "seal": seal(
                tenant_id=who.tenant_id,
                requester_id=call.user_id,
                thread_id=call.thread_id,
                call_id=call.id,
                server_id=call.server_id,
                definition_hash=call.definition_hash,
                arguments=arguments,
                policy_version=call.policy_version,
            ),
        }


def refusal(standing: Whole | None, presented_seal: str) -> Problem:
    """Why a decision was not taken."""
    if standing is None:
        return not_found()
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
