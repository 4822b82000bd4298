"""What a request must be before anything looks at it: for this host, from this origin, small, and JSON."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interlock_platform.errors import Problem

MAX_BODY = 1024 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by orchestrators under whatever address they know; they tell nothing that a host name would protect."""

_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


class HostLimit:
    """Refuses a Host that is neither the configured one nor a loopback name (DNS rebinding, cache poisoning)."""

    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        self._app = app
        netloc = urlsplit(base_url).netloc.lower()
        self._names = LOOPBACK_NAMES | {_name_of(netloc)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"] not in PROBES:
            hosts = Headers(scope=scope).getlist("host")
            if len(hosts) != 1 or _name_of(hosts[0].lower()) not in self._names:
                if scope["type"] == "websocket":
                    return await send({"type": "websocket.close", "code": 1008})
                raise Problem("wrong_host", 400, "This server does not answer under that host name.")
        await self._app(scope, receive, send)


class OriginLimit:
    """Refuses a change that a page of another origin asked for (CSRF)."""

    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        self._app = app
        self._origin = base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            # Programs send neither header; every browser sends Origin with such a request, "null" included.
            origins = headers.getlist("origin")
            sites = headers.getlist("sec-fetch-site")
            if any(origin != self._origin for origin in origins) or any(site != "same-origin" for site in sites):
                raise Problem("wrong_origin", 403, "A page of another origin may not do this in your name.")
        await self._app(scope, receive, send)


class BodyLimit:
    """Takes a body in whole, within `max_bytes` and as JSON, before the application runs.

    A path in `any_type` that ends with a slash stands for all below it.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int = MAX_BODY, any_type: Sequence[str] = ()) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._any_type = frozenset(any_type)
        self._any_type_below = tuple(path for path in any_type if path.endswith("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or len(declared) > 15 or int(declared) > self._max_bytes:
            raise self._too_large()
        if declared == "0" and "transfer-encoding" not in headers:
            return await self._app(scope, receive, send)
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > self._max_bytes:
                raise self._too_large()
            more = message.get("more_body", False)
        if body and scope["method"] not in SAFE_METHODS and not self._takes_any(scope["path"]):
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise Problem("not_json", 415, "Send the body as application/json.")
        await self._app(scope, _replaying(bytes(body), receive), send)

    def _takes_any(self, path: str) -> bool:
        return path in self._any_type or path.startswith(self._any_type_below)

    def _too_large(self) -> Problem:
        return Problem("too_large", 413, f"The body may have at most {self._max_bytes} bytes.")


def _replaying(body: bytes, receive: Receive) -> Receive:
    """The body first, then whatever the server says next: a stream needs to hear of the disconnect."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def is_loopback_name(host: str) -> bool:
    """Whether a Host names this machine itself."""
    return _name_of(host.lower()) in LOOPBACK_NAMES


def _name_of(host: str) -> str | None:
    match = _HOST.fullmatch(host)
    return match["name"] if match else None
