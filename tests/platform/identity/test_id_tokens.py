"""One kind of ID token is accepted, and every way to bend it is refused."""

import hmac
import time
from collections.abc import AsyncIterator
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from interlock_platform.database import Database
from tests.platform.identity.scripted_provider import CLIENT_SECRET, ScriptedProvider, Visit, part, unpadded, visit


@pytest_asyncio.fixture(loop_scope="session")
async def trusting(database: Database) -> AsyncIterator[Visit]:
    async with visit(database) as visitor:
        yield visitor


def _hs256(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    signed = f"{part({'alg': 'HS256', **header})}.{part(claims)}"
    signature = hmac.new(secret, signed.encode(), sha256).digest()
    return f"{signed}.{unpadded(signature)}"


def _without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


SMALL = ECKey.generate_key("P-256")
OTHER = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)


def _by_another(provider: ScriptedProvider, claims: dict[str, Any], **header: Any) -> str:
    return jwt.encode({"alg": "RS256", **header}, claims, OTHER)


def _exchanged(token: str, claims: dict[str, Any]) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{part(claims)}.{signature}"


BAD: dict[str, Any] = {
    "no algorithm": lambda p, c: f"{part({'alg': 'none'})}.{part(c)}.",
    "no algorithm, with a kid": lambda p, c: f"{part({'alg': 'none', 'kid': p.key.kid})}.{part(c)}.",
    "the public key as a shared secret": lambda p, c: _hs256({"kid": p.key.kid}, c, p.key.as_pem(private=False)),
    "the client secret as key": lambda p, c: _hs256({}, c, CLIENT_SECRET.encode()),
    "another key": lambda p, c: _by_another(p, c),
    "another key under our kid": lambda p, c: _by_another(p, c, kid=p.key.kid),
    "another key under its own kid": lambda p, c: _by_another(p, c, kid=OTHER.kid),
    "another key, brought along": lambda p, c: jwt.encode(
        {"alg": "ES256", "jwk": SMALL.as_dict(private=False)}, c, SMALL
    ),
    "another key, brought along, too long": lambda p, c: _by_another(p, c, jwk=OTHER.as_dict(private=False)),
    "another key, to be fetched": lambda p, c: _by_another(p, c, kid=p.key.kid, jku="http://127.0.0.1:9/jwks"),
    "a certificate to be fetched": lambda p, c: _by_another(p, c, x5u="http://127.0.0.1:9/cert"),
    "a path for a kid": lambda p, c: p.unchecked(c, kid="../../etc/passwd"),
    "a kid that is no text": lambda p, c: p.unchecked(c, kid=["x"]),
    "a signature cut off": lambda p, c: p.properly(c).rpartition(".")[0] + ".",
    "a payload exchanged": lambda p, c: _exchanged(p.properly(c), c | {"sub": "admin"}),
    "not a token": lambda p, c: "x",
    "nothing": lambda p, c: "",
    "five parts": lambda p, c: "a.b.c.d.e",
    "a header that must be understood": lambda p, c: p.unchecked(c, crit=["x"], x=1),
    "a header that must be understood and is not there": lambda p, c: p.unchecked(c, crit=["x"]),
    "a broken list of such headers": lambda p, c: p.unchecked(c, crit=7),
    "for somebody else": lambda p, c: p.properly(c | {"aud": "other"}),
    "for nobody": lambda p, c: p.properly(_without(c, "aud")),
    "for us among others": lambda p, c: p.properly(c | {"aud": ["interlock", "other"]}),
    "for us, used by another": lambda p, c: p.properly(c | {"azp": "other"}),
    "from another issuer": lambda p, c: p.properly(c | {"iss": "https://elsewhere.example"}),
    "from no issuer": lambda p, c: p.properly(_without(c, "iss")),
    "expired": lambda p, c: p.properly(c | {"exp": c["iat"] - 61}),
    "for ever": lambda p, c: p.properly(_without(c, "exp")),
    "expiring as text": lambda p, c: p.properly(c | {"exp": "tomorrow"}),
    "from the future": lambda p, c: p.properly(c | {"iat": c["iat"] + 120}),
    "from no time": lambda p, c: p.properly(_without(c, "iat")),
    "not yet valid": lambda p, c: p.properly(c | {"nbf": c["iat"] + 120}),
    "of another sign-in": lambda p, c: p.properly(c | {"nonce": "another"}),
    "of no sign-in": lambda p, c: p.properly(_without(c, "nonce")),
    "with an empty nonce": lambda p, c: p.properly(c | {"nonce": ""}),
    "about nobody": lambda p, c: p.properly(_without(c, "sub")),
    "about an empty name": lambda p, c: p.properly(c | {"sub": ""}),
    "about a number": lambda p, c: p.properly(c | {"sub": 7}),
    "for another access token": lambda p, c: p.properly(c | {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "with a tenant that is a list": lambda p, c: p.properly(c | {"tenant": ["x"]}),
}


async def test_no_bad_id_token_signs_anybody_in(trusting: Visit, subtests: pytest.Subtests) -> None:
    for how, make in BAD.items():
        with subtests.test(how):
            trusting.provider.sign = partial(make, trusting.provider)
            async with trusting.browser() as client:
                answer = await trusting.sign_in(client)
                assert (answer.status_code, "sign_in_failed" in answer.text) == (400, True)
                assert "set-cookie" not in answer.headers
                assert (await client.get("/api/me")).status_code == 401


async def test_the_good_one_does(trusting: Visit) -> None:
    async with trusting.browser() as client:
        assert (await trusting.sign_in(client)).status_code == 303
        assert (await client.get("/api/me")).json()["user"]["name"] == "Ann"


async def test_a_header_field_of_the_providers_own_does_no_harm(trusting: Visit) -> None:
    trusting.provider.sign = lambda claims: trusting.provider.unchecked(claims, vendor="x")
    async with trusting.browser() as client:
        assert (await trusting.sign_in(client)).status_code == 303


async def test_a_provider_may_change_its_keys_and_their_kind(trusting: Visit) -> None:
    async with trusting.browser() as client:
        assert (await trusting.sign_in(client)).status_code == 303
        trusting.provider.key = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
        assert (await trusting.sign_in(client)).status_code == 303


async def test_over_https_only_this_very_host_can_set_the_cookies(trusting: Visit) -> None:
    async with trusting.browser() as client:
        login = await client.get("/auth/login")
        callback = await trusting.sign_in(client)
        logout = await client.post("/auth/logout")
    for answer, name in (
        (login, "__Host-interlock_sign_in"),
        (callback, "__Host-interlock_session"),
        (logout, "__Host-interlock_session"),
    ):
        (cookie,) = (line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}="))
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)


async def test_a_provider_that_did_not_ask_again_is_not_believed(trusting: Visit, subtests: pytest.Subtests) -> None:
    now = int(time.time())
    for said in ({}, {"auth_time": now - 3600}, {"auth_time": "now"}, {"auth_time": True}):
        with subtests.test(str(said)):
            async with trusting.browser() as client:
                answer = await trusting.sign_in(client, fresh=True, **said)
                assert (answer.status_code, "sign_in_failed" in answer.text) == (400, True)
                assert (await client.get("/api/me")).status_code == 401
    async with trusting.browser() as client:
        assert (await trusting.sign_in(client, fresh=True, auth_time=now)).status_code == 303
        # Where nobody wants it to be recent, it may be long ago.
        assert (await trusting.sign_in(client, auth_time=now - 3600)).status_code == 303
