"""Approvals over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query

from interlock_platform.gate.decisions import Decision, Decisions, Resolution
from interlock_platform.gate.store import CallState
from interlock_platform.http.authentication import SignedIn


def gate_routes(decisions: Decisions) -> APIRouter:
    router = APIRouter(prefix="/api/approvals", tags=["approvals"])

    @router.get("")
    async def list_approvals(
        who: SignedIn,
        state: Annotated[CallState, Query()] = "proposed",
        scope: Annotated[Literal["mine"], Query()] = "mine",
    ) -> dict[str, Any]:
        return {"approvals": await decisions.list_calls(who, state)}

    @router.get("/{call_id}")
    async def show_approval(who: SignedIn, call_id: UUID) -> dict[str, Any]:
        return await decisions.show(who, call_id)

    @router.post("/{call_id}/decision")
    async def decide(who: SignedIn, call_id: UUID, decision: Annotated[Decision, Body()]) -> dict[str, Any]:
        return await decisions.decide(who, call_id, decision)

    @router.post("/{call_id}/resolution")
    async def resolve(who: SignedIn, call_id: UUID, found: Resolution) -> dict[str, Any]:
        return await decisions.resolve(who, call_id, found)

    return router
