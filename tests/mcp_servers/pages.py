"""A web server that answers with what a test puts there."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class Pages:
    """JSON by path; `$issuer` in it is this server's own address. `asked` lists what was asked for."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self._pages: dict[str, tuple[int, object]] = {}

    def at(self, path: str, said: object, status: int = 200) -> None:
        self._pages[path] = (status, said)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        status, said = self._pages.get(request.path, (404, {}))
        text = json.dumps(said).replace("$issuer", self.url)
        return web.Response(status=status, text=text, content_type="application/json")


@asynccontextmanager
async def pages(port: int = 0) -> AsyncIterator[Pages]:
    made = Pages()
    runner = web.ServerRunner(web.Server(made.answer))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()
