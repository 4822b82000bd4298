"""Members and sessions over HTTP."""

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from interlock_platform.http.authentication import SignedIn
from interlock_platform.members.service import Members

Role = Literal["owner", "admin", "approver", "member", "viewer"]


class MemberChange(BaseModel):
    """What is not said stays as it is; `roles: null` has the identity provider say them again."""

    model_config = ConfigDict(extra="forbid")
    roles: list[Role] | None = Field(None, min_length=1)
    active: bool | None = None


def member_routes(members: Members) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["members"])

    @router.get("/members")
    async def everybody(who: SignedIn) -> dict[str, Any]:
        return {"members": await members.list_members(who)}

    @router.patch("/members/{user_id}", status_code=204)
    async def change(who: SignedIn, user_id: UUID, change: MemberChange) -> Response:
        if "roles" in change.model_fields_set:
            await members.set_roles(who, user_id, change.roles)
        if change.active is not None:
            await (members.enable if change.active else members.disable)(who, user_id)
        return Response(status_code=204)

    @router.get("/members/{user_id}/sessions")
    async def sessions_of(who: SignedIn, user_id: UUID) -> dict[str, Any]:
        return {"sessions": await members.list_sessions(who, user_id)}

    @router.delete("/members/{user_id}/sessions")
    async def end_sessions_of(who: SignedIn, user_id: UUID) -> dict[str, int]:
        return {"ended": await members.end_sessions_of(who, user_id)}

    @router.get("/sessions")
    async def sessions(who: SignedIn) -> dict[str, Any]:
        return {"sessions": await members.list_sessions(who, who.user_id)}

    @router.delete("/sessions")
    async def end_other_sessions(who: SignedIn) -> dict[str, int]:
        return {"ended": await members.end_other_sessions(who)}

    @router.delete("/sessions/{session_id}", status_code=204)
    async def end_session(who: SignedIn, session_id: UUID) -> Response:
        await members.end_session(who, session_id)
        return Response(status_code=204)

    return router
