"""The product's sign-in as a whole: the identity provider, our routes and the guard, on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp

from interlock_platform.database import Database
from interlock_platform.http.authentication import Authentication
from interlock_platform.http.guard import guard
from interlock_platform.http.problems import install_problems, unknown_api
from interlock_platform.identity.cookies import Cookies
from interlock_platform.identity.logout import Logouts
from interlock_platform.identity.logout_routes import logout_routes
from interlock_platform.identity.oidc import Provider
from interlock_platform.identity.providers import MAIN, Providers, Trusted
from interlock_platform.identity.routes import identity_routes
from interlock_platform.identity.rules import ByClaim, Roles, Rules
from interlock_platform.identity.service import Identity
from interlock_platform.identity.tenancy import Tenancy
from interlock_platform.identity.tenant_routes import tenant_routes
from interlock_platform.invitations.routes import invitation_routes
from interlock_platform.invitations.service import Invitations
from interlock_servers.devidp import ISSUER_KEY, DevelopmentProvider
from tests.platform.http.serving import serving

SESSION = "interlock_session"
SIGN_IN = "interlock_sign_in"


@dataclass(frozen=True)
class Site:
    base_url: str
    identity: Identity
    provider: DevelopmentProvider


FORMS = ("/dev-idp/token", "/auth/backchannel-logout/")
RULES = Rules(ByClaim("tenant"), Roles("roles"))


def identity_for(database: Database, provider: Provider, issuer_key: str) -> Identity:
    return identity_with(database, Trusted(MAIN, "the provider", issuer_key, provider, RULES))


def identity_with(database: Database, *providers: Trusted) -> Identity:
    return Identity(database, Providers(providers), idle=timedelta(hours=8), lasts=timedelta(days=7), leave=leave)


async def leave(session: AsyncSession, tenant_id: UUID, user_id: UUID) -> None:
    """As the product's, without what a person has running: there is none here."""
    await session.execute(text("delete from sessions where user_id = :id"), {"id": user_id})
    await session.execute(text("update users set disabled_at = now(), unmapped = true where id = :id"), {"id": user_id})


def application(
    identity: Identity, base_url: str, development: DevelopmentProvider | None = None, database: Database | None = None
) -> ASGIApp:
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
    if database is not None:
        tenancy = Tenancy(database, identity)
        app.include_router(logout_routes(Logouts(database, identity.providers)))
        app.include_router(tenant_routes(tenancy, authentication, cookies))
        app.include_router(invitation_routes(Invitations(database, tenancy), authentication, cookies, base_url))
    if development is not None:
        app.include_router(development.routes())
    app.include_router(unknown_api)

    @app.get("/{page:path}")
    async def ui(page: str) -> HTMLResponse:
        return HTMLResponse(f"<p>page {len(page)}</p>")

    return guard(app, base_url=base_url, authentication=authentication, any_type=FORMS)


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
