"""From a cookie or a key to who is behind it: asked anew by every request and every socket event."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from interlock_platform.doors import admit
from interlock_platform.errors import Problem
from interlock_platform.http.rates import Rate, note
from interlock_platform.principal import Principal


async def without_limit(who: Principal) -> Sequence[Rate]:
    return ()


@dataclass(frozen=True)
class Authentication:
    """Which cookie holds the session's secret, who says whose it is (`by_bearer`: of keys and tokens), and who counts
    what they ask for."""

    cookie: str
    authenticate: Callable[[str | None], Awaitable[Principal]]
    count: Callable[[Principal], Awaitable[Sequence[Rate]]] = without_limit
    by_bearer: Callable[[str], Awaitable[Principal]] | None = None

    def secret(self, cookie_header: str | None) -> str | None:
        return cookie_value(cookie_header, self.cookie)

    async def principal(self, cookie_header: str | None) -> Principal:
        """Raises the 401 `unauthenticated` problem."""
        return await self.authenticate(self.secret(cookie_header))

    async def whoever(self, cookie_header: str | None, authorizations: Sequence[str]) -> Principal:
        """The person behind the cookie, or the program behind the one Authorization header.

        Raises `unauthenticated`, and `two_credentials` where more than one says who it is: none of them counts.
        """
        if not authorizations:
            return await self.principal(cookie_header)
        if len(authorizations) > 1 or has_cookie(cookie_header, self.cookie):
            message = "There are two credentials on this request. Send a session's cookie, or one key or token."
            raise Problem("two_credentials", 400, message)
        scheme, _, bearer = authorizations[0].partition(" ")
        if scheme.lower() != "bearer" or self.by_bearer is None:
            message = "Send the key or token as: Authorization: Bearer, a space, and the key."
            raise Problem("unauthenticated", 401, message)
        return await self.by_bearer(bearer.strip())


def cookie_value(header: str | None, name: str) -> str | None:
    """The one value that a Cookie header gives; two different ones are none, since nobody can say which is meant."""
    pairs = (pair.partition("=") for pair in (header or "").split(";"))
    values = {value.strip() for key, _, value in pairs if key.strip() == name}
    return values.pop() if len(values) == 1 else None


def has_cookie(header: str | None, name: str) -> bool:
    """Whether a Cookie header names this one at all."""
    return any(pair.partition("=")[0].strip() == name for pair in (header or "").split(";"))


async def principal(request: Request) -> Principal:
    """Raises `unauthenticated`, `two_credentials`, `too_many_requests`, and what `admit` raises of this door."""
    authentication: Authentication = request.app.state.authentication
    who = await authentication.whoever(cookie_header(request), request.headers.getlist("authorization"))
    note(request.scope, await authentication.count(who))
    admit(who, f"{request.method} {request.scope['route'].path}")
    return who


def cookie_header(request: Request) -> str | None:
    return "; ".join(request.headers.getlist("cookie")) or None


SignedIn = Annotated[Principal, Depends(principal)]
"""The parameter of a route that takes a session, or where `doors` says so a key."""
