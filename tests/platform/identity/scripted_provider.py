"""A provider that says what a test tells it to, right or wrong, over real HTTP."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import httpx2
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.types import ASGIApp

from interlock_platform.database import Database
from interlock_platform.identity.oidc import Provider
from interlock_platform.identity.providers import MAIN, Trusted
from interlock_platform.identity.rules import Rules
from tests.platform.http.serving import serving
from tests.platform.identity.site import RULES, application, identity_with, query_of

BASE_URL = "https://interlock.example"
CLIENT_SECRET = "the-client-secret-of-the-tests"


class ScriptedProvider:
    """`sign` makes the ID token out of claims that would be right; `signed` are those that it has given."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key: RSAKey | ECKey = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
        self.sign: Callable[[dict[str, Any]], str] = self.properly
        self.person: dict[str, Any] = {"sub": "1", "name": "Ann", "email": "ann@x.example", "tenant": "x", "roles": []}
        self.userinfo: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.access_token = "a"
        self.signed: list[str] = []

    def properly(self, claims: dict[str, Any]) -> str:
        algorithm = "ES256" if isinstance(self.key, ECKey) else "RS256"
        return jwt.encode({"alg": algorithm, "kid": self.key.kid}, claims, self.key)

    def unchecked(self, claims: dict[str, Any], **header: Any) -> str:
        """Signed with our key under a header that a library would not make."""
        signed = f"{part({'alg': 'RS256', 'kid': self.key.kid, **header})}.{part(claims)}"
        assert isinstance(self.key, RSAKey)
        private_key = self.key.private_key
        assert private_key is not None
        signature = private_key.sign(signed.encode(), PKCS1v15(), SHA256())
        return f"{signed}.{unpadded(signature)}"

    def app(self) -> ASGIApp:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def discovery() -> dict[str, Any]:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
                **self.metadata,
            }

        @app.get("/jwks")
        async def jwks() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/userinfo")
        async def userinfo() -> dict[str, Any]:
            return self.userinfo

        @app.post("/token")
        async def token(request: Request) -> dict[str, Any]:
            nonce = dict(parse_qsl((await request.body()).decode()))["code"]
            now = int(time.time())
            right = {
                "iss": self.issuer,
                "aud": "interlock",
                "iat": now,
                "exp": now + 300,
                "nonce": nonce,
                **self.people[nonce],
            }
            self.signed.append(self.sign(right))
            return {"access_token": self.access_token, "token_type": "Bearer", "id_token": self.signed[-1]}

        return app


class Visit:
    """A browser at our application, which trusts the scripted provider."""

    def __init__(self, provider: ScriptedProvider, database: Database, rules: Rules = RULES) -> None:
        self.provider = provider
        oidc = Provider(
            issuer=provider.issuer,
            client_id="interlock",
            client_secret=CLIENT_SECRET,
            redirect_uri=f"{BASE_URL}/auth/callback",
        )
        trusted = Trusted(MAIN, "the provider", provider.issuer, oidc, rules)
        self._app = application(identity_with(database, trusted), BASE_URL, database=database)

    def browser(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url=BASE_URL, transport=httpx2.ASGITransport(self._app), headers={"Accept": "text/html"}
        )

    async def sign_in(
        self, client: httpx2.AsyncClient, next_page: str = "/", *, fresh: bool = False, **person: Any
    ) -> httpx2.Response:
        """The code that the provider gives out is the nonce that it was asked with."""
        login = await client.get("/auth/login", params={"next": next_page, "fresh": fresh})
        asked = query_of(login.headers["location"])
        assert asked.get("max_age") == ("0" if fresh else None)
        self.provider.people[asked["nonce"]] = self.provider.person | person
        return await client.get("/auth/callback", params={"code": asked["nonce"], "state": asked["state"]})


@asynccontextmanager
async def visit(database: Database, rules: Rules = RULES) -> AsyncIterator[Visit]:
    providers: list[ScriptedProvider] = []

    def make(base_url: str) -> ASGIApp:
        providers.append(ScriptedProvider(base_url))
        return providers[0].app()

    async with serving(make):
        yield Visit(providers[0], database, rules)


def part(value: dict[str, Any]) -> str:
    return unpadded(json.dumps(value).encode())


def unpadded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
