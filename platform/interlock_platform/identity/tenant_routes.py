"""One's tenants over HTTP, and moving from one to another."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from interlock_platform.errors import Problem
from interlock_platform.http.authentication import Authentication, SignedIn, cookie_header
from interlock_platform.identity.claims import ROLES
from interlock_platform.identity.cookies import Cookies
from interlock_platform.identity.store import Membership
from interlock_platform.identity.tenancy import Tenancy
from interlock_platform.principal import Principal


class OwnTenant(BaseModel):
    id: UUID
    slug: str
    name: str
    roles: list[str]
    current: bool


class OwnTenants(BaseModel):
    tenants: list[OwnTenant]


def tenant_routes(tenancy: Tenancy, authentication: Authentication, cookies: Cookies) -> APIRouter:
    router = APIRouter(prefix="/api/tenants", tags=["identity"])

    @router.get("")
    async def mine(who: SignedIn) -> OwnTenants:
        return OwnTenants(tenants=[_wire(who, each) for each in await tenancy.list_tenants(who)])

    @router.post("/{tenant_id}/switch", status_code=204)
    async def switch(who: SignedIn, tenant_id: UUID, request: Request) -> Response:
        secret = authentication.secret(cookie_header(request))
        if secret is None:
            raise Problem("session_required", 403, "Only a browser that is signed in moves to another organisation.")
        moved = await tenancy.switch(who, tenant_id, secret, request.headers.get("user-agent", ""))
        response = Response(status_code=204)
        cookies.keep_session(response, moved)
        return response

    return router


def _wire(who: Principal, mine: Membership) -> OwnTenant:
    return OwnTenant(
        id=mine.tenant.id,
        slug=mine.tenant.slug,
        name=mine.tenant.name,
        roles=[role for role in ROLES if role in mine.roles],
        current=mine.tenant.id == who.tenant_id,
    )
