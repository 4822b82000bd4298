"""An application behind the guard that answers in every way an application can."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp

from interlock_platform.errors import FieldError, Problem, not_found
from interlock_platform.http.authentication import Authentication, SignedIn
from interlock_platform.http.guard import guard
from interlock_platform.http.problems import install_problems, unknown_api
from interlock_platform.principal import Principal

ANN = Principal(uuid4(), uuid4(), uuid4(), "Ann", "ann@x.example", frozenset({"member"}))
KNOWN = {"Cookie": "session=ann"}
PAGE = {"Accept": "text/html"}


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    count: int


async def authenticate(secret: str | None) -> Principal:
    if secret == "ann":
        return ANN
    if secret == "away":
        raise OperationalError("select 1", {}, Exception("connection refused"))
    raise Problem("unauthenticated", 401, "Sign in first.")


def application(base_url: str) -> ASGIApp:
    app = FastAPI()
    app.state.authentication = Authentication("session", authenticate)
    install_problems(app)

    @app.get("/api/me")
    async def me(principal: SignedIn) -> str:
        return principal.name

    @app.post("/api/notes")
    async def add(note: Note) -> Note:
        return note

    @app.get("/api/notes")
    async def found(limit: int = Query(1, le=10)) -> int:
        return limit

    @app.delete("/api/notes")
    async def drop() -> str:
        return "dropped"

    @app.get("/api/fail/{how}")
    async def fail(how: str) -> str:
        if how == "problem":
            raise Problem("stale", 409, "It changed.", errors=(FieldError("/seal", "Is old."),), by={"id": ANN.user_id})
        if how == "not-found":
            raise not_found()
        if how == "http":
            raise HTTPException(403)
        if how == "database":
            raise OperationalError("select secret", {}, Exception("connection refused"))
        raise ZeroDivisionError("the secret reason")

    @app.get("/api/stream")
    async def stream(broken: bool = False) -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "data: 1\n\n"
            if broken:
                raise ZeroDivisionError("in the middle")
            await asyncio.Event().wait()

        return StreamingResponse(parts(), media_type="text/event-stream")

    @app.post("/hook")
    async def hook() -> str:
        return "taken"

    @app.get("/healthz")
    async def healthz() -> str:
        return "ok"

    app.include_router(unknown_api)

    @app.get("/{page:path}")
    async def ui(page: str) -> str:
        return "page"

    return guard(app, base_url=base_url, authentication=app.state.authentication, any_type=("/hook",))


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"].endswith(".")
    return answer.status_code, body["code"]
