"""The product's sign-in as a whole: the identity provider, our routes and the guard, on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import httpx2
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp

from interlock_platform.database import Database
from interlock_platform.http.authentication import Authentication
from interlock_platform.http.guard import guard
from interlock_platform.http.problems import install_problems, unknown_api
from interlock_platform.identity.cookies import Cookies
from interlock_platform.identity.oidc import Provider
from interlock_platform.identity.routes import identity_routes
from interlock_platform.identity.service import Identity
from interlock_servers.devidp import ISSUER_KEY, DevelopmentProvider
from tests.platform.http.serving import serving

SESSION = "interlock_session"
SIGN_IN = "interlock_sign_in"


@dataclass(frozen=True)
class Site:
    base_url: str
    identity: Identity
    provider: DevelopmentProvider


def identity_for(database: Database, provider: Provider, issuer_key: str) -> Identity:
    return Identity(
        database,
        provider,
        issuer_key=issuer_key,
        tenant_claim="tenant",
        roles_claim="roles",
        idle=timedelta(hours=8),
        lasts=timedelta(days=7),
    )


def application(identity: Identity, base_url: str, development: DevelopmentProvider | None = None) -> ASGIApp:
    cookies = Cookies(base_url, identity.lasts)
    authentication = Authentication(cookies.session, identity.authenticate)
    app = FastAPI()
    app.state.authentication = authentication
    install_problems(app)
    app.include_router(
        identity_routes(
            identity,
            cookies=cookies,
            authentication=authentication,
            model={"name": "demo", "demo": True, "notice": "Rules, not a model."},
            build_id="test",
        )
    )
    if development is not None:
        app.include_router(development.routes())
    app.include_router(unknown_api)

    @app.get("/{page:path}")
    async def ui(page: str) -> HTMLResponse:
        return HTMLResponse(f"<p>page {len(page)}</p>")

    return guard(app, base_url=base_url, authentication=authentication, any_type=("/dev-idp/token",))


@asynccontextmanager
async def development_site(database: Database) -> AsyncIterator[Site]:
    made: list[Site] = []

    def make(base_url: str) -> ASGIApp:
        development = DevelopmentProvider(base_url)
        provider = Provider(
            issuer=development.issuer,
            client_id=development.client_id,
            client_secret=development.client_secret,
            redirect_uri=development.redirect_uri,
        )
        identity = identity_for(database, provider, ISSUER_KEY)
        made.append(Site(base_url, identity, development))
        return application(identity, base_url, development)

    async with serving(make):
        yield made[0]


def browser(base_url: str) -> httpx2.AsyncClient:
    """Something that loads pages, keeps cookies, and follows nothing by itself."""
    return httpx2.AsyncClient(base_url=base_url, headers={"Accept": "text/html"}, trust_env=False)


async def to_callback(client: httpx2.AsyncClient, who: str, next_page: str = "/") -> str:
    """Signs in as far as the provider's redirect; gives the callback's address, not yet opened."""
    login = await client.get("/auth/login", params={"next": next_page, "login_hint": who})
    assert login.status_code == 303, login.text
    answer = await client.get(login.headers["location"])
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def sign_in(client: httpx2.AsyncClient, who: str, next_page: str = "/") -> httpx2.Response:
    return await client.get(await to_callback(client, who, next_page))


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def key_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
