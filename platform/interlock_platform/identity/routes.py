"""Signing in and out over HTTP, and who the caller is."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from interlock_platform.errors import Problem
from interlock_platform.http.authentication import Authentication, SignedIn, cookie_header, cookie_value
from interlock_platform.identity.claims import ROLES
from interlock_platform.identity.cookies import Cookies
from interlock_platform.identity.pages import STYLE, choice, refused
from interlock_platform.identity.providers import MAIN
from interlock_platform.identity.service import SIGN_IN_LASTS, Identity, local_path
from interlock_platform.rights import rights_of

log = logging.getLogger(__name__)


class UserShape(BaseModel):
    id: UUID
    name: str
    email: str


class TenantShape(BaseModel):
    id: UUID
    slug: str
    name: str


class Me(BaseModel):
    user: UserShape
    tenant: TenantShape
    roles: list[str]
    rights: list[str]
    model: dict[str, Any]
    build_id: str


def identity_routes(
    identity: Identity,
    *,
    cookies: Cookies,
    authentication: Authentication,
    model: Mapping[str, Any],
    build_id: str,
) -> APIRouter:
    router = APIRouter(tags=["identity"])

    @router.get("/auth/login", status_code=303, response_class=RedirectResponse)
    async def login(
        request: Request,
        next_page: str | None = Query(None, alias="next"),
        login_hint: str | None = Query(None, max_length=200),
        provider: str | None = Query(None, max_length=64),
        again: bool = False,
        fresh: bool = False,
    ) -> Response:
        sent = cookie_header(request)
        # The provider may still know who signed out here, and would let them in again without a word.
        ask_again = again or cookie_value(sent, cookies.left) is not None
        try:
            trusted = await identity.providers.meant(provider, login_hint)
            if trusted is None:
                unknown = login_hint is not None
                return choice(request, identity.providers.all, local_path(next_page), unknown=unknown, fresh=fresh)
            begun = await identity.begin(
                trusted,
                next_page,
                login_hint,
                cookie_value(sent, cookies.browser),
                ask_again=ask_again,
                fresh=fresh,
            )
        except Problem as problem:
            return refused(request, problem)
        response = RedirectResponse(begun.url, 303)
        cookies.keep(response, cookies.browser, begun.browser, int(SIGN_IN_LASTS.total_seconds()))
        return response

    @router.get("/auth/callback", status_code=303, response_class=RedirectResponse)
    async def callback(request: Request) -> Response:
        return await came_back(request, MAIN)

    @router.get("/auth/callback/{provider_id}", status_code=303, response_class=RedirectResponse)
    async def callback_of(request: Request, provider_id: str) -> Response:
        return await came_back(request, provider_id)

    async def came_back(request: Request, provider_id: str) -> Response:
        sent = cookie_header(request)
        try:
            signed_in = await identity.finish(
                request.query_params,
                cookie_value(sent, cookies.browser),
                authentication.secret(sent),
                request.headers.get("user-agent", ""),
                provider_id,
            )
        except Problem as problem:
            log.warning("A sign-in did not come to its end: %s", problem.message)
            return refused(request, problem)
        response = RedirectResponse(signed_in.next, 303)
        cookies.drop(response, cookies.left)
        if signed_in.secret is not None:
            cookies.keep_session(response, signed_in.secret)
        if signed_in.arrived is not None:
            cookies.drop(response, cookies.session)
            cookies.keep(response, cookies.arrived, signed_in.arrived, int(SIGN_IN_LASTS.total_seconds()))
        return response

    @router.post("/auth/logout", status_code=204)
    async def logout(request: Request) -> Response:
        await identity.end(authentication.secret(cookie_header(request)))
        response = Response(status_code=204)
        cookies.drop(response, cookies.session)
        cookies.drop(response, cookies.arrived)
        cookies.keep(response, cookies.left, "1", int(SIGN_IN_LASTS.total_seconds()))
        return response

    @router.get("/auth/page.css", include_in_schema=False)
    async def page_style() -> Response:
        return Response(STYLE, media_type="text/css")

    @router.get("/api/me")
    async def me(principal: SignedIn) -> Me:
        tenant = await identity.tenant(principal)
        return Me(
            user=UserShape(id=principal.user_id, name=principal.name, email=principal.email),
            tenant=TenantShape(id=tenant.id, slug=tenant.slug, name=tenant.name),
            roles=[role for role in ROLES if role in principal.roles],
            rights=rights_of(principal.roles),
            model=dict(model),
            build_id=build_id,
        )

    return router
