"""The known attacks on signing in, each by its name, against an application with two providers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest_asyncio
from starlette.types import ASGIApp

from interlock_platform.database import Database
from interlock_platform.identity.oidc import Provider
from interlock_platform.identity.providers import Trusted, callback_path
from interlock_platform.identity.rules import Roles, Rules, When
from tests.platform.http.serving import serving
from tests.platform.identity.scripted_provider import BASE_URL, CLIENT_SECRET, ScriptedProvider
from tests.platform.identity.site import application, identity_with, query_of

ACME = Rules((When("acme", "Acme"),), Roles("roles"))


class Two:
    """`honest` and `evil` are both trusted, and their people are of the same tenant."""

    def __init__(self, database: Database, honest: ScriptedProvider, evil: ScriptedProvider) -> None:
        self.honest, self.evil = honest, evil
        trusted = [_trusted("honest", honest, "honest.example"), _trusted("evil", evil, "evil.example")]
        self.app = application(identity_with(database, *trusted), BASE_URL)

    def browser(self) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(self.app)
        return httpx2.AsyncClient(base_url=BASE_URL, transport=transport, headers={"Accept": "text/html"})

    async def begun(self, client: httpx2.AsyncClient, provider_id: str) -> dict[str, str]:
        """What the browser brings to the provider."""
        login = await client.get("/auth/login", params={"provider": provider_id})
        return query_of(login.headers["location"])

    async def sign_in(self, client: httpx2.AsyncClient, provider_id: str, **person: str) -> httpx2.Response:
        asked = await self.begun(client, provider_id)
        provider = self.honest if provider_id == "honest" else self.evil
        provider.people[asked["nonce"]] = provider.person | person
        answer = {"code": asked["nonce"], "state": asked["state"]}
        return await client.get(callback_path(provider_id), params=answer)


def _trusted(provider_id: str, provider: ScriptedProvider, domain: str) -> Trusted:
    client = Provider(
        issuer=provider.issuer,
        client_id="interlock",
        client_secret=CLIENT_SECRET,
        redirect_uri=f"{BASE_URL}{callback_path(provider_id)}",
    )
    return Trusted(provider_id, provider_id.title(), provider.issuer, client, ACME, frozenset({domain}))


@pytest_asyncio.fixture(loop_scope="session")
async def two(database: Database) -> AsyncIterator[Two]:
    made: list[ScriptedProvider] = []

    def make(base_url: str) -> ASGIApp:
        made.append(ScriptedProvider(base_url))
        return made[-1].app()

    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(serving(make))
        yield Two(database, *made)


async def _refused(answer: httpx2.Response, client: httpx2.AsyncClient) -> None:
    assert (answer.status_code, "sign_in_failed" in answer.text) == (400, True)
    assert (await client.get("/api/me")).status_code == 401


async def test_login_csrf_an_attackers_answer_signs_nobody_else_in(two: Two) -> None:
    async with two.browser() as attacker, two.browser() as victim:
        asked = await two.begun(attacker, "honest")
        two.honest.people[asked["nonce"]] = two.honest.person
        await two.begun(victim, "honest")
        answer = {"code": asked["nonce"], "state": asked["state"]}
        await _refused(await victim.get(callback_path("honest"), params=answer), victim)


async def test_a_state_and_a_code_are_good_once(two: Two) -> None:
    async with two.browser() as client:
        asked = await two.begun(client, "honest")
        two.honest.people[asked["nonce"]] = two.honest.person
        answer = {"code": asked["nonce"], "state": asked["state"]}
        assert (await client.get(callback_path("honest"), params=answer)).status_code == 303
        await client.post("/auth/logout", headers={"Origin": BASE_URL})
        await _refused(await client.get(callback_path("honest"), params=answer), client)


async def test_mix_up_a_code_of_one_provider_never_goes_to_the_other(two: Two) -> None:
    seen: list[str] = []

    def sign(claims: dict[str, Any]) -> str:
        seen.append(claims["nonce"])
        return two.evil.properly(claims)

    two.evil.sign = sign
    async with two.browser() as client:
        asked = await two.begun(client, "evil")
        two.honest.people[asked["nonce"]] = two.honest.person
        answer = {"code": asked["nonce"], "state": asked["state"]}
        # The evil one sends the browser on to the honest one, whose answer comes back by the honest one's way.
        await _refused(await client.get(callback_path("honest"), params=answer), client)
        assert seen == []


async def test_mix_up_an_answer_that_names_the_other_provider_is_refused(two: Two) -> None:
    async with two.browser() as client:
        asked = await two.begun(client, "evil")
        two.evil.people[asked["nonce"]] = two.evil.person
        answer = {"code": asked["nonce"], "state": asked["state"], "iss": two.honest.issuer}
        await _refused(await client.get(callback_path("evil"), params=answer), client)


async def test_a_provider_that_says_that_it_names_itself_has_to(two: Two) -> None:
    two.honest.metadata = {"authorization_response_iss_parameter_supported": True}
    async with two.browser() as client:
        await _refused(await two.sign_in(client, "honest"), client)


async def test_one_provider_can_not_speak_for_the_other(two: Two) -> None:
    two.evil.sign = lambda claims: two.evil.properly(claims | {"iss": two.honest.issuer})
    async with two.browser() as client:
        await _refused(await two.sign_in(client, "evil"), client)
        two.evil.sign = lambda claims: two.honest.properly(claims)
        await _refused(await two.sign_in(client, "evil"), client)


async def test_account_takeover_the_same_address_or_subject_at_another_provider_is_another_person(two: Two) -> None:
    boss = {"sub": "boss", "email": "boss@honest.example"}
    ids = []
    async with two.browser() as theirs, two.browser() as takers, two.browser() as third:
        await two.sign_in(theirs, "honest", **boss)
        await two.sign_in(takers, "evil", **boss)
        await two.sign_in(third, "honest", sub="other", email="boss@honest.example")
        for client in (theirs, takers, third):
            me = (await client.get("/api/me")).json()
            assert me["tenant"]["name"] == "Acme"
            ids.append(me["user"]["id"])
    assert len(set(ids)) == 3


async def test_with_several_providers_the_page_asks_and_an_address_chooses(two: Two) -> None:
    async with two.browser() as client:
        page = await client.get("/auth/login", params={"next": "/c/1"})
        assert page.status_code == 200
        for provider_id in ("honest", "evil"):
            assert f'href="/auth/login?next=%2Fc%2F1&amp;provider={provider_id}"' in page.text
        hint = {"login_hint": "ann@Evil.example", "next": "/c/1"}
        assert (await client.get("/auth/login", params=hint)).headers["location"].startswith(two.evil.issuer)
        unknown = await client.get("/auth/login", params={"login_hint": "<b>@nobody.example"})
        assert (unknown.status_code, "Nobody here knows that address" in unknown.text) == (200, True)
        assert "<b>" not in unknown.text
        program = await client.get("/auth/login", headers={"Accept": "application/json"})
        assert (program.status_code, program.json()["code"]) == (409, "choose_provider")
        nobody = await client.get("/auth/login", params={"provider": "nobody"}, headers={"Accept": "*/*"})
        assert nobody.status_code == 404
