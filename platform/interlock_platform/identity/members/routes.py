"""Who belongs to the organisation, over HTTP: for whoever names people in rules and grants."""

from typing import Any

from fastapi import APIRouter

from interlock_platform.database import Database, Scope
from interlock_platform.http.authentication import SignedIn
from interlock_platform.identity.claims import ROLES
from interlock_platform.identity.members import store
from interlock_platform.rights import require


def member_routes(database: Database) -> APIRouter:
    router = APIRouter(tags=["identity"])

    @router.get("/api/members")
    async def list_members(who: SignedIn) -> dict[str, Any]:
        require(who, "members.see")
        async with database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            members = await store.list_members(session)
        return {
            "members": [
                {
                    "id": str(each.id),
                    "name": each.name,
                    "email": each.email,
                    "roles": [role for role in ROLES if role in each.roles],
                }
                for each in members
            ]
        }

    return router
