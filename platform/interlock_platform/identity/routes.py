"""Signing in and out over HTTP, and who the caller is."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from interlock_platform.errors import Problem
from interlock_platform.http.authentication import Authentication, SignedIn, cookie_header, cookie_value
from interlock_platform.http.navigation import is_navigation
from interlock_platform.http.problems import request_id
from interlock_platform.identity.claims import ROLES
from interlock_platform.identity.service import SIGN_IN_LASTS, Identity
from interlock_platform.rights import rights_of

_HERE = files("interlock_platform.identity")


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


def session_cookie(base_url: str) -> str:
    """The cookie's name: over https one that only this very host can set."""
    return _cookie_name("interlock_session", base_url)


def identity_routes(
    identity: Identity, *, base_url: str, authentication: Authentication, model: Mapping[str, Any], build_id: str
) -> APIRouter:
    router = APIRouter(tags=["identity"])
    https = base_url.startswith("https://")
    browser_cookie = _cookie_name("interlock_sign_in", base_url)
    left_cookie = _cookie_name("interlock_signed_out", base_url)
    page = Template(_HERE.joinpath("page.html").read_text())
    style = _HERE.joinpath("page.css").read_text()

    def keep(response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(name, value, max_age=seconds, path="/", secure=https, httponly=True, samesite="lax")

    def refused(request: Request, problem: Problem) -> HTMLResponse:
        """A person who signs in sees a page; a program gets the problem itself."""
        if not is_navigation(request.scope, request.headers):
            raise problem
        body = page.substitute(
            title="You are not signed in",
            sentence=escape(problem.message),
            code=escape(problem.code),
            request_id=escape(request_id(request.scope) or ""),
        )
        return HTMLResponse(body, problem.status)

    @router.get("/auth/login", status_code=303, response_class=RedirectResponse)
    async def login(
        request: Request,
        next_page: str | None = Query(None, alias="next"),
        login_hint: str | None = Query(None, max_length=200),
    ) -> Response:
        cookies = cookie_header(request)
        # The provider may still know who signed out here, and would let them in again without a word.
        ask_again = cookie_value(cookies, left_cookie) is not None
        try:
            begun = await identity.begin(
                next_page, login_hint, cookie_value(cookies, browser_cookie), ask_again=ask_again
            )
        except Problem as problem:
            return refused(request, problem)
        response = RedirectResponse(begun.url, 303)
        keep(response, browser_cookie, begun.browser, int(SIGN_IN_LASTS.total_seconds()))
        return response

    @router.get("/auth/callback", status_code=303, response_class=RedirectResponse)
    async def callback(request: Request) -> Response:
        cookies = cookie_header(request)
        try:
            signed_in = await identity.finish(
                request.query_params,
                cookie_value(cookies, browser_cookie),
                authentication.secret(cookies),
                request.headers.get("user-agent", ""),
            )
        except Problem as problem:
            return refused(request, problem)
        response = RedirectResponse(signed_in.next, 303)
        keep(response, left_cookie, "", 0)
        keep(response, authentication.cookie, signed_in.secret, int(identity.lasts.total_seconds()))
        return response

    @router.post("/auth/logout", status_code=204)
    async def logout(request: Request) -> Response:
        await identity.end(authentication.secret(cookie_header(request)))
        response = Response(status_code=204)
        keep(response, authentication.cookie, "", 0)
        keep(response, left_cookie, "1", int(SIGN_IN_LASTS.total_seconds()))
        return response

    @router.get("/auth/page.css", include_in_schema=False)
    async def page_style() -> Response:
        return Response(style, media_type="text/css")

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


def _cookie_name(name: str, base_url: str) -> str:
    return f"__Host-{name}" if base_url.startswith("https://") else name
