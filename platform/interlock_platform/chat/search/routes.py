"""Search over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from interlock_platform.chat.search.service import Search
from interlock_platform.http.authentication import SignedIn
from interlock_platform.text import STORABLE

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), STORABLE]


def search_routes(search: Search) -> APIRouter:
    router = APIRouter(prefix="/api/search", tags=["chat"])

    @router.get("")
    async def find(who: SignedIn, q: Annotated[Words, Query()], cursor: str | None = None) -> dict[str, Any]:
        return await search.find(who, q, cursor)

    return router
