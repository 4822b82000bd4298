"""The development identity provider: OpenID Connect for people who never needed a password, on this machine only."""

import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from interlock_platform.errors import Problem
from interlock_platform.settings import is_loopback

ISSUER_KEY = "interlock-dev"
"""Stands for this provider in the tables: its issuer has the port in it, and alice is one person on every port."""
CLIENT_ID = "interlock"
CODE_SECONDS = 60
TOKEN_SECONDS = 300


@dataclass(frozen=True)
class Persona:
    """Somebody to sign in as; the fields are the claims."""

    sub: str
    name: str
    email: str
    tenant: str
    tenant_name: str
    roles: tuple[str, ...]
    email_verified: bool = True


PERSONAS = {
    persona.sub: persona
    for persona in (
        Persona("alice", "Alice", "alice@acme.example", "acme", "Acme", ("owner",)),
        Persona("bob", "Bob", "bob@acme.example", "acme", "Acme", ("member",)),
        Persona("carol", "Carol", "carol@acme.example", "acme", "Acme", ("approver",)),
        Persona("dave", "Dave", "dave@acme.example", "acme", "Acme", ("admin",)),
        Persona("vera", "Vera", "vera@acme.example", "acme", "Acme", ("viewer",)),
        Persona("mallory", "Mallory", "mallory@globex.example", "globex", "Globex", ("member",)),
    )
}


@dataclass(frozen=True)
class Grant:
    """What an authorisation code stands for, until it is exchanged."""

    persona: Persona
    nonce: str | None
    challenge: str
    redirect_uri: str
    expires: float


class TokenError(Exception):
    """A token request that is refused with an OAuth error code."""


def require_loopback(host: str, base_url: str) -> None:
    """Raises ValueError unless only this machine can reach the provider."""
    for name, value in (("INTERLOCK_HOST", host), ("INTERLOCK_BASE_URL", urlsplit(base_url).hostname or "")):
        if not is_loopback(value):
            raise ValueError(
                f"{name} is {value}, which others can reach, and the development identity provider signs in anybody "
                "without a password: set INTERLOCK_OIDC_ISSUER, or listen on 127.0.0.1."
            )


class DevelopmentProvider:
    """A provider with one client, whose keys, codes and tokens live as long as the process."""

    def __init__(self, base_url: str, *, host: str = "127.0.0.1", client_secret: str | None = None) -> None:
        """Raises ValueError where others could reach it."""
        require_loopback(host, base_url)
        self._base_url = base_url
        self.issuer = f"{base_url}/dev-idp"
        self.client_id = CLIENT_ID
        self.client_secret = client_secret or secrets.token_urlsafe(32)
        self.redirect_uri = f"{base_url}/auth/callback"
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, tuple[Persona, float]] = {}
        here = files("interlock_servers")
        self._page = Template(here.joinpath("devidp.html").read_text())
        self._style = here.joinpath("devidp.css").read_text()

    @cached_property
    def _key(self) -> RSAKey:
        """Made for the first who signs in: a start should not wait for it."""
        return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)

    def routes(self) -> APIRouter:
        router = APIRouter(prefix="/dev-idp", include_in_schema=False, dependencies=[Depends(_from_this_machine)])
        for path, endpoint, method in (
            ("/.well-known/openid-configuration", self.discovery, "GET"),
            ("/authorize", self.authorize, "GET"),
            ("/style.css", self.style, "GET"),
            ("/token", self.token, "POST"),
            ("/userinfo", self.userinfo, "GET"),
            ("/jwks", self.jwks, "GET"),
            ("/end_session", self.end_session, "GET"),
        ):
            router.add_api_route(path, endpoint, methods=[method], response_model=None)
        return router

    async def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/end_session",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "profile", "email"],
            "claims_supported": list(Persona.__dataclass_fields__),
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    async def authorize(self, request: Request) -> Response:
        """Asks who is there, or takes `login_hint` for an answer."""
        query = request.query_params
        if query.get("client_id") != self.client_id or query.get("redirect_uri") != self.redirect_uri:
            raise Problem("bad_request", 400, "The development identity provider doesn't know this client.")
        error = _wrong_with(query)
        if error:
            return self._back({"error": error}, query)
        persona = PERSONAS.get(query.get("login_hint", ""))
        if persona is None:
            if query.get("prompt") == "none":
                return self._back({"error": "login_required"}, query)
            return HTMLResponse(self._page.substitute(people=_people(query)))
        code = secrets.token_urlsafe(32)
        now = time.monotonic()
        self._codes = {key: grant for key, grant in self._codes.items() if grant.expires > now}
        self._codes[code] = Grant(
            persona, query.get("nonce"), query["code_challenge"], query["redirect_uri"], now + CODE_SECONDS
        )
        return self._back({"code": code}, query)

    async def style(self) -> Response:
        return Response(self._style, media_type="text/css")

    async def token(self, request: Request) -> Response:
        """Exchanges a code, once, for tokens about the person."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        try:
            self._authenticate_client(request.headers.get("authorization"), form)
            grant = self._redeem(form)
        except TokenError as error:
            code = str(error)
            return JSONResponse({"error": code}, 401 if code == "invalid_client" else 400)
        access_token = secrets.token_urlsafe(32)
        expires = time.monotonic() + TOKEN_SECONDS
        self._tokens = {key: token for key, token in self._tokens.items() if token[1] > time.monotonic()}
        self._tokens[access_token] = (grant.persona, expires)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "auth_time": now,
            "at_hash": _unpadded(sha256(access_token.encode()).digest()[:16]),
            **({"nonce": grant.nonce} if grant.nonce else {}),
            **asdict(grant.persona),
        }
        return JSONResponse(
            {
                "access_token": access_token,
                "token_type": "Bearer",
                "expires_in": TOKEN_SECONDS,
                "id_token": jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key),
            }
        )

    async def userinfo(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        persona, expires = self._tokens.get(token, (None, 0.0))
        if scheme.lower() != "bearer" or persona is None or expires < time.monotonic():
            return JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return JSONResponse(asdict(persona))

    async def jwks(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(private=False)]}

    async def end_session(self, request: Request) -> Response:
        """There is no session here to end; the browser goes back to where it came from, if that was us."""
        target = request.query_params.get("post_logout_redirect_uri", self._base_url)
        if target != self._base_url and not target.startswith(f"{self._base_url}/"):
            raise Problem("bad_request", 400, "The development identity provider doesn't know this client.")
        state = request.query_params.get("state")
        return RedirectResponse(f"{target}?{urlencode({'state': state})}" if state else target, 303)

    def _back(self, answer: dict[str, str], query: Mapping[str, str]) -> RedirectResponse:
        state = {"state": query["state"]} if "state" in query else {}
        return RedirectResponse(f"{self.redirect_uri}?{urlencode({**answer, **state, 'iss': self.issuer})}", 303)

    def _authenticate_client(self, authorization: str | None, form: Mapping[str, str]) -> None:
        client_id, client_secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization:
            scheme, _, encoded = authorization.partition(" ")
            try:
                given = b64decode(encoded, validate=True).decode() if scheme.lower() == "basic" else ""
            except (NotBase64, UnicodeDecodeError):
                given = ""
            client_id, _, client_secret = (unquote_plus(part) for part in given.partition(":"))
        right = secrets.compare_digest(client_secret.encode(), self.client_secret.encode())
        if client_id != self.client_id or not right:
            raise TokenError("invalid_client")

    def _redeem(self, form: Mapping[str, str]) -> Grant:
        if form.get("grant_type") != "authorization_code":
            raise TokenError("unsupported_grant_type")
        grant = self._codes.pop(form.get("code", ""), None)
        proof = _unpadded(sha256(form.get("code_verifier", "").encode()).digest())
        if (
            grant is None
            or grant.expires < time.monotonic()
            or grant.redirect_uri != form.get("redirect_uri")
            or not secrets.compare_digest(grant.challenge.encode(), proof.encode())
        ):
            raise TokenError("invalid_grant")
        return grant


def _from_this_machine(request: Request) -> None:
    if request.client is None or not is_loopback(request.client.host):
        raise Problem("forbidden", 403, "The development identity provider answers this machine only.")


def _wrong_with(query: Mapping[str, str]) -> str | None:
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in query.get("scope", "").split():
        return "invalid_scope"
    if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
        return "invalid_request"
    return None


def _people(query: Mapping[str, str]) -> str:
    """One link for each person, to this same page with an answer."""
    cards = []
    for persona in PERSONAS.values():
        address = urlencode({**query, "login_hint": persona.sub})
        cards.append(
            f'<li><a class="{persona.tenant}" href="?{escape(address)}">'
            f'<span class="initial" aria-hidden="true">{escape(persona.name[0])}</span>'
            f'<span class="who"><strong>{escape(persona.name)}</strong>'
            f"<span>{escape(', '.join(persona.roles))} of {escape(persona.tenant_name)}</span></span></a></li>"
        )
    return "\n".join(cards)


def _unpadded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
