"""Servers' pages, trying servers out, and what is accepted of them, over HTTP."""

from typing import Any

from fastapi import APIRouter

from interlock_platform.http.authentication import SignedIn
from interlock_platform.tools.editing.bodies import AcceptBody, ServerBody
from interlock_platform.tools.reviewing.acceptance import Acceptance
from interlock_platform.tools.reviewing.page import ServerPages


def reviewing_routes(pages: ServerPages, acceptance: Acceptance) -> APIRouter:
    """To be included after routes of fixed names below `/api/servers`: here they would be taken for ids."""
    router = APIRouter(prefix="/api/servers", tags=["servers"])

    @router.post("/test")
    async def test(who: SignedIn, body: ServerBody) -> dict[str, Any]:
        return await pages.test(who, body)

    @router.get("/{server_id}")
    async def show(who: SignedIn, server_id: str) -> dict[str, Any]:
        return await pages.show(who, server_id)

    @router.get("/{server_id}/definitions")
    async def definitions(who: SignedIn, server_id: str) -> dict[str, Any]:
        return await acceptance.show(who, server_id)

    @router.post("/{server_id}/definitions/accept")
    async def accept(who: SignedIn, server_id: str, body: AcceptBody) -> dict[str, Any]:
        return await acceptance.accept(who, server_id, body.hashes)

    return router
