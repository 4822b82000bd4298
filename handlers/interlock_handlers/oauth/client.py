"""As which client we ask: by the document that we publish about ourselves, or as the server registers us."""

import json
from dataclasses import dataclass, field
from typing import Any

from mcp.client.auth.utils import is_valid_client_metadata_url, issuers_match, should_use_client_metadata_url
from mcp.shared.auth import DEFAULT_GRANT_TYPES, OAuthClientInformationFull, OAuthMetadata
from pydantic import ValidationError

from interlock_handlers.oauth.login_failed import LoginFailed
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import FetchFailed
from interlock_handlers.server_spec import AgreedClient

NONE, BASIC, POST = "none", "client_secret_basic", "client_secret_post"


@dataclass(frozen=True)
class OurClient:
    """What we say about ourselves. `metadata_url` is where we publish it; servers take only https for that."""

    redirect_uri: str
    metadata_url: str | None = None
    name: str = "Interlock"
    uri: str | None = None

    def document(self) -> dict[str, Any]:
        """The client id metadata document."""
        return {"client_id": self.metadata_url, **self._said(NONE)}

    def registration(self, method: str | None, scope: str | None) -> dict[str, Any]:
        """What dynamic registration is asked for (RFC 7591)."""
        return {**self._said(method), **({"scope": scope} if scope else {})}

    def _said(self, method: str | None) -> dict[str, Any]:
        return {
            "client_name": self.name,
            **({"client_uri": self.uri} if self.uri else {}),
            "redirect_uris": [self.redirect_uri],
            "grant_types": list(DEFAULT_GRANT_TYPES),
            "response_types": ["code"],
            "application_type": "web" if self.redirect_uri.startswith("https://") else "native",
            **({"token_endpoint_auth_method": method} if method else {}),
        }


@dataclass(frozen=True)
class Client:
    """As one authorization server knows us; `expires_at` is Unix time, None for never."""

    client_id: str
    auth_method: str = NONE
    secret: str | None = field(default=None, repr=False)
    expires_at: int | None = None


def by_document(server: OAuthMetadata, ours: OurClient) -> Client | None:
    """Ourselves by our published document, where the server reads such documents."""
    url = ours.metadata_url
    if url is None or not is_valid_client_metadata_url(url) or not should_use_client_metadata_url(server, url):
        return None
    return Client(url)


def agreed(server: OAuthMetadata, client: AgreedClient) -> Client:
    """As whom its operator and ours agreed that we ask, in the way that the server takes.

    Raises LoginFailed at any other server: it would learn the secret.
    """
    if not issuers_match(str(server.issuer), client.issuer):
        raise _failed(f"People sign in at {server.issuer}, and our client is for {client.issuer}. Tell the operator.")
    if not client.secret:
        return Client(client.client_id)
    return Client(client.client_id, POST if _method(server) == POST else BASIC, client.secret)


async def register(outbound: Outbound, server: OAuthMetadata, ours: OurClient, scope: str | None) -> Client:
    """Become a client there. Raises LoginFailed, AddressRefused."""
    endpoint = str(server.registration_endpoint or "")
    if not endpoint:
        raise _failed(f"{server.issuer} neither reads our description nor registers clients: ask its operator.")
    asked = ours.registration(_method(server), scope)
    try:
        fetched = await outbound.fetch(
            "POST",
            endpoint,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            content=json.dumps(asked).encode(),
        )
    except FetchFailed as error:
        raise _failed(str(error)) from error
    if fetched.status not in (200, 201):
        raise _failed(f"{server.issuer} did not register us as a client (HTTP {fetched.status}).")
    try:
        given = OAuthClientInformationFull.model_validate_json(fetched.body)
    except ValidationError as error:
        raise _failed(f"{server.issuer} registered us in a way that can't be read.") from error
    method = given.token_endpoint_auth_method or (BASIC if given.client_secret else NONE)
    if method not in (NONE, BASIC, POST) or (method != NONE and given.client_secret is None):
        raise _failed(f"{server.issuer} wants us to prove who we are in a way that we can't ({method}).")
    secret = given.client_secret if method != NONE else None
    return Client(given.client_id, method, secret, given.client_secret_expires_at or None)


def _method(server: OAuthMetadata) -> str | None:
    """How we would prove who we are: by a secret where that can be had; None leaves it to the server."""
    offered = server.token_endpoint_auth_methods_supported
    return next((method for method in (BASIC, POST, NONE) if method in offered), None) if offered else None


def _failed(sentence: str) -> LoginFailed:
    return LoginFailed(sentence, code="login_registration")
