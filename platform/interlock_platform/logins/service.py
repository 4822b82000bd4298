"""Signing in to servers: out to the authorization server, back in the same browser, and out again."""

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from mcp.client.auth.utils import union_scopes

from interlock_handlers.oauth.challenge import Challenge
from interlock_handlers.oauth.discovery import discover
from interlock_handlers.oauth.flow import Flow, read_flow
from interlock_handlers.oauth.grant import Grant
from interlock_handlers.oauth.login_failed import GrantRefused, LoginFailed
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import AddressRefused
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.credentials import store as logins
from interlock_platform.credentials.keeper import Keeper, Place
from interlock_platform.credentials.revocation import Forgotten, revoke
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem
from interlock_platform.gate.sign_ins import SignIns
from interlock_platform.logins import store
from interlock_platform.logins.clients import Clients
from interlock_platform.logins.probe import challenge_of
from interlock_platform.principal import Principal
from interlock_platform.tools.service import Tools, UserKey
from interlock_platform.vault.owner import Owner

FLOW_LASTS = timedelta(minutes=10)
PURPOSE = b"interlock login flow 1"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Left:
    """Where the person goes now; `host` is what they are told before."""

    url: str
    host: str


@dataclass(frozen=True)
class Returned:
    """Somebody who came back signed in, and the page that they were on."""

    server_id: str
    server_name: str
    page: str
    popup: bool


class Logins:
    """One user's sign-ins to servers; whom they are, the caller read from the live session."""

    def __init__(
        self,
        database: Database,
        keeper: Keeper,
        clients: Clients,
        tools: Tools,
        sign_ins: SignIns,
        outbound: Outbound,
        secret_key: str,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._clients = clients
        self._tools = tools
        self._sign_ins = sign_ins
        self._outbound = outbound
        self._flow_key = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret_key.encode())

    async def begin(self, who: Principal, server_id: str, page: str, *, popup: bool) -> Left:
        """Raises `not_found`, `no_login`, `address_refused` and the codes of LoginFailed."""
        place = await self._place(who, server_id)
        outbound = self._outbound.of(place.spec)
        try:
            flow = await self._flow(who, place, outbound)
            state = secrets.token_urlsafe(32)
            url = flow.url(outbound, state, self._verifier(state))
        except (LoginFailed, AddressRefused) as error:
            raise _problem(error) from error
        data = {"flow": flow.wire(), "url": place.spec.url, "page": page, "popup": popup}
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await store.add_flow(session, _hash(state), who, server_id, data, FLOW_LASTS)
        return Left(url, urlsplit(url).netloc)

    async def finish(self, who: Principal, answer: Mapping[str, str]) -> Returned:
        """`answer` is the callback's query. Raises `login_refused` and the codes of LoginFailed."""
        state = answer.get("state", "")
        # Taken, and that committed, before anything else is tried: an answer is good for one attempt.
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            begun = await store.take_flow(session, _hash(state), who)
        if begun is None or not begun.theirs:
            message = (
                "This sign-in was begun by somebody else, in another browser or too long ago, or was used already."
            )
            raise Problem("login_refused", 400, message)
        place = await self._place(who, begun.server_id)
        if place.spec.url != begun.data["url"]:
            raise Problem("login_refused", 400, f"{place.spec.name} has moved since. Sign in again.")
        grant = await self._finish(who, place, begun.data["flow"], answer, self._verifier(state))
        logger.info("Somebody signed in to %s at %s", place.spec.id, grant.issuer)
        await self._go_on(who, place)
        return Returned(place.spec.id, place.spec.name, begun.data["page"], begun.data["popup"])

    async def end(self, who: Principal, server_id: str) -> None:
        """Signed out: the tokens go, here first and then at their authorization server. Raises `not_found`."""
        place = await self._place(who, server_id)
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            forgotten = await self._keeper.forget(session, place)
        if forgotten is not None:
            await revoke(self._outbound, [Forgotten(place.spec, *forgotten)])
            # The session that the account opened ends with it.
            await self._tools.let_go(UserKey(who.tenant_id, who.user_id), server_id)

    async def _flow(self, who: Principal, place: Place, outbound: Outbound) -> Flow:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            login = await logins.read(session, place.owner)
        told = login is not None and login.challenge is not None and login.url == place.spec.url
        challenge = Challenge(**login.challenge) if login and login.challenge and told else None
        found = await discover(outbound, place.spec.url, challenge or await challenge_of(outbound, place.spec))
        client = await self._clients.at(who, outbound, found, place.spec)
        scope = found.scope
        if challenge is not None and challenge.wants_more and login is not None and login.grant is not None:
            # What was granted for one tool is not lost for another.
            scope = union_scopes(login.grant["scope"], scope)
        return Flow.to(found, client, self._clients.ours.redirect_uri, scope)

    async def _finish(
        self, who: Principal, place: Place, wire: dict[str, Any], answer: Mapping[str, str], verifier: str
    ) -> Grant:
        flow = read_flow(wire, None)
        flow = read_flow(wire, await self._clients.secret(who, str(flow.server.issuer), flow.client, place.spec))
        try:
            grant, tokens = await flow.finish(self._outbound.of(place.spec), answer, verifier)
        except (LoginFailed, AddressRefused) as error:
            if isinstance(error, GrantRefused) and error.unknown_client:
                await self._clients.forget(who, str(flow.server.issuer))
            raise _problem(error) from error
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await self._keeper.accept(session, place, grant, tokens)
        return grant

    async def _go_on(self, who: Principal, place: Place) -> None:
        """Connects with what the sign-in brought, and lets the calls go on that wait for it."""
        try:
            await self._tools.connect(UserKey(who.tenant_id, who.user_id), place.spec.id)
        except Problem as problem:
            # The card and the server's state say so; the sign-in itself is done.
            logger.info("After a sign-in, %s could not be connected: %s", place.spec.id, problem.message)
        await self._sign_ins.answer(who, place.spec.id)

    async def _place(self, who: Principal, server_id: str) -> Place:
        spec: ServerSpec = await self._tools.spec_of(UserKey(who.tenant_id, who.user_id), server_id)
        if spec.auth != "oauth":
            raise Problem("no_login", 409, f"{spec.name} does not let people sign in.")
        return Place(Owner(who.tenant_id, who.user_id, server_id), spec)

    def _verifier(self, state: str) -> str:
        """Made from the state, which only the browser has: nobody who reads the tables could finish the sign-in."""
        digest = hmac.new(self._flow_key, state.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()


def _problem(error: LoginFailed | AddressRefused) -> Problem:
    refused = isinstance(error, AddressRefused) or error.code == "login_refused"
    return Problem(error.code, 400 if refused else 502, str(error))
