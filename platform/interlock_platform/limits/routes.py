"""Limits and usage over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from interlock_platform.http.authentication import SignedIn
from interlock_platform.identity.claims import ROLES
from interlock_platform.limits.kinds import KINDS
from interlock_platform.limits.reports import Reports
from interlock_platform.limits.setting import LimitSetting, Whom

MOST = 1e12


class LimitBody(BaseModel):
    """`role` and `user_id` go with the scopes of these names and no others; `amount: null` takes a limit away."""

    model_config = ConfigDict(extra="forbid")
    scope: Literal["tenant", "everybody", "role", "user"]
    role: str | None = None
    user_id: UUID | None = None
    kind: str
    amount: Annotated[float, Field(ge=0, le=MOST, allow_inf_nan=False)] | None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.role is not None) != (self.scope == "role") or (self.user_id is not None) != (self.scope == "user"):
            raise ValueError("A role belongs to the scope role, and a user_id to the scope user.")
        if self.role is not None and self.role not in ROLES:
            raise ValueError(f"There is no such role. There are {', '.join(ROLES)}.")
        if self.kind not in KINDS:
            raise ValueError(f"There is no such limit. There are {', '.join(KINDS)}.")
        if self.scope == "tenant" and self.kind == "sockets":
            raise ValueError("Sockets are counted for each person.")
        if KINDS[self.kind].unit != "money" and self.amount is not None and self.amount % 1:
            raise ValueError("The amount must be a whole number.")
        return self


def limit_routes(reports: Reports, setting: LimitSetting) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["limits"])

    @router.get("/usage")
    async def own_usage(who: SignedIn) -> dict[str, Any]:
        return await reports.own(who)

    @router.get("/usage/tenant")
    async def usage_of_tenant(
        who: SignedIn,
        since: Annotated[date | None, Query(alias="from")] = None,
        until: Annotated[date | None, Query(alias="to")] = None,
    ) -> dict[str, Any]:
        return await reports.of_tenant(who, since, until)

    @router.get("/limits")
    async def limits(who: SignedIn) -> dict[str, Any]:
        return await setting.show(who)

    @router.put("/limits", status_code=204)
    async def set_limit(who: SignedIn, body: LimitBody) -> Response:
        await setting.set(who, Whom(body.scope, body.role, body.user_id), body.kind, body.amount)
        return Response(status_code=204)

    return router
