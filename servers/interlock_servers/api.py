"""The API process: HTTP, Socket.IO and the web UI on one port, and by default the worker beside them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import socketio
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from starlette.types import ASGIApp

from interlock_platform.audit.routes import audit_routes
from interlock_platform.chat.routes import chat_routes
from interlock_platform.chat.run_routes import run_routes
from interlock_platform.chat.search.routes import search_routes
from interlock_platform.chat.search.service import Search
from interlock_platform.chat.sockets import ChatSockets
from interlock_platform.chat.stream import ChatStream
from interlock_platform.chat.stream_routes import stream_routes
from interlock_platform.features.routes import feature_routes
from interlock_platform.features.service import Switchboard
from interlock_platform.gate.artifacts.routes import artifact_routes
from interlock_platform.gate.routes import gate_routes
from interlock_platform.gate.sockets import GateSockets
from interlock_platform.grants.routes import grant_routes
from interlock_platform.grants.sockets import GrantNews
from interlock_platform.holdings.routes import holding_routes
from interlock_platform.holdings.service import Holdings
from interlock_platform.http.authentication import Authentication
from interlock_platform.http.description import install_description
from interlock_platform.http.guard import guard, origin_of
from interlock_platform.http.problems import install_problems, unknown_api
from interlock_platform.identity.cookies import Cookies
from interlock_platform.identity.logout import Logouts
from interlock_platform.identity.logout_routes import logout_routes
from interlock_platform.identity.oidc import Provider
from interlock_platform.identity.programs.routes import program_routes
from interlock_platform.identity.programs.service import Programs
from interlock_platform.identity.provider_file import read_providers
from interlock_platform.identity.providers import MAIN, Providers, Trusted
from interlock_platform.identity.routes import identity_routes
from interlock_platform.identity.rules import ByClaim, Roles, Rules
from interlock_platform.identity.service import Identity
from interlock_platform.identity.tenancy import Tenancy
from interlock_platform.identity.tenant_routes import tenant_routes
from interlock_platform.identity_providers.routes import provider_routes
from interlock_platform.identity_providers.service import OwnProviders
from interlock_platform.invitations.routes import invitation_routes
from interlock_platform.invitations.service import Invitations
from interlock_platform.keys.routes import key_routes
from interlock_platform.limits.routes import limit_routes
from interlock_platform.logins.clients import our_client
from interlock_platform.logins.routes import login_routes
from interlock_platform.members.routes import member_routes
from interlock_platform.members.sockets import MemberNews
from interlock_platform.realtime.delivery import Delivery
from interlock_platform.realtime.limit_news import LimitNews
from interlock_platform.realtime.sockets import SOCKET_PATH, Sockets, make_server
from interlock_platform.settings import Settings
from interlock_platform.tools.sockets import ToolNews
from interlock_servers.banner import show_banner
from interlock_servers.devidp import ISSUER_KEY, DevelopmentProvider
from interlock_servers.health import health_routes
from interlock_servers.initialize import initialize_routes
from interlock_servers.metrics import Metrics
from interlock_servers.policy_routes import all_policy_routes
from interlock_servers.resources import Resources, in_background, open_resources
from interlock_servers.server_routes import all_server_routes
from interlock_servers.start_progress import StartProgress
from interlock_servers.stopping import until_stopped
from interlock_servers.webui import build_id, install_web_ui

DEMO_NOTICE = (
    "This is the demo model: it follows simple rules and understands little. It needs no key. "
    "Set INTERLOCK_MODEL for a real one."
)


def serve(settings: Settings) -> None:
    """`interlock serve`: until SIGINT or SIGTERM."""
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    console = Console(stderr=True)
    progress = StartProgress(console)
    async with running(settings, progress) as serving:
        show_banner(console, settings, progress.seconds)
        stopping = asyncio.create_task(until_stopped())
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()


@asynccontextmanager
async def running(settings: Settings, progress: StartProgress) -> AsyncIterator[asyncio.Task[None]]:
    """Everything that `interlock serve` runs, listening inside the block; yields the task that serves."""
    async with AsyncExitStack() as stack:
        resources = await stack.enter_async_context(open_resources(settings, progress))
        app = await stack.enter_async_context(application(resources))
        server = Server(_config(app, settings))
        serving = asyncio.create_task(server.serve())
        await server.is_ready.wait()
        if settings.worker == "inside":
            working = await asyncio.to_thread(_load_working)
            await stack.enter_async_context(working(resources, progress))
        try:
            yield serving
        finally:
            server.should_exit = True
            await serving


def _load_working() -> Callable[[Resources, StartProgress], AbstractAsyncContextManager[None]]:
    # Models and graphs take longer to import than all the rest: by then the doors are open.
    from interlock_servers.working import working

    return working


@asynccontextmanager
async def application(resources: Resources) -> AsyncIterator[ASGIApp]:
    """The whole application behind its guard; it delivers to browsers while the block runs."""
    settings = resources.settings
    app = FastAPI(title="Interlock", version="1", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    install_problems(app)
    install_description(app)
    own = OwnProviders(
        resources.database, resources.vault, resources.outbound, settings.base_url, allowed=settings.tenant_providers
    )
    identity = _identity(settings, resources, app, own)
    cookies = Cookies(settings.base_url, identity.lasts)
    programs = Programs(resources.database, resources.tokens, identity.providers)
    authentication = Authentication(
        cookies.session, identity.authenticate, resources.admission.request, programs.authenticate
    )
    tenancy = Tenancy(resources.database, identity)
    app.state.authentication = authentication
    server = make_server(origin_of(settings.base_url))
    sockets = Sockets(server, authentication, resources.admission)
    delivery = Delivery(resources.database, server, resources.bell, sockets.presence)
    metrics = Metrics(sockets.count)
    stream = ChatStream(resources.chat, resources.inbox, resources.decisions, resources.bell)
    model = model_shape(settings)
    ChatSockets(sockets, delivery, resources.chat)
    GateSockets(sockets, delivery, resources.inbox, resources.decisions, resources.expiry)
    ToolNews(delivery, resources.tools)
    GrantNews(delivery, resources.grants)
    MemberNews(delivery)
    LimitNews(delivery)
    for router in (
        identity_routes(
            identity,
            cookies=cookies,
            authentication=authentication,
            model=model,
            build_id=build_id(),
        ),
        initialize_routes(identity, resources.tools, model),
        chat_routes(resources.chat, resources.threads),
        search_routes(Search(resources.database)),
        stream_routes(stream),
        gate_routes(resources.inbox, resources.decisions, resources.expiry),
        artifact_routes(resources.database),
        login_routes(resources.logins, authentication, our_client(settings.base_url).document()),
        *all_server_routes(resources),
        grant_routes(resources.grants),
        *all_policy_routes(resources),
        provider_routes(own, settings.base_url),
        logout_routes(Logouts(resources.database, identity.providers)),
        tenant_routes(tenancy, authentication, cookies),
        member_routes(resources.members),
        invitation_routes(Invitations(resources.database, tenancy), authentication, cookies, settings.base_url),
        feature_routes(Switchboard(resources.database)),
        limit_routes(resources.reports, resources.limit_setting),
        holding_routes(_holdings(resources), resources.retaining),
        key_routes(resources.keys),
        program_routes(programs),
        run_routes(resources.chat, resources.bell),
        audit_routes(resources.trail),
        health_routes(resources.database),
        metrics.routes(),
        unknown_api,
    ):
        app.include_router(router)
    install_web_ui(app)
    whole = socketio.ASGIApp(server, app, socketio_path=SOCKET_PATH)
    async with AsyncExitStack() as stack:
        await in_background(stack, delivery.run())
        await in_background(stack, sockets.cut_ended(resources.bell))
        await in_background(stack, sockets.check_sessions())
        yield guard(
            whole,
            base_url=settings.base_url,
            authentication=authentication,
            any_type=("/dev-idp/token", "/auth/backchannel-logout/"),
            handshakes_per_minute=resources.operator_limits.handshakes_per_minute,
        )


def _holdings(resources: Resources) -> Holdings:
    waiting = timedelta(days=resources.settings.deletion_days)
    return Holdings(resources.database, resources.queue, resources.members, waiting)


def _identity(settings: Settings, resources: Resources, app: FastAPI, own: OwnProviders) -> Identity:
    providers = read_providers(settings.identity_providers, settings.base_url)
    if settings.oidc_issuer is not None or settings.development_login:
        providers.insert(0, _main_provider(settings, app))
    return Identity(
        resources.database,
        Providers(providers, own.find if own.allowed else None),
        idle=timedelta(minutes=settings.session_idle_minutes),
        lasts=timedelta(hours=settings.session_hours),
        leave=resources.members.unmap,
    )


def _main_provider(settings: Settings, app: FastAPI) -> Trusted:
    redirect_uri = f"{settings.base_url}/auth/callback"
    rules = Rules(ByClaim(settings.oidc_tenant_claim), Roles(settings.oidc_roles_claim))
    if settings.oidc_issuer is None:
        development = DevelopmentProvider(settings.base_url, host=settings.host)
        app.include_router(development.routes())
        client = Provider(
            issuer=development.issuer,
            client_id=development.client_id,
            client_secret=development.client_secret,
            redirect_uri=redirect_uri,
        )
        return Trusted(MAIN, "the development provider", ISSUER_KEY, client, rules)
    client = Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id or "",
        client_secret=settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None,
        redirect_uri=redirect_uri,
    )
    return Trusted(MAIN, urlsplit(settings.oidc_issuer).netloc, settings.oidc_issuer, client, rules)


def model_shape(settings: Settings) -> dict[str, Any]:
    demo = settings.model == "demo"
    return {"name": settings.model, "demo": demo, "notice": DEMO_NOTICE if demo else None}


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        # Engine.IO has its own heartbeat.
        ws_ping_interval=None,
        timeout_graceful_shutdown=3,
    )


class Server(uvicorn.Server):
    """A server that says when it listens, and leaves signals to us: resources are closed after it, not instead."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.is_ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
