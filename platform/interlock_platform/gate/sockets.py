"""Approvals over Socket.IO: the same bodies and rules as over HTTP, with the call's id beside them."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter

from interlock_platform.gate.decision import Decision, Resolution
from interlock_platform.gate.decisions import Decisions
from interlock_platform.gate.expiry import Expiry
from interlock_platform.gate.inbox import Inbox
from interlock_platform.principal import Principal
from interlock_platform.realtime.delivery import Delivery
from interlock_platform.realtime.sockets import Sockets


class OfCall(BaseModel):
    """Says which call; the rest is the body of the HTTP request."""

    model_config = ConfigDict(extra="allow")
    id: UUID


class OneCall(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: UUID


class GateSockets:
    """Registers the gate's events."""

    def __init__(
        self, sockets: Sockets, delivery: Delivery, inbox: Inbox, decisions: Decisions, expiry: Expiry
    ) -> None:
        self._inbox = inbox
        self._decisions = decisions
        self._expiry = expiry
        self._decision: TypeAdapter[Decision] = TypeAdapter(Decision)
        sockets.on("approval.decide", OfCall, self._decide)
        sockets.on("approval.resolve", OfCall, self._resolve)
        sockets.on("approval.extend", OneCall, self._extend)
        delivery.on("approval", self._news)

    async def _decide(self, sid: str, who: Principal, asked: OfCall) -> dict[str, Any]:
        decision = self._decision.validate_python(asked.model_extra)
        return {"call": await self._decisions.decide(who, asked.id, decision)}

    async def _resolve(self, sid: str, who: Principal, asked: OfCall) -> dict[str, Any]:
        found = Resolution.model_validate(asked.model_extra)
        return {"call": await self._decisions.resolve(who, asked.id, found)}

    async def _extend(self, sid: str, who: Principal, asked: OneCall) -> dict[str, Any]:
        return {"call": await self._expiry.extend(who, asked.id)}

    async def _news(self, tenant_id: UUID, user_id: UUID, about: str) -> tuple[str, dict[str, Any]] | None:
        told = await self._inbox.news(tenant_id, user_id, UUID(about))
        return ("approval", told) if told else None
