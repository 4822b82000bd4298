"""Tokens: short, signed, checkable by anybody, and refused the moment that what is behind them ends."""

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from interlock_platform.identity.programs.rotation import new_token_key
from interlock_platform.identity.programs.tokens import Tokens
from tests.conftest import SECRET_KEY
from tests.person import Person
from tests.platform.keys.program import code, new_key, new_token, program
from tests.platform.place import Place


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return json.loads(base64.urlsafe_b64decode(header + "==")), json.loads(base64.urlsafe_b64decode(claims + "=="))


async def test_a_key_gives_a_token_that_anybody_can_check(place: Place, bob: Person) -> None:
    made = await new_key(bob)
    async with program(place.url, made["secret"]) as client:
        answer = (await client.post("/api/token", json={"scopes": ["threads.read"]})).json()
        assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 900, "threads.read")
        published = (await client.get("/.well-known/jwks.json")).json()
    assert all("d" not in key for key in published["keys"])
    token = jwt.decode(answer["access_token"], KeySet.import_key_set(published), algorithms=["ES256"])
    me = await bob.ok("GET", "/api/me")
    said = token.claims
    assert (said["iss"], said["aud"]) == (place.url, place.url)
    assert (said["sub"], said["tenant"]) == (me["user"]["id"], me["tenant"]["id"])
    assert (said["exp"] - said["iat"], said["scope"], len(said["jti"])) == (900, "threads.read", 22)
    async with program(place.url, answer["access_token"]) as client:
        assert (await client.get("/api/threads")).status_code == 200
        assert code(await client.post("/api/threads", json={})) == (403, "scope_missing")
        assert code(await client.post("/api/token")) == (403, "key_required")
    assert code(await bob.api("POST", "/api/token")) == (403, "key_required")


async def test_a_token_takes_no_more_than_its_key_has(place: Place, bob: Person) -> None:
    made = await new_key(bob, scopes=["threads.read"])
    async with program(place.url, made["secret"]) as client:
        assert code(await client.post("/api/token", json={"scopes": ["runs.start"]})) == (422, "invalid")


async def test_the_key_is_changed_and_tokens_of_the_old_one_live_to_their_end(place: Place, bob: Person) -> None:
    made = await new_key(bob)
    async with program(place.url, made["secret"]) as client:
        old = await new_token(client)
        before = [key["kid"] for key in (await client.get("/.well-known/jwks.json")).json()["keys"]]
        await new_token_key(place.urls.operator)
        new = await new_token(client)
        after = [key["kid"] for key in (await client.get("/.well-known/jwks.json")).json()["keys"]]
        assert len(after) == len(before) + 1
        assert parts(old)[0]["kid"] == after[1]
        assert parts(new)[0]["kid"] == after[0]
        for token in (old, new):
            async with program(place.url, token) as other:
                assert (await other.get("/api/threads")).status_code == 200
        await place.sql("update token_keys set made_at = now() - interval '17 minutes'")
        assert [key["kid"] for key in (await client.get("/.well-known/jwks.json")).json()["keys"]] == after[:1]
    async with program(place.url, old) as other:
        assert code(await other.get("/api/threads")) == (401, "unauthenticated")


def otherwise(good: str, **changes: Any) -> str:
    """Properly signed by the very key, with other claims; without those that are None."""
    header, claims = parts(good)
    key = Tokens(SECRET_KEY, "")._derived(int(header["kid"].partition(".")[0]))
    said = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(header, said, key)


def forged(good: str, mine: ECKey) -> dict[str, str]:
    header, claims = parts(good)
    signed = {"alg": "ES256", "typ": "at+jwt", "kid": header["kid"]}
    head, body, signature = good.split(".")
    none = base64.urlsafe_b64encode(json.dumps({**signed, "alg": "none"}).encode()).decode().rstrip("=")
    public = json.dumps(mine.as_dict(private=False))
    return {
        "another's key": jwt.encode(signed, claims, mine),
        "no signature": f"{none}.{body}.",
        "the public key as a secret": jwt.encode({**signed, "alg": "HS256"}, claims, OctKey.import_key(public)),
        "its own key in the header": jwt.encode({**signed, "jwk": mine.as_dict(private=False)}, claims, mine),
        "no such generation": jwt.encode({**signed, "kid": "999.x"}, claims, mine),
        "cut off": f"{head}.{body}.{signature[:-4]}",
        "changed": f"{head}.{body[:-2]}AA.{signature}",
        "no token": "xyz",
    }


async def test_no_forged_token_opens_anything(place: Place, bob: Person, subtests: pytest.Subtests) -> None:
    made = await new_key(bob)
    async with program(place.url, made["secret"]) as client:
        good = await new_token(client)
    for how, token in forged(good, ECKey.generate_key("P-256")).items():
        with subtests.test(how):
            async with program(place.url, token) as client:
                assert code(await client.get("/api/threads")) == (401, "unauthenticated")
    for claim, value in (("iss", "https://elsewhere"), ("aud", "other"), ("exp", 1), ("iat", None), ("jti", None)):
        with subtests.test(claim):
            async with program(place.url, otherwise(good, **{claim: value})) as client:
                assert code(await client.get("/api/threads")) == (401, "unauthenticated")
    async with program(place.url, otherwise(good)) as client:
        assert (await client.get("/api/threads")).status_code == 200


async def test_a_token_ends_with_its_key(place: Place, bob: Person) -> None:
    made = await new_key(bob)
    async with program(place.url, made["secret"]) as client:
        token = await new_token(client)
    async with program(place.url, token) as client:
        assert (await client.get("/api/threads")).status_code == 200
        await bob.ok("DELETE", f"/api/keys/{made['key']['id']}")
        assert code(await client.get("/api/threads")) == (401, "unauthenticated")


async def test_a_token_for_one_organisation_opens_nothing_of_another(
    place: Place, bob: Person, mallory: Person
) -> None:
    made = await new_key(bob)
    theirs = (await mallory.ok("GET", "/api/me"))["tenant"]["id"]
    async with program(place.url, made["secret"]) as client:
        good = await new_token(client)
    async with program(place.url, otherwise(good, tenant=theirs)) as client:
        assert code(await client.get("/api/threads")) == (401, "unauthenticated")
