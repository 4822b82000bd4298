"""From a cookie to the person behind it: asked anew by every request and every socket event."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from interlock_platform.doors import ROUTES, admit
from interlock_platform.http.rates import Rate, note
from interlock_platform.principal import Principal


async def without_limit(who: Principal) -> Sequence[Rate]:
    return ()


@dataclass(frozen=True)
class Authentication:
    """Which cookie holds the session's secret, who says whose it is, and who counts what they ask for."""

    cookie: str
    authenticate: Callable[[str | None], Awaitable[Principal]]
    count: Callable[[Principal], Awaitable[Sequence[Rate]]] = without_limit

    def secret(self, cookie_header: str | None) -> str | None:
        return cookie_value(cookie_header, self.cookie)

    async def principal(self, cookie_header: str | None) -> Principal:
        """Raises the 401 `unauthenticated` problem."""
        return await self.authenticate(self.secret(cookie_header))


def cookie_value(header: str | None, name: str) -> str | None:
    """The one value that a Cookie header gives; two different ones are none, since nobody can say which is meant."""
    pairs = (pair.partition("=") for pair in (header or "").split(";"))
    values = {value.strip() for key, _, value in pairs if key.strip() == name}
    return values.pop() if len(values) == 1 else None


async def principal(request: Request) -> Principal:
    """Raises `unauthenticated`, `too_many_requests`, and `forbidden` where their roles do not open this door."""
    authentication: Authentication = request.app.state.authentication
    who = await authentication.principal(cookie_header(request))
    note(request.scope, await authentication.count(who))
    admit(who, ROUTES[f"{request.method} {request.scope['route'].path}"])
    return who


def cookie_header(request: Request) -> str | None:
    return "; ".join(request.headers.getlist("cookie")) or None


SignedIn = Annotated[Principal, Depends(principal)]
"""The parameter of a route that only a signed-in person may call."""
