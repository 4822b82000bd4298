"""Where one signs in for a server: its own description (RFC 9728), then its authorization server's (RFC 8414, OIDC)."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from mcp.client.auth.utils import (
    build_oauth_authorization_server_metadata_discovery_urls,
    build_protected_resource_metadata_discovery_urls,
    get_client_metadata_scopes,
    issuers_match,
)
from mcp.shared.auth import DEFAULT_GRANT_TYPES, OAuthMetadata, ProtectedResourceMetadata
from mcp.shared.auth_utils import check_resource_allowed, resource_url_from_server_url
from mcp_types import LATEST_PROTOCOL_VERSION
from pydantic import ValidationError

from interlock_handlers.oauth.challenge import Challenge
from interlock_handlers.oauth.login_failed import LoginFailed
from interlock_handlers.outbound.outbound import Fetched, Outbound
from interlock_handlers.outbound.refusal import FetchFailed

HEADERS = {"Accept": "application/json", "MCP-Protocol-Version": LATEST_PROTOCOL_VERSION}


@dataclass(frozen=True)
class Discovered:
    """Who signs people in, for what (`resource`, RFC 8707; none where a server of the oldest protocol names none), and
    with which rights."""

    server: OAuthMetadata
    resource: str | None
    scope: str | None

    @property
    def issuer(self) -> str:
        return str(self.server.issuer)


async def discover(outbound: Outbound, server_url: str, challenge: Challenge) -> Discovered:
    """Raises LoginFailed, and AddressRefused for addresses that are nobody's business."""
    described = await _resource(outbound, server_url, challenge)
    if described is None:
        return await _of_oldest_protocol(outbound, server_url, challenge)
    issuer = str(described.authorization_servers[0])
    server = await _authorization_server(outbound, issuer, issuer, server_url)
    if server is None:
        raise _failed(f"{issuer} does not say how one signs in there.")
    if "S256" not in (server.code_challenge_methods_supported or ()):
        raise _failed(f"{issuer} does not protect sign-ins by PKCE, so none is begun.")
    return Discovered(server, str(described.resource), _scope(challenge, described, server))


async def _resource(outbound: Outbound, server_url: str, challenge: Challenge) -> ProtectedResourceMetadata | None:
    """The server's description of itself, which has to be about this server and about no other."""
    for url in build_protected_resource_metadata_discovery_urls(challenge.resource_metadata, server_url):
        fetched = await _get(outbound, url)
        if fetched.status >= 500 or fetched.status == 429:
            # It says nothing about whether there is a description.
            raise _failed(f"{url} answers with an error (HTTP {fetched.status}). Try again later.")
        described = _described(url, fetched)
        if described is not None:
            if not check_resource_allowed(resource_url_from_server_url(server_url), str(described.resource)):
                raise _failed(f"The server describes itself as {described.resource}, which is another one.")
            return described
    return None


async def _of_oldest_protocol(outbound: Outbound, server_url: str, challenge: Challenge) -> Discovered:
    """Before servers described themselves, the authorization server was at the server's own origin."""
    parts = urlsplit(server_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    server = await _authorization_server(outbound, None, origin, server_url)
    server = server or OAuthMetadata.model_validate(
        {
            "issuer": origin,
            "authorization_endpoint": f"{origin}/authorize",
            "token_endpoint": f"{origin}/token",
            "registration_endpoint": f"{origin}/register",
        }
    )
    return Discovered(server, None, _scope(challenge, None, server))


async def _authorization_server(
    outbound: Outbound, named: str | None, expected: str, server_url: str
) -> OAuthMetadata | None:
    for url in build_oauth_authorization_server_metadata_discovery_urls(named, server_url):
        fetched = await _get(outbound, url)
        if fetched.status >= 500 or fetched.status == 429:
            raise _failed(f"{url} answers with an error (HTTP {fetched.status}). Try again later.")
        if fetched.status != 200:
            continue
        try:
            server = OAuthMetadata.model_validate_json(fetched.body)
        except ValidationError as error:
            raise _unusable(url, error) from error
        # With and without the slash at its end an origin is the same, and many write the one for the other.
        if not issuers_match(str(server.issuer), expected):
            raise _failed(f"{url} speaks for {server.issuer}, and not for {expected}.")
        return server
    return None


def _scope(challenge: Challenge, described: ProtectedResourceMetadata | None, server: OAuthMetadata) -> str | None:
    return get_client_metadata_scopes(challenge.scope, described, server, list(DEFAULT_GRANT_TYPES))


async def _get(outbound: Outbound, url: str) -> Fetched:
    try:
        return await outbound.fetch("GET", url, headers=HEADERS)
    except FetchFailed as error:
        raise _failed(str(error)) from error


def _described(url: str, fetched: Fetched) -> ProtectedResourceMetadata | None:
    """None for what is no description, such as a web page: the next place may have it."""
    try:
        said = json.loads(fetched.body) if fetched.status == 200 else None
    except ValueError:
        return None
    if not isinstance(said, dict) or not said.keys() & {"resource", "authorization_servers"}:
        return None
    try:
        return ProtectedResourceMetadata.model_validate(said)
    except ValidationError as error:
        raise _unusable(url, error) from error


def _unusable(url: str, error: ValidationError) -> LoginFailed:
    field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "it"
    return _failed(f"What {url} says can't be used: {field} is not as it has to be.")


def _failed(sentence: str) -> LoginFailed:
    return LoginFailed(sentence, code="login_discovery")
