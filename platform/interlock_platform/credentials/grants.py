"""A grant of an authorization server, in a login's row: where its tokens come from, without any secret."""

from typing import Any

from interlock_handlers.oauth.client import Client
from interlock_handlers.oauth.grant import Grant


def grant_wire(grant: Grant) -> dict[str, Any]:
    return {
        "issuer": grant.issuer,
        "token_endpoint": grant.token_endpoint,
        "revocation_endpoint": grant.revocation_endpoint,
        "resource": grant.resource,
        "scope": grant.scope,
        "client_id": grant.client.client_id,
        "auth_method": grant.client.auth_method,
    }


def read_grant(wire: dict[str, Any], client_secret: str | None) -> Grant:
    return Grant(
        issuer=wire["issuer"],
        token_endpoint=wire["token_endpoint"],
        revocation_endpoint=wire["revocation_endpoint"],
        resource=wire["resource"],
        scope=wire["scope"],
        client=Client(wire["client_id"], wire["auth_method"], client_secret),
    )
