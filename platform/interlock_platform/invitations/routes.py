"""Invitations over HTTP: given and taken back by admins, looked at and accepted by whoever has the link."""

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from interlock_platform.errors import Problem
from interlock_platform.http.authentication import Authentication, SignedIn, cookie_header, cookie_value
from interlock_platform.identity.cookies import Cookies
from interlock_platform.identity.pages import button, link, page, problem_page, sentence, sign_in_path
from interlock_platform.invitations.service import Guest, Invitations, Offered
from interlock_platform.invitations.store import Listed

Role = Literal["owner", "admin", "approver", "member", "viewer"]
TITLE = "You can't join"


class InvitationBody(BaseModel):
    """With an `email`, only who signs in with that address, verified by their provider, may accept."""

    model_config = ConfigDict(extra="forbid")
    roles: list[Role] = Field(min_length=1)
    email: str | None = Field(None, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")
    days: int = Field(7, ge=1, le=30)


def invitation_routes(
    invitations: Invitations, authentication: Authentication, cookies: Cookies, base_url: str
) -> APIRouter:
    router = APIRouter(tags=["members"])

    @router.get("/api/invitations")
    async def everyone(who: SignedIn) -> dict[str, Any]:
        return {"invitations": [_wire(each) for each in await invitations.list_invitations(who)]}

    @router.post("/api/invitations", status_code=201)
    async def give(who: SignedIn, body: InvitationBody) -> dict[str, Any]:
        given, secret = await invitations.give(who, body.roles, body.email, timedelta(days=body.days))
        return {"invitation": _wire(given), "url": f"{base_url}/join/{secret}"}

    @router.delete("/api/invitations/{invitation_id}", status_code=204)
    async def revoke(who: SignedIn, invitation_id: UUID) -> Response:
        await invitations.revoke(who, invitation_id)
        return Response(status_code=204)

    @router.get("/join/{secret}", response_class=HTMLResponse)
    async def look(request: Request, secret: str = Path(max_length=200)) -> Response:
        try:
            offered = await invitations.look(secret)
            guest = await _guest(request)
        except Problem as problem:
            return _refused(request, problem)
        return _offer(offered, guest, f"/join/{secret}")

    @router.post("/join/{secret}", status_code=303, response_class=RedirectResponse)
    async def join(request: Request, secret: str = Path(max_length=200)) -> Response:
        try:
            guest = await _guest(request)
            if guest is None:
                raise Problem("unauthenticated", 401, "Sign in first: only then it is known who joins.")
            joined = await invitations.accept(guest, secret, request.headers.get("user-agent", ""))
        except Problem as problem:
            return _refused(request, problem)
        response = RedirectResponse("/", 303)
        cookies.keep_session(response, joined)
        cookies.drop(response, cookies.arrived)
        return response

    async def _guest(request: Request) -> Guest | None:
        sent = cookie_header(request)
        who = None
        try:
            who = await authentication.principal(sent)
        except Problem as problem:
            if problem.status != 401:
                raise
        return await invitations.guest(who, authentication.secret(sent), cookie_value(sent, cookies.arrived))

    return router


def _offer(offered: Offered, guest: Guest | None, path: str) -> HTMLResponse:
    said = [sentence(f"{offered.giver} invites you to {offered.tenant} as {' and '.join(offered.roles)}.")]
    if offered.email is not None:
        said.append(sentence(f"The invitation is for {offered.email} only."))
    if guest is None:
        return page(f"Join {offered.tenant}", *said, link("Sign in to join", sign_in_path(path)))
    said.append(sentence(f"You are signed in as {guest.account.name} ({guest.account.email})."))
    again = link("Sign in with another account", f"{sign_in_path(path)}&again=true", quiet=True)
    return page(f"Join {offered.tenant}", *said, button(f"Join {offered.tenant}", path), again)


def _refused(request: Request, problem: Problem) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        raise problem
    return problem_page(request, problem, TITLE, link("Go to Interlock", "/"))


def _wire(listed: Listed) -> dict[str, Any]:
    row = listed.row
    assert row.created_at is not None, "the database fills it in"
    state = "open"
    if row.used_at is not None:
        state = "used"
    elif row.revoked_at is not None:
        state = "revoked"
    elif listed.expired:
        state = "expired"
    return {
        "id": str(row.id),
        "roles": row.roles,
        "email": row.email,
        "state": state,
        "given_by": {"id": str(listed.giver.id), "name": listed.giver.name},
        "used_by": {"id": str(listed.guest.id), "name": listed.guest.name} if listed.guest else None,
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
    }
