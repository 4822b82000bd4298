"""Somebody who signs in at once, wherever a scenario wants it: our own steps, with nothing kept but in memory."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mcp.client.auth.utils import union_scopes

from interlock_handlers.oauth.challenge import Challenge, read_challenge
from interlock_handlers.oauth.client import Client, OurClient, agreed, by_document, register
from interlock_handlers.oauth.discovery import Discovered, discover
from interlock_handlers.oauth.flow import Flow
from interlock_handlers.oauth.grant import Grant, Tokens
from interlock_handlers.oauth.login_failed import GrantRefused, LoginFailed
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_errors import LoginRequired
from interlock_handlers.server_spec import AgreedClient

OURS = OurClient("http://localhost:3000/callback", "https://conformance-test.local/client-metadata.json")
STATE, VERIFIER = "s" * 43, "v" * 43


class AtOnce:
    """An Authorization whose user consents to everything; `context` may say as which client."""

    def __init__(self, url: str, outbound: Outbound, context: Mapping[str, Any]) -> None:
        self._url = url
        self._outbound = outbound
        self._context = context
        self._clients: dict[str, Client] = {}
        self._grant: Grant | None = None
        self._tokens: Tokens | None = None

    async def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._tokens.access_token}"} if self._tokens else {}

    async def refused(self, status: int, challenge: str | None, sent: Mapping[str, str]) -> bool:
        said = read_challenge(challenge)
        if status == 403 and not said.wants_more:
            return False
        try:
            if not (status == 401 and await self._renewed()):
                await self._sign_in(said)
        except LoginFailed as error:
            raise LoginRequired(str(error)) from error
        return True

    async def _renewed(self) -> bool:
        if self._grant is None or self._tokens is None or self._tokens.refresh_token is None:
            return False
        try:
            self._tokens = await self._grant.refresh(self._outbound, self._tokens.refresh_token)
        except GrantRefused:
            return False
        return True

    async def _sign_in(self, said: Challenge) -> None:
        found = await discover(self._outbound, self._url, said)
        client = await self._client(found)
        granted = self._grant.scope if self._grant else None
        scope = union_scopes(granted, found.scope) if said.wants_more else found.scope
        flow = Flow.to(found, client, OURS.redirect_uri, scope)
        left = await self._outbound.fetch("GET", flow.url(self._outbound, STATE, VERIFIER), max_redirects=0)
        answer = dict(parse_qsl(urlsplit(left.headers["location"]).query))
        assert answer.pop("state") == STATE
        self._grant, self._tokens = await flow.finish(self._outbound, answer, VERIFIER)

    async def _client(self, found: Discovered) -> Client:
        """One for each issuer."""
        if "client_id" in self._context:
            client = AgreedClient(found.issuer, self._context["client_id"], self._context["client_secret"])
            return agreed(found.server, client)
        known = self._clients.get(found.issuer) or by_document(found.server, OURS)
        if known is None:
            known = await register(self._outbound, found.server, OURS, found.scope)
        self._clients[found.issuer] = known
        return known
