"""The provider's side of signing in: Authlib speaks OAuth, joserfc checks the ID token's signature."""

import logging
import ssl
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import AddressRefused
from interlock_platform.errors import Problem
from interlock_platform.identity.bounded import Bounded

SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Public-key algorithms only: with a shared-secret one, the public key would be the secret."""
CLOCK_SKEW = 60
METADATA_SECONDS = 3600
UNKNOWN_KEY_SECONDS = 10
"""At most so often a key that we don't know makes us ask for all: anybody can name one."""
ANY_TENANT = "{tenantid}"
"""In an issuer: the tenant that the token itself names as `tid`, as at Microsoft's common endpoints."""
TIMEOUT_SECONDS = 10

log = logging.getLogger(__name__)


class Provider:
    """One OpenID Connect provider, found by discovery, at which we are one client."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str | None,
        redirect_uri: str,
        scope: str = "openid profile email",
        discovery: str | None = None,
        outbound: Outbound | None = None,
    ) -> None:
        """`discovery` is where the metadata is, where that is not below the issuer's own address. A provider that the
        operator did not enter is reached over `outbound`."""
        self._outbound = outbound
        self._issuer = issuer
        self._discovery = (discovery or issuer).rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._scope = scope
        # A provider on this machine is never behind the proxy that the environment names.
        self._trust_env = urlsplit(issuer).hostname not in ("localhost", "127.0.0.1", "::1")
        self._metadata: Mapping[str, Any] = {}
        self._metadata_until = 0.0
        self._keys: KeySet | None = None
        self._asked_for_unknown = -UNKNOWN_KEY_SECONDS * 1.0

    @property
    def client_id(self) -> str:
        return self._client_id

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """One for all requests; made for the first who signs in."""
        return httpx2.create_ssl_context(trust_env=self._trust_env)

    async def look(self) -> None:
        """Whether it is there and says that it is this issuer. Raises `provider_unreachable`."""
        await self._discovered()

    async def authorization_url(
        self,
        *,
        state: str,
        nonce: str,
        verifier: str,
        login_hint: str | None,
        prompt: str | None,
        max_age: int | None = None,
    ) -> str:
        """Where the browser goes to sign in; `max_age` is how many seconds ago they may have proved who they are.

        Raises `provider_unreachable`.
        """
        metadata = await self._discovered()
        wishes = {"login_hint": login_hint, "prompt": prompt, "max_age": None if max_age is None else str(max_age)}
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
                **{name: wish for name, wish in wishes.items() if wish},
            )
            return str(url)

    async def claims(
        self, *, code: str, verifier: str, nonce: str, issuer: str | None, wanted: frozenset[str]
    ) -> dict[str, Any]:
        """What the provider says about whoever holds the code. Asks the userinfo endpoint only for what is `wanted` and
        not in the ID token. Raises `sign_in_failed`, `provider_unreachable`."""
        metadata = await self._discovered()
        if issuer is None and metadata.get("authorization_response_iss_parameter_supported"):
            raise _failed("its answer does not say who gave it")
        if issuer is not None and ANY_TENANT not in self._issuer and issuer != self._issuer:
            raise _failed("the answer is another provider's")
        try:
            async with self._client(metadata) as client:
                token = await client.fetch_token(
                    metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
                )
                claims = await self._verified(token, nonce)
                if issuer is not None and issuer != claims["iss"]:
                    raise _failed("the answer is another provider's")
                if not wanted <= claims.keys() and "userinfo_endpoint" in metadata:
                    answer = await client.get(metadata["userinfo_endpoint"])
                    answer.raise_for_status()
                    more = answer.json()
                    if more.get("sub") != claims["sub"]:
                        raise _failed("its two answers are about different people")
                    claims = more | claims
                return claims | {"sub": self.subject_of(claims)}
        except OAuthError as error:
            raise _failed(f"it answered {error.error!r}") from error
        except JoseError as error:
            raise _failed(f"its ID token is not valid: {error.error}") from error
        except (httpx2.HTTPError, AddressRefused) as error:
            raise _unreachable(self._issuer, error) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _failed(f"its answer can't be read: {error!r}") from error

    async def _verified(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        decoded = await self._decoded(token["id_token"])
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self.issuer_for(decoded.claims)},
                "aud": {"essential": True, "value": self._client_id},
                "sub": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=CLOCK_SKEW)
        return dict(claims)

    def issuer_for(self, claims: Mapping[str, Any]) -> str:
        """What a token with these claims has to say about who made it. Raises ValueError where it does not say which
        of the provider's tenants it is of."""
        if ANY_TENANT not in self._issuer:
            return self._issuer
        return self._issuer.replace(ANY_TENANT, str(UUID(claims["tid"])))

    def is_issuer(self, issuer: str) -> bool:
        """Whether a token of the provider's could have this issuer."""
        before, any_tenant, after = self._issuer.partition(ANY_TENANT)
        if not any_tenant:
            return issuer == self._issuer
        return issuer.startswith(before) and issuer.endswith(after)

    def subject_of(self, claims: Mapping[str, Any]) -> str:
        """By what a person is known: where the provider has tenants, the subject in its tenant."""
        subject = str(claims["sub"])
        return f"{UUID(claims['tid'])}:{subject}" if ANY_TENANT in self._issuer else subject

    async def signed(self, token: str) -> dict[str, Any]:
        """The claims of a token that the provider has signed, and nothing of them checked.

        Raises `sign_in_failed`, `provider_unreachable`.
        """
        try:
            return dict((await self._decoded(token)).claims)
        except JoseError as error:
            raise _failed(f"its token is not valid: {error.error}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _failed(f"its token can't be read: {error!r}") from error

    async def _decoded(self, id_token: str) -> jwt.Token:
        metadata = await self._discovered()
        offered = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        registry = JWSRegistry(
            algorithms=[name for name in SIGNATURES if name in offered] or ["RS256"], strict_check_header=False
        )
        try:
            return jwt.decode(id_token, self._keys or await self._fetch_keys(), registry=registry)
        except InvalidKeyIdError:  # the provider has changed its keys since
            if time.monotonic() < self._asked_for_unknown + UNKNOWN_KEY_SECONDS:
                raise
            self._asked_for_unknown = time.monotonic()
            return jwt.decode(id_token, await self._fetch_keys(), registry=registry)

    async def _discovered(self) -> Mapping[str, Any]:
        if time.monotonic() > self._metadata_until:
            metadata = await self._get_json(f"{self._discovery}/.well-known/openid-configuration")
            if metadata.get("issuer") != self._issuer:
                raise _unreachable(self._issuer, ValueError(f"its metadata is that of {metadata.get('issuer')!r}"))
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not str(metadata.get(name)).startswith(("https://", "http://")):
                    raise _unreachable(self._issuer, ValueError(f"its metadata names no {name}"))
            self._metadata, self._metadata_until = metadata, time.monotonic() + METADATA_SECONDS
        return self._metadata

    async def _fetch_keys(self) -> KeySet:
        jwks = await self._get_json((await self._discovered())["jwks_uri"])
        signing = [key for key in jwks.get("keys", []) if key.get("use", "sig") == "sig" and key.get("kty") != "oct"]
        self._keys = KeySet.import_key_set({"keys": signing})
        return self._keys

    async def _get_json(self, url: str) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, **self._way()) as client:
                answer = (await client.get(url)).raise_for_status().json()
        except (httpx2.HTTPError, AddressRefused, ValueError) as error:
            raise _unreachable(self._issuer, error) from error
        if not isinstance(answer, dict):
            raise _unreachable(self._issuer, ValueError("it answered something that is no object"))
        return answer

    def _client(self, metadata: Mapping[str, Any] | None = None) -> Any:
        offered = (metadata or {}).get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self._client_secret is None:
            method = "none"
        else:
            method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=self._client_secret,
            token_endpoint_auth_method=method,
            redirect_uri=self._redirect_uri,
            scope=self._scope,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
            **self._way(),
        )

    def _way(self) -> dict[str, Any]:
        """How a client reaches the provider."""
        if self._outbound is None:
            return {"trust_env": self._trust_env, "verify": self._tls}
        return {"transport": Bounded(self._outbound.open()), "trust_env": False}


def _failed(why: str) -> Problem:
    log.warning("a sign-in failed: %s", why)
    return Problem("sign_in_failed", 400, "The identity provider's answer can't be accepted. Sign in again.")


def _unreachable(issuer: str, error: Exception) -> Problem:
    log.warning("the identity provider %s can't be used: %s", issuer, error or type(error).__name__)
    return Problem("provider_unreachable", 502, "The identity provider can't be reached. Try again in a moment.")
