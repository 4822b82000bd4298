"""How many sockets one address may begin to open in a minute: counted before anything is known of who it is."""

import json
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from interlock_platform.errors import Problem

WINDOW_SECONDS = 60.0
MOST_KEPT = 50_000


class HandshakeLimit:
    """Refuses the handshake itself, with 429. Each process counts by itself."""

    def __init__(self, app: ASGIApp, *, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._per_minute = per_minute
        self._clock = clock
        self._begun = clock()
        self._counts: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not self._count(address_of(scope)):
            return await self._refuse(scope, send)
        await self._app(scope, receive, send)

    def _count(self, address: str) -> bool:
        now = self._clock()
        if now - self._begun >= WINDOW_SECONDS or len(self._counts) >= MOST_KEPT:
            self._begun, self._counts = now, {}
        self._counts[address] = self._counts.get(address, 0) + 1
        return self._counts[address] <= self._per_minute

    async def _refuse(self, scope: Scope, send: Send) -> None:
        if "websocket.http.response" not in scope.get("extensions", {}):
            return await send({"type": "websocket.close", "code": 1008})
        seconds = round(WINDOW_SECONDS - (self._clock() - self._begun) + 0.5)
        problem = Problem(
            "too_many_handshakes", 429,
            f"From your address more connections were begun than may be in a minute. Try again in {seconds} seconds.",
        )  # fmt: skip
        headers = [(b"content-type", b"application/problem+json"), (b"retry-after", str(seconds).encode())]
        await send({"type": "websocket.http.response.start", "status": problem.status, "headers": headers})
        body = json.dumps({"status": problem.status, "code": problem.code, "detail": problem.message}).encode()
        await send({"type": "websocket.http.response.body", "body": body})


def address_of(scope: Scope) -> str:
    """The client's, as the server (or a proxy that it trusts) says; of IPv6 the network, which is one subscriber's."""
    host = str((scope.get("client") or ("unknown", 0))[0])
    return ":".join(host.split(":")[:4]) if ":" in host else host
