"""A person who opens a page without a session is sent to sign in, and comes back to that page."""

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from interlock_platform.errors import Problem
from interlock_platform.http.authentication import Authentication
from interlock_platform.http.limits import PROBES, is_loopback_name

NOT_PAGES = ("/api/", "/auth/", "/join/", "/ws/", "/dev-idp/", "/assets/", "/.well-known/")


class SignInFirst:
    """Redirects page loads without a session to `/auth/login`, and under another loopback name to the base URL."""

    def __init__(
        self, app: ASGIApp, *, base_url: str, authentication: Authentication, not_pages: Sequence[str] = NOT_PAGES
    ) -> None:
        self._app = app
        self._base_url = base_url
        parts = urlsplit(base_url)
        # Cookies belong to one host name: a sign-in that began under `localhost` could not end under `127.0.0.1`.
        # Elsewhere a proxy may change the Host, and a redirect would never end.
        self._only_host = parts.netloc if is_loopback_name(parts.netloc) else None
        self._authentication = authentication
        self._not_pages = tuple(not_pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if not is_navigation(scope, headers) or scope["path"] in PROBES:
            return await self._app(scope, receive, send)
        address = _address(scope)
        if self._only_host is not None and headers.get("host") != self._only_host:
            return await RedirectResponse(self._base_url + address, 307)(scope, receive, send)
        if not scope["path"].startswith(self._not_pages):
            try:
                await self._authentication.principal("; ".join(headers.getlist("cookie")))
            except Problem as problem:
                if problem.status != 401:
                    raise
                location = f"/auth/login?next={quote(address if len(address) <= 2000 else '/', safe='')}"
                return await RedirectResponse(location, 303)(scope, receive, send)
        await self._app(scope, receive, send)


def is_navigation(scope: Scope, headers: Headers) -> bool:
    """Whether a browser asks for a page to show, and not a script for data."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and "text/html" in headers.get("accept", "")
        and headers.get("sec-fetch-mode", "navigate") == "navigate"
    )


def _address(scope: Scope) -> str:
    """Path and query, such that no browser takes it for the address of another site."""
    path = "/" + quote(scope["path"].lstrip("/\\"), safe="/:@!$&'()*+,;=~")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path
