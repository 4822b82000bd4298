"""A sign-in under way: what is kept while the person is away at the authorization server, and how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from mcp.client.auth import OAuthFlowError
from mcp.client.auth.utils import validate_authorization_response_iss
from mcp.shared.auth import OAuthMetadata

from interlock_handlers.oauth.client import Client
from interlock_handlers.oauth.discovery import Discovered
from interlock_handlers.oauth.grant import Grant, Tokens
from interlock_handlers.oauth.login_failed import LoginFailed
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import FetchFailed


@dataclass(frozen=True)
class Flow:
    """Everything but the two secrets of a flow, `state` and `verifier`, which the caller makes and keeps."""

    server: OAuthMetadata
    client: Client
    redirect_uri: str
    resource: str | None
    scope: str | None

    @classmethod
    def to(cls, found: Discovered, client: Client, redirect_uri: str, scope: str | None) -> Self:
        return cls(found.server, client, redirect_uri, found.resource, scope)

    def url(self, outbound: Outbound, state: str, verifier: str) -> str:
        """Where the person goes. Raises AddressRefused for what no browser should be sent to."""
        endpoint = str(self.server.authorization_endpoint)
        outbound.check(endpoint)
        offline = "offline_access" in (self.scope or "").split()
        asked: str = prepare_grant_uri(
            endpoint,
            self.client.client_id,
            "code",
            redirect_uri=self.redirect_uri,
            scope=self.scope,
            state=state,
            code_challenge=create_s256_code_challenge(verifier),  # type: ignore[no-untyped-call]  # its stubs lack it
            code_challenge_method="S256",
            **({"resource": self.resource} if self.resource else {}),
            # OpenID Connect gives a lasting token only to those who consent.
            **({"prompt": "consent"} if offline else {}),
        )
        return asked

    async def finish(self, outbound: Outbound, answer: Mapping[str, str], verifier: str) -> tuple[Grant, Tokens]:
        """What the authorization server gives for the answer that the browser brought; its `state` is the caller's to
        check. Raises LoginFailed, AddressRefused."""
        try:
            validate_authorization_response_iss(answer.get("iss"), self.server)
        except OAuthFlowError as error:
            message = "The answer comes from another place than the one where the sign-in was begun."
            raise LoginFailed(message, code="login_answer") from error
        if "code" not in answer:
            why = answer.get("error_description") or answer.get("error") or "it gave no reason"
            raise LoginFailed(f"{self.server.issuer} refused: {why[:200]}", code="login_refused")
        grant = self.grant()
        try:
            tokens = await grant.ask(
                outbound,
                grant_type="authorization_code",
                code=answer["code"],
                redirect_uri=self.redirect_uri,
                code_verifier=verifier,
            )
        except FetchFailed as error:
            raise LoginFailed(str(error), code="login_answer") from error
        return grant, tokens

    def grant(self) -> Grant:
        revocation = self.server.revocation_endpoint
        return Grant(
            issuer=str(self.server.issuer),
            token_endpoint=str(self.server.token_endpoint),
            revocation_endpoint=str(revocation) if revocation else None,
            resource=self.resource,
            scope=self.scope,
            client=self.client,
        )

    def wire(self) -> dict[str, Any]:
        """Without the client's secret."""
        return {
            "server": self.server.model_dump(mode="json", exclude_none=True),
            "client_id": self.client.client_id,
            "auth_method": self.client.auth_method,
            "redirect_uri": self.redirect_uri,
            "resource": self.resource,
            "scope": self.scope,
        }


def read_flow(wire: Mapping[str, Any], secret: str | None) -> Flow:
    return Flow(
        server=OAuthMetadata.model_validate(wire["server"]),
        client=Client(wire["client_id"], wire["auth_method"], secret),
        redirect_uri=wire["redirect_uri"],
        resource=wire["resource"],
        scope=wire["scope"],
    )
