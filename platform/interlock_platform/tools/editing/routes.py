"""Servers as people enter, change, test, move and share them, over HTTP."""

from typing import Any

from fastapi import APIRouter

from interlock_platform.http.authentication import SignedIn
from interlock_platform.tools.editing.bodies import ImportBody, PolicyBody, Scope, ServerBody, ServerChange
from interlock_platform.tools.editing.exchange import Exchange
from interlock_platform.tools.editing.policy import ServersPolicy
from interlock_platform.tools.editing.service import Editing


def editing_routes(editing: Editing, exchange: Exchange, policy: ServersPolicy) -> APIRouter:
    router = APIRouter(prefix="/api/servers", tags=["servers"])

    @router.post("", status_code=201)
    async def create(who: SignedIn, body: ServerBody) -> dict[str, Any]:
        return await editing.create(who, body)

    @router.post("/import")
    async def take_in(who: SignedIn, body: ImportBody) -> dict[str, Any]:
        return await exchange.take_in(who, body)

    @router.get("/export")
    async def give_out(who: SignedIn, scope: Scope = "personal") -> dict[str, Any]:
        return await exchange.give_out(who, scope)

    @router.get("/policy")
    async def show_policy(who: SignedIn) -> dict[str, Any]:
        return await policy.show(who)

    @router.put("/policy")
    async def set_policy(who: SignedIn, body: PolicyBody) -> dict[str, Any]:
        return await policy.set(who, body)

    @router.patch("/{server_id}")
    async def change(who: SignedIn, server_id: str, body: ServerChange) -> dict[str, Any]:
        return await editing.change(who, server_id, body)

    @router.delete("/{server_id}", status_code=204)
    async def delete(who: SignedIn, server_id: str) -> None:
        await editing.delete(who, server_id)

    return router
