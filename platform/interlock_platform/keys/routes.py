"""Keys over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from interlock_platform.http.authentication import SignedIn
from interlock_platform.keys.service import Keys, Wish
from interlock_platform.keys.store import Allowed
from interlock_platform.rights import ScopeName
from interlock_platform.text import STORABLE

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), STORABLE]
Days = Annotated[int, Field(strict=True, ge=1, le=366)]


class NewKey(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name
    scopes: list[ScopeName] = Field(min_length=1)
    days: Days
    kind: Literal["personal", "tenant"] = "personal"


class KeyPolicyBody(BaseModel):
    """How long new keys may be good, and whether people may make keys of their own."""

    model_config = ConfigDict(extra="forbid")
    most_days: Days
    personal: Annotated[bool, Field(strict=True)]


def key_routes(keys: Keys) -> APIRouter:
    router = APIRouter(prefix="/api/keys", tags=["keys"])

    @router.get("")
    async def list_keys(who: SignedIn) -> dict[str, Any]:
        return await keys.list_keys(who)

    @router.post("", status_code=201)
    async def make(who: SignedIn, new: NewKey) -> dict[str, Any]:
        return await keys.make(who, Wish(new.name, frozenset(new.scopes), new.days, new.kind == "tenant"))

    @router.delete("/{key_id}", status_code=204)
    async def revoke(who: SignedIn, key_id: UUID) -> Response:
        await keys.revoke(who, key_id)
        return Response(status_code=204)

    @router.put("/policy", status_code=204)
    async def allow(who: SignedIn, wanted: KeyPolicyBody) -> Response:
        await keys.allow(who, Allowed(wanted.most_days, wanted.personal))
        return Response(status_code=204)

    return router
