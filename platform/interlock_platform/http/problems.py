"""Every error as problem details (RFC 9457): the same members, whichever layer refused."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interlock_platform.errors import FieldError, Problem
from interlock_platform.http.rates import Rate, note

MEDIA_TYPE = "application/problem+json"
CODES = {
    400: ("bad_request", "The request can't be understood."),
    401: ("unauthenticated", "Sign in first."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is no such thing here, or it is not yours."),
    405: ("method_not_allowed", "This address doesn't take that method."),
    413: ("too_large", "The request is too large."),
    415: ("not_json", "Send the body as application/json."),
}

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)

log = logging.getLogger(__name__)
unknown_api = APIRouter()
"""Include it after every other router: what is left under /api does not exist, and is not a page of the UI either."""


@unknown_api.api_route(
    "/api/{rest:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], include_in_schema=False
)
async def _unknown(rest: str) -> None:
    raise Problem("not_found", 404, "There is no such address in the API.")


def problem_response(
    problem: Problem, request_id: str | None, *, headers: dict[str, str] | None = None
) -> JSONResponse:
    said = problem.body()
    if "retry_after" in said:
        headers = {**(headers or {}), "Retry-After": str(said["retry_after"])}
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": said.pop("code"),
        "detail": said.pop("message"),
        "request_id": request_id,
        **said,
    }
    return JSONResponse(jsonable_encoder(body), problem.status, headers, MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Makes the application answer with problem details wherever it would answer with something else."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> JSONResponse:
        if "quota" in error.more:
            more = error.more
            note(request.scope, [Rate(more["limit"], more["quota"], more["window"], 0, more["retry_after"])])
        if error.status == 403:
            # Its template, not the address: that may have a secret in it.
            where = getattr(request.scope.get("route"), "path", "an unknown address")
            log.info("request %s refused: %s %s, %s", request_id(request.scope), request.method, where, error.code)
        return problem_response(error, request_id(request.scope))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(invalid(error.errors()), request_id(request.scope))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        code, sentence = CODES.get(error.status_code, (f"http_{error.status_code}", error.detail))
        headers = dict(error.headers) if error.headers else None
        return problem_response(Problem(code, error.status_code, sentence), request_id(request.scope), headers=headers)

    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        return _answer(request.scope, error)

    for kind in (Exception, *DATABASE_AWAY):
        app.add_exception_handler(kind, _unexpected)


def invalid(errors: Sequence[Any]) -> Problem:
    """Pydantic's errors as one `invalid` problem that names each field by JSON pointer, and never repeats the input."""
    return Problem(
        "invalid", 422, "Some of what was sent is not valid.", errors=tuple(_field_error(error) for error in errors)
    )


def request_id(scope: Scope) -> str | None:
    found = scope.get("state", {}).get("request_id")
    return found if isinstance(found, str) else None


class Failures:
    """Answers what nothing else caught: a middleware's Problem, an absent database, a bug."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = complete = False

        async def watching(message: Message) -> None:
            nonlocal started, complete
            started = True
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, watching)
        except Exception as error:
            if started and not complete:
                raise  # the server then cuts the connection; an answer that broke off must not look whole
            if not started:
                await _answer(scope, error)(scope, receive, send)
            if not isinstance(error, (Problem, *DATABASE_AWAY)):
                log.error("request %s failed", request_id(scope), exc_info=error)


def _answer(scope: Scope, error: Exception) -> JSONResponse:
    if isinstance(error, Problem):
        return problem_response(error, request_id(scope))
    if isinstance(error, DATABASE_AWAY):
        log.warning("the database did not answer request %s: %s", request_id(scope), error)
        problem = Problem("unavailable", 503, "The database does not answer at the moment. Try again shortly.")
        return problem_response(problem, request_id(scope), headers={"Retry-After": "2"})
    sentence = "Something went wrong on our side. It is on record under this request's id."
    return problem_response(Problem("internal", 500, sentence), request_id(scope))


def _field_error(error: Any) -> FieldError:
    if error["type"] == "json_invalid":
        return FieldError("", f"The body is not JSON: {error.get('ctx', {}).get('error', error['msg'])}.")
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in error["loc"][1:]]
    return FieldError("".join(f"/{step}" for step in steps), error["msg"].removeprefix("Value error, "))
