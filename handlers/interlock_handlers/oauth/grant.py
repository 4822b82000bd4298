"""What is needed to use what an authorization server gave, and to ask it for more of it."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from mcp.shared.auth import OAuthToken
from pydantic import ValidationError

from interlock_handlers.oauth.client import BASIC, POST, Client
from interlock_handlers.oauth.login_failed import GrantRefused, LoginFailed
from interlock_handlers.outbound.outbound import Fetched, Outbound
from interlock_handlers.outbound.refusal import FetchFailed


@dataclass(frozen=True)
class Tokens:
    """`expires_in` is in seconds; `subject` tells accounts apart, where the answer lets one, and proves nothing."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_in: int | None = None
    scope: str | None = None
    subject: str | None = None


@dataclass(frozen=True)
class Grant:
    """Where tokens come from and whom and what they are for."""

    issuer: str
    token_endpoint: str
    revocation_endpoint: str | None
    resource: str | None
    scope: str | None
    client: Client

    async def ask(self, outbound: Outbound, **form: str) -> Tokens:
        """Tokens, from the token endpoint. Raises GrantRefused for a no, LoginFailed for an answer that can't be used,
        FetchFailed and AddressRefused where there is none."""
        if self.resource is not None:
            form["resource"] = self.resource
        fetched = await self._post(outbound, self.token_endpoint, form)
        if fetched.status not in (200, 201):
            raise self._refusal(fetched)
        try:
            given = OAuthToken.model_validate_json(fetched.body)
        except ValidationError as error:
            raise LoginFailed(f"{self.issuer} gave no token that can be used.", code="login_answer") from error
        return Tokens(
            access_token=given.access_token,
            refresh_token=given.refresh_token,
            expires_in=given.expires_in,
            scope=given.scope,
            subject=_subject(self.issuer, json.loads(fetched.body)),
        )

    async def refresh(self, outbound: Outbound, refresh_token: str) -> Tokens:
        """As `ask`; where the server gives no new refresh token, the one that was used stays good."""
        tokens = await self.ask(outbound, grant_type="refresh_token", refresh_token=refresh_token)
        kept = tokens.refresh_token or refresh_token
        return Tokens(tokens.access_token, kept, tokens.expires_in, tokens.scope or self.scope, tokens.subject)

    async def revoke(self, outbound: Outbound, token: str, hint: str) -> bool:
        """Whether the authorization server took the token back (RFC 7009); it need not be able to."""
        if self.revocation_endpoint is None:
            return False
        form = {"token": token, "token_type_hint": hint}
        return (await self._post(outbound, self.revocation_endpoint, form)).status == 200

    async def _post(self, outbound: Outbound, url: str, form: dict[str, str]) -> Fetched:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        client = self.client
        if client.auth_method == BASIC and client.secret is not None:
            pair = f"{quote(client.client_id, safe='')}:{quote(client.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form = {**form, "client_id": client.client_id}
            if client.auth_method == POST and client.secret is not None:
                form["client_secret"] = client.secret
        return await outbound.fetch("POST", url, headers=headers, content=urlencode(form).encode())

    def _refusal(self, fetched: Fetched) -> Exception:
        if fetched.status >= 500 or fetched.status == 429:
            message = f"{self.issuer} answers with an error (HTTP {fetched.status}). Try again later."
            return FetchFailed(message, code="fetch_unreachable")
        try:
            said: Any = json.loads(fetched.body)
        except ValueError:
            said = None
        error = str(said.get("error", ""))[:60] if isinstance(said, dict) else ""
        message = f"{self.issuer} does not honour the sign-in (HTTP {fetched.status} {error})."
        return GrantRefused(message, unknown_client=error == "invalid_client")


def _subject(issuer: str, answer: dict[str, Any]) -> str | None:
    """A fingerprint of the account, from an ID token or an access token that can be read; only ever compared."""
    for name in ("id_token", "access_token"):
        claims = _claims(answer.get(name))
        if isinstance(claims.get("sub"), str):
            return hashlib.sha256(json.dumps([issuer, claims["sub"]]).encode()).hexdigest()
    return None


def _claims(token: object) -> dict[str, Any]:
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}
