"""Classes of tools over HTTP."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from interlock_platform.http.authentication import SignedIn
from interlock_platform.policy.bodies import Name
from interlock_platform.policy.classes.service import ToolClasses
from interlock_platform.policy.facts import Effect, Risk


class ToolClassBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    server: Name
    tool: Name
    effect: Effect
    risk: Risk | None


def tool_class_routes(classes: ToolClasses) -> APIRouter:
    router = APIRouter(prefix="/api/tool-classes", tags=["policy"])

    @router.get("")
    async def list_tool_classes(who: SignedIn) -> dict[str, Any]:
        return {"tools": await classes.list_tools(who)}

    @router.put("")
    async def class_tool(who: SignedIn, body: ToolClassBody) -> dict[str, Any]:
        return await classes.put(who, body.server, body.tool, body.effect, body.risk)

    return router
