"""Approvals over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query

from interlock_platform.gate.decision import Decision, Resolution
from interlock_platform.gate.decisions import Decisions
from interlock_platform.gate.expiry import Expiry
from interlock_platform.gate.inbox import Inbox, InboxScope
from interlock_platform.gate.store import CallState
from interlock_platform.http.authentication import SignedIn
from interlock_platform.policy.facts import Risk


def gate_routes(inbox: Inbox, decisions: Decisions, expiry: Expiry) -> APIRouter:
    router = APIRouter(prefix="/api/approvals", tags=["approvals"])

    @router.get("")
    async def list_approvals(
        who: SignedIn,
        state: Annotated[CallState, Query()] = "proposed",
        scope: Annotated[InboxScope, Query()] = "mine",
        server: Annotated[str | None, Query(max_length=200)] = None,
        risk: Annotated[Risk | Literal["unclassified"] | None, Query()] = None,
        older_than_minutes: Annotated[int | None, Query(ge=0, le=100_000)] = None,
    ) -> dict[str, Any]:
        return await inbox.list_calls(
            who, scope=scope, state=state, server=server, risk=risk, older_than_minutes=older_than_minutes
        )

    @router.get("/{call_id}")
    async def show_approval(who: SignedIn, call_id: UUID) -> dict[str, Any]:
        return await inbox.show(who, call_id)

    @router.post("/{call_id}/decision")
    async def decide(who: SignedIn, call_id: UUID, decision: Annotated[Decision, Body()]) -> dict[str, Any]:
        return await decisions.decide(who, call_id, decision)

    @router.post("/{call_id}/resolution")
    async def resolve(who: SignedIn, call_id: UUID, found: Resolution) -> dict[str, Any]:
        return await decisions.resolve(who, call_id, found)

    @router.post("/{call_id}/extension")
    async def extend(who: SignedIn, call_id: UUID) -> dict[str, Any]:
        return await expiry.extend(who, call_id)

    return router
