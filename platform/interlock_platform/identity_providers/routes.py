"""An organisation's own identity providers over HTTP."""

from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from interlock_platform.http.authentication import SignedIn
from interlock_platform.identity.providers import callback_path
from interlock_platform.identity_providers.service import Entered, OwnProviders
from interlock_platform.settings import is_loopback
from interlock_platform.tables.identity import IdentityProvider

Given = Literal["admin", "approver", "member", "viewer"]
"""No provider makes an owner: an admin enters it."""


class ProviderBody(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    name: str = Field(min_length=1, max_length=100)
    issuer: str = Field(max_length=500)
    client_id: str = Field(min_length=1, max_length=300)
    client_secret: SecretStr | None = Field(None, max_length=1000)
    scope: str = Field("openid profile email", pattern=r"^openid( [!#-\[\]-~]+)*$", max_length=300)
    roles_claim: str = Field("roles", min_length=1, max_length=200)
    known: dict[str, Given] = Field(default_factory=dict, max_length=50)
    otherwise: Given | None = "member"
    creates: bool = True

    @field_validator("issuer")
    @classmethod
    def _is_https(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise ValueError("Must be an https address.")
        if parts.query or parts.fragment or "{" in value:
            raise ValueError("Must be the issuer as its tokens have it.")
        return value


def provider_routes(providers: OwnProviders, base_url: str) -> APIRouter:
    router = APIRouter(prefix="/api/identity-providers", tags=["members"])

    @router.get("")
    async def everyone(who: SignedIn) -> dict[str, Any]:
        found = await providers.list_providers(who)
        return {"allowed": providers.allowed, "providers": [_wire(each, base_url) for each in found]}

    @router.post("", status_code=201)
    async def enter(who: SignedIn, body: ProviderBody) -> dict[str, Any]:
        secret = body.client_secret.get_secret_value() if body.client_secret else None
        said = body.model_dump(exclude={"client_secret"})
        return _wire(await providers.enter(who, Entered(client_secret=secret or None, **said)), base_url)

    @router.delete("/{provider_id}", status_code=204)
    async def remove(who: SignedIn, provider_id: UUID) -> Response:
        await providers.remove(who, provider_id)
        return Response(status_code=204)

    return router


def _wire(row: IdentityProvider, base_url: str) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "issuer": row.issuer,
        "client_id": row.client_id,
        "scope": row.scope,
        "roles_claim": row.roles_claim,
        "known": row.roles_known,
        "otherwise": row.otherwise,
        "creates": row.creates,
        "sign_in": f"{base_url}/auth/login?provider={row.id}",
        "redirect_uri": f"{base_url}{callback_path(str(row.id))}",
        "backchannel_logout_uri": f"{base_url}/auth/backchannel-logout/{row.id}",
    }
