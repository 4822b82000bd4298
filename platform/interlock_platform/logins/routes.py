"""Signing in to servers over HTTP: out in one route, back in another, and a page that says how it went."""

from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from interlock_platform.errors import Problem
from interlock_platform.http.authentication import Authentication, SignedIn, cookie_header
from interlock_platform.identity.service import local_path
from interlock_platform.logins.clients import CALLBACK, METADATA
from interlock_platform.logins.service import Logins

_HERE = files("interlock_platform.logins")


class Leave(BaseModel):
    """`page` is where the person is, to come back to; `popup` says that it stays open meanwhile."""

    model_config = ConfigDict(extra="forbid")
    page: str = "/"
    popup: bool = False


class LeaveShape(BaseModel):
    url: str
    host: str


def login_routes(logins: Logins, authentication: Authentication, document: dict[str, Any]) -> APIRouter:
    """`document` is our client id metadata document."""
    router = APIRouter(tags=["logins"])
    page = Template(_HERE.joinpath("done.html").read_text())
    script = _HERE.joinpath("done.js").read_text()

    def shown(title: str, sentence: str, status: int = 200, **values: Any) -> HTMLResponse:
        said = {"server": "", "ok": "false", "page": "/", "popup": "false", "code": "", **values}
        filled = {
            name: escape(value, quote=True) for name, value in {"title": title, "sentence": sentence, **said}.items()
        }
        return HTMLResponse(page.substitute(filled), status)

    @router.post("/api/servers/{server_id}/login")
    async def login(who: SignedIn, server_id: str, leave: Leave | None = None) -> LeaveShape:
        leave = leave or Leave()
        left = await logins.begin(who, server_id, local_path(leave.page), popup=leave.popup)
        return LeaveShape(url=left.url, host=left.host)

    @router.get(CALLBACK, response_class=HTMLResponse)
    async def callback(request: Request) -> Response:
        try:
            who = await authentication.principal(cookie_header(request))
            back = await logins.finish(who, dict(request.query_params))
        except Problem as problem:
            return shown("You are not signed in", problem.message, problem.status, code=problem.code)
        return shown(
            f"You are signed in to {back.server_name}",
            "You can close this window.",
            server=back.server_id,
            ok="true",
            page=back.page,
            popup="true" if back.popup else "false",
        )

    @router.post("/api/servers/{server_id}/logout", status_code=204)
    async def logout(who: SignedIn, server_id: str) -> Response:
        await logins.end(who, server_id)
        return Response(status_code=204)

    @router.get("/api/servers/login/done.js", include_in_schema=False)
    async def done_script() -> Response:
        return Response(script, media_type="text/javascript")

    @router.get(METADATA)
    async def client_metadata() -> dict[str, Any]:
        return document

    return router
