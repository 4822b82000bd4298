"""The OpenAPI document: what each operation can answer besides what its route says, errors and all."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from interlock_platform.doors import ANYBODY, ROUTES
from interlock_platform.http.problems import MEDIA_TYPE

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457; `code` is stable, `detail` is a sentence for people. Some have more members.",
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail", "request_id"],
}
ALWAYS = {400: "Not understood, or for another host", 429: "Too much", 503: "The database does not answer"}
OF_A_PERSON = {401: "Not signed in", 403: "Not for the caller's roles"}
OF_A_CHANGE = {403: "Asked for by another origin, or not the caller's to change", 409: "Not as it is now"}
OF_A_BODY = {413: "Too large", 415: "Not JSON"}
OF_A_THING = {404: "Nothing there, or somebody else's"}
OF_VALUES = {422: "Not valid"}
PAGES = ("/auth/", "/join/", "/api/servers/login/callback")
"""Opened by people, who are told what is wrong by a page."""
OF_A_SERVER = {502: "Another server can't be used"}


def install_description(app: FastAPI) -> None:
    """Makes the application's OpenAPI document tell the problems that its operations answer with."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = whole(get_openapi(title=app.title, version=app.version, routes=app.routes))
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign] # FastAPI's own way to extend the document


def whole(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the problems of every operation, in the place of the framework's own."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            for status, sentence in sorted(problems(f"{method.upper()} {path}", operation).items()):
                content: dict[str, Any] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                if path.startswith(PAGES):
                    content["text/html"] = {"schema": {"type": "string"}}
                if str(status) == "422" or str(status) not in responses:
                    responses[str(status)] = {"description": sentence, "content": content}
    return document


def problems(door: str, operation: dict[str, Any]) -> dict[int, str]:
    """Status -> what it says, of the problems that this operation can answer with."""
    method, path = door.split(" ")
    found = dict(ALWAYS)
    if ROUTES.get(door, ANYBODY) != ANYBODY or path.startswith(PAGES):
        found |= OF_A_PERSON
    if method != "GET":
        found |= OF_A_CHANGE | OF_A_BODY
    if "requestBody" in operation or operation.get("parameters") or path.startswith(PAGES):
        found |= OF_VALUES | OF_A_THING
    if "server" in path or path.startswith("/auth/"):
        found |= OF_A_SERVER
    return found
