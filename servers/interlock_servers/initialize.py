"""One call that makes the caller's handlers ready and tells the UI everything that it begins with."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from interlock_platform.http.authentication import SignedIn
from interlock_platform.identity.claims import ROLES
from interlock_platform.identity.service import Identity
from interlock_platform.tools.routes import key_of
from interlock_platform.tools.service import Tools


def initialize_routes(identity: Identity, tools: Tools, model: Mapping[str, Any]) -> APIRouter:
    router = APIRouter(tags=["identity"])

    @router.post("/api/initialize")
    async def initialize(who: SignedIn) -> dict[str, Any]:
        tenant = await identity.tenant(who)
        return {
            "user": {"id": str(who.user_id), "name": who.name, "email": who.email},
            "tenant": {"id": str(tenant.id), "slug": tenant.slug, "name": tenant.name},
            "roles": [role for role in ROLES if role in who.roles],
            "model": model,
            "servers": await tools.list_servers(key_of(who)),
            "toolset": await tools.current_wire(key_of(who)),
        }

    return router
