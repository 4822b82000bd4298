"""Tokens for programs: signed with ES256 by keys that are derived from the installation's secret key."""

import secrets
import time
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
"""The only one that is ever taken, whatever a token's header says."""
TYPE = "at+jwt"
LASTS_SECONDS = 900
SKEW_SECONDS = 60
PURPOSE = "interlock token signature 1"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many points P-256 has."""


@dataclass(frozen=True)
class Claims:
    """What a token says: by which key it was got, whose that is, and for what it is good."""

    tenant_id: UUID
    user_id: UUID
    key_id: UUID
    scopes: frozenset[str]


@dataclass(frozen=True)
class Checked:
    """A token whose signature and times are right; whether its `generation` still counts, the database says."""

    claims: Claims
    generation: int


class Tokens:
    """Signs and checks for one installation; `issuer` is its address, and its audience as well."""

    def __init__(self, secret_key: str, issuer: str) -> None:
        self._secret = secret_key.encode()
        self._issuer = issuer
        self._key = lru_cache(8)(self._derived)

    def sign(self, claims: Claims, generation: int) -> str:
        now = int(time.time())
        key = self._key(generation)
        said = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": str(claims.user_id),
            "tenant": str(claims.tenant_id),
            "client_id": str(claims.key_id),
            "scope": " ".join(sorted(claims.scopes)),
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + LASTS_SECONDS,
        }
        return jwt.encode({"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}, said, key, algorithms=[ALGORITHM])

    def check(self, token: str) -> Checked | None:
        """None for whatever is no token of ours, or one that has ended."""
        try:
            header = jws.extract_compact(token.encode()).headers()
            generation = int(str(header.get("kid", "")).partition(".")[0])
            if header.get("typ") != TYPE or not 0 <= generation < 1_000_000:
                return None
            said = jwt.decode(token, self._key(generation), algorithms=[ALGORITHM])
            if said.header.get("kid") != self._key(generation).kid:
                return None
            self._registry.validate(said.claims)
            claims = Claims(
                UUID(said.claims["tenant"]),
                UUID(said.claims["sub"]),
                UUID(said.claims["client_id"]),
                frozenset(str(said.claims["scope"]).split()),
            )
        except (JoseError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return Checked(claims, generation)

    def public(self, generation: int) -> dict[str, Any]:
        """As a JSON Web Key."""
        return dict(self._key(generation).as_dict(private=False))

    @cached_property
    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._issuer},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
        )

    def _derived(self, generation: int) -> ECKey:
        # 128 bits more than the order has: what the remainder prefers is beyond anybody's reach.
        info = f"{PURPOSE} {generation}".encode()
        number = int.from_bytes(HKDF(SHA256(), 48, salt=None, info=info).derive(self._secret))
        private = derive_private_key(number % (ORDER - 1) + 1, SECP256R1())
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        named = f"{generation}.{ECKey.import_key(pem).thumbprint()[:16]}"
        return ECKey.import_key(pem, {"use": "sig", "alg": ALGORITHM, "kid": named})
