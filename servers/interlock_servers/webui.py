"""The built web UI: hashed assets for ever, pages anew each time, everything compressed beforehand."""

import hashlib
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WEB = Path(str(files("interlock_servers"))) / "_web"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
NOT_BUILT = "<!doctype html><title>Interlock</title><p>The web UI is not built. Run <code>make web</code>."


def build_id() -> str:
    """Changes with every build of the web UI."""
    index = WEB / "index.html"
    return hashlib.sha256(index.read_bytes()).hexdigest()[:12] if index.exists() else "not-built"


def install_web_ui(app: FastAPI) -> None:
    """Goes last: whatever no route takes is a page of the UI."""
    if not (WEB / "index.html").exists():

        @app.get("/{path:path}", include_in_schema=False)
        async def not_built(path: str) -> HTMLResponse:
            return HTMLResponse(NOT_BUILT, 503)

        return
    assets = APIRouter(dependencies=[Depends(_for_ever)])
    assets.frontend("/assets", directory=WEB / "assets", fallback=None)
    pages = APIRouter(dependencies=[Depends(_anew)])
    pages.frontend("/", directory=WEB, fallback="index.html")
    app.include_router(assets)
    app.include_router(pages)
    app.add_middleware(Precompressed, directory=WEB)


async def _for_ever(response: Response) -> None:
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"


async def _anew(response: Response) -> None:
    response.headers["Cache-Control"] = "no-cache"


class Precompressed:
    """Serves `file.br` or `file.gz` in the place of `file` to clients that take it."""

    def __init__(self, app: ASGIApp, directory: Path) -> None:
        self._app = app
        self._files = {
            f"/{path.relative_to(directory).as_posix()}"
            for path in directory.rglob("*")
            if path.suffix in (".br", ".gz")
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        accepted = Headers(scope=scope).get("accept-encoding", "") if scope["type"] == "http" else ""
        for encoding, suffix in ENCODINGS:
            if encoding in accepted and f"{path}{suffix}" in self._files and scope["method"] in ("GET", "HEAD"):
                return await self._app({**scope, "path": f"{path}{suffix}"}, receive, _encoded(send, path, encoding))
        await self._app(scope, receive, send)


def _encoded(send: Send, path: str, encoding: str) -> Send:
    types = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Encoding"] = encoding
            headers["Content-Type"] = f"{types.get(Path(path).suffix, 'application/octet-stream')}; charset=utf-8"
            headers.add_vary_header("Accept-Encoding")
        await send(message)

    return sending
