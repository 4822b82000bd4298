"""From a key to a token, and the keys by which tokens can be checked."""

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from interlock_platform.http.authentication import SignedIn
from interlock_platform.identity.programs.service import Programs
from interlock_platform.rights import ScopeName

CACHED_SECONDS = 300


class TokenWish(BaseModel):
    model_config = ConfigDict(extra="forbid")
    scopes: list[ScopeName] | None = Field(None, min_length=1)


class Token(BaseModel):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the kind of token, as RFC 6750 names it
    expires_in: int
    scope: str


def program_routes(programs: Programs) -> APIRouter:
    router = APIRouter(tags=["keys"])

    @router.post("/api/token")
    async def token(who: SignedIn, wish: TokenWish | None = None) -> Token:
        given = await programs.exchange(who, wish.scopes if wish else None)
        return Token(access_token=given.token, expires_in=given.seconds, scope=" ".join(given.scopes))

    @router.get("/.well-known/jwks.json")
    async def jwks(response: Response) -> dict[str, Any]:
        response.headers["Cache-Control"] = f"public, max-age={CACHED_SECONDS}"
        return {"keys": await programs.published()}

    return router
