"""What a provider says about somebody who has left: believed when all of it holds, once, and about nobody else."""

import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import RSAKey

from interlock_platform.database import Database
from interlock_platform.identity.logout import EVENT, LONGEST
from tests.platform.identity.scripted_provider import ScriptedProvider, Visit, part, visit

FORM = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
OTHER = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)


@pytest_asyncio.fixture(loop_scope="session")
async def place(database: Database) -> AsyncIterator[Visit]:
    async with visit(database) as visitor:
        yield visitor


def said(provider: ScriptedProvider, **more: Any) -> dict[str, Any]:
    """The claims of a logout token that is right; what is None is left out."""
    now = int(time.time())
    claims = {"iss": provider.issuer, "aud": "interlock", "iat": now, "exp": now + 120, "jti": str(uuid4())}
    given = claims | {"events": {EVENT: {}}, "sid": "session-1", "sub": "1"} | more
    return {name: value for name, value in given.items() if value is not None}


async def told(place: Visit, token: str, path: str = "/auth/backchannel-logout/main") -> httpx2.Response:
    async with place.browser() as provider:
        return await provider.post(path, content=f"logout_token={token}", headers=FORM)


async def signed_in(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/api/me")).status_code == 200


async def test_a_session_ends_with_the_one_at_the_provider_and_no_other_does(place: Visit) -> None:
    async with place.browser() as first, place.browser() as second, place.browser() as other:
        await place.sign_in(first, sid="session-1")
        await place.sign_in(second, sid="session-2")
        await place.sign_in(other, sub="2", sid="session-3")
        answer = await told(place, place.provider.properly(said(place.provider)))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert [await signed_in(each) for each in (first, second, other)] == [False, True, True]


async def test_without_a_session_named_all_of_the_persons_end_in_every_tenant(place: Visit) -> None:
    async with place.browser() as first, place.browser() as second, place.browser() as other:
        await place.sign_in(first, tenant="x", sid="session-1")
        await place.sign_in(second, tenant="y")
        await place.sign_in(other, sub="2", tenant="x")
        await told(place, place.provider.properly(said(place.provider, sid=None)))
        assert [await signed_in(each) for each in (first, second, other)] == [False, False, True]


async def test_a_logout_token_counts_once(place: Visit) -> None:
    token = place.provider.properly(said(place.provider))
    assert (await told(place, token)).status_code == 200
    async with place.browser() as client:
        await place.sign_in(client, sid="session-1")
        again = await told(place, token)
        assert (again.status_code, again.json()["code"]) == (400, "logout_refused")
        assert await signed_in(client)


def _now() -> float:
    return time.time()


BAD: dict[str, Any] = {
    "no algorithm": lambda p: f"{part({'alg': 'none'})}.{part(said(p))}.",
    "another key": lambda p: jwt.encode({"alg": "RS256", "kid": p.key.kid}, said(p), OTHER),
    "another key under its own kid": lambda p: jwt.encode({"alg": "RS256", "kid": OTHER.kid}, said(p), OTHER),
    "a payload exchanged": lambda p: ".".join(
        [p.properly(said(p)).split(".")[0], part(said(p)), p.properly(said(p)).split(".")[2]]
    ),
    "not a token": lambda p: "x",
    "nothing": lambda p: "",
    "another issuer": lambda p: p.properly(said(p, iss="https://elsewhere.example")),
    "no issuer": lambda p: p.properly(said(p, iss=None)),
    "for somebody else": lambda p: p.properly(said(p, aud="other")),
    "for nobody": lambda p: p.properly(said(p, aud=None)),
    "too old": lambda p: p.properly(said(p, iat=_now() - LONGEST.total_seconds() - 1)),
    "from the future": lambda p: p.properly(said(p, iat=_now() + 120)),
    "of no time": lambda p: p.properly(said(p, iat=None)),
    "of a time that is text": lambda p: p.properly(said(p, iat="now")),
    "expired": lambda p: p.properly(said(p, exp=_now() - 61)),
    "without an id": lambda p: p.properly(said(p, jti=None)),
    "with an empty id": lambda p: p.properly(said(p, jti="")),
    "without events": lambda p: p.properly(said(p, events=None)),
    "of another event": lambda p: p.properly(said(p, events={"http://x.example/other": {}})),
    "of an event that is no object": lambda p: p.properly(said(p, events={EVENT: True})),
    "with a nonce, as ID tokens have": lambda p: p.properly(said(p, nonce="n")),
    "about nobody": lambda p: p.properly(said(p, sid=None, sub=None)),
    "about a session that is a number": lambda p: p.properly(said(p, sid=7)),
    "about a person that is a list": lambda p: p.properly(said(p, sid=None, sub=["1"])),
}


@pytest.mark.parametrize("how", BAD)
async def test_a_bad_logout_token_ends_nothing(place: Visit, how: str) -> None:
    async with place.browser() as client:
        await place.sign_in(client, sid="session-1")
        answer = await told(place, BAD[how](place.provider))
        assert (answer.status_code, answer.json()["code"]) == (400, "logout_refused")
        assert await signed_in(client)


async def test_the_page_that_a_provider_loads_ends_the_session_it_names(place: Visit) -> None:
    async with place.browser() as client, place.browser() as provider:
        await place.sign_in(client, sid="session-1")
        for wrong in ({"iss": "https://elsewhere.example", "sid": "session-1"}, {"iss": place.provider.issuer}, {}):
            assert (await provider.get("/auth/frontchannel-logout/main", params=wrong)).status_code == 200
            assert await signed_in(client)
        right = {"iss": place.provider.issuer, "sid": "session-1"}
        assert (await provider.get("/auth/frontchannel-logout/main", params=right)).status_code == 200
        assert not await signed_in(client)


async def test_a_logout_goes_to_a_provider_that_there_is_and_takes_one_token(place: Visit) -> None:
    token = place.provider.properly(said(place.provider))
    assert (await told(place, token, "/auth/backchannel-logout/nobody")).status_code == 404
    async with place.browser() as provider:
        twice = f"logout_token={token}&logout_token={token}"
        answer = await provider.post("/auth/backchannel-logout/main", content=twice, headers=FORM)
        assert (answer.status_code, answer.json()["code"]) == (400, "logout_refused")
