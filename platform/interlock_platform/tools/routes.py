"""Servers and tools over HTTP."""

from typing import Any

from fastapi import APIRouter

from interlock_platform.http.authentication import SignedIn
from interlock_platform.principal import Principal
from interlock_platform.tools.service import Tools, UserKey


def tool_routes(tools: Tools) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["tools"])

    @router.get("/servers")
    async def list_servers(who: SignedIn) -> dict[str, Any]:
        return {"servers": await tools.list_servers(key_of(who))}

    @router.post("/servers/{server_id}/connect")
    async def connect(who: SignedIn, server_id: str) -> dict[str, Any]:
        return await tools.connect(key_of(who), server_id)

    @router.post("/servers/{server_id}/disconnect")
    async def disconnect(who: SignedIn, server_id: str) -> dict[str, Any]:
        return await tools.disconnect(key_of(who), server_id)

    @router.get("/toolset")
    async def toolset(who: SignedIn) -> dict[str, Any]:
        return await tools.current_wire(key_of(who))

    return router


def key_of(who: Principal) -> UserKey:
    return UserKey(who.tenant_id, who.user_id)
