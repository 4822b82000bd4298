"""Where identity providers say over HTTP that somebody has left."""

from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from interlock_platform.errors import Problem
from interlock_platform.identity.logout import Logouts

MOST_TOKEN = 16_384
FORM = {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}, "required": True}


def logout_routes(logouts: Logouts) -> APIRouter:
    router = APIRouter(prefix="/auth", tags=["identity"])

    @router.post("/backchannel-logout/{provider_id}", status_code=200, openapi_extra={"requestBody": FORM})
    async def back_channel(request: Request, provider_id: str) -> Response:
        await logouts.require(provider_id)
        body = (await request.body()).decode("utf-8", "replace")
        tokens = parse_qs(body, max_num_fields=20).get("logout_token", []) if len(body) <= MOST_TOKEN else []
        if len(tokens) != 1:
            raise Problem("logout_refused", 400, "Send one logout_token in a form.")
        await logouts.by_token(provider_id, tokens[0])
        return Response(status_code=200)

    @router.get("/frontchannel-logout/{provider_id}", response_class=HTMLResponse)
    async def front_channel(
        provider_id: str, iss: str = Query("", max_length=500), sid: str = Query("", max_length=500)
    ) -> Response:
        await logouts.require(provider_id)
        if iss and sid:
            await logouts.by_browser(provider_id, iss, sid)
        return HTMLResponse("<!doctype html><title>Signed out</title>")

    return router
