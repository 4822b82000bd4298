"""An organisation's own identity provider: believed about its own people, and about nobody else's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from starlette.types import ASGIApp

from interlock_servers.postgres_access import PostgresAccess
from tests.person import NO_AUTHORITIES, Person
from tests.platform.http.serving import serving
from tests.platform.identity.scripted_provider import ScriptedProvider
from tests.platform.identity.site import query_of
from tests.platform.place import Place, open_place


@dataclass(frozen=True)
class Own:
    """A place whose admins may enter providers, and one that they can enter."""

    place: Place
    provider: ScriptedProvider

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx.AsyncClient]:
        client = httpx.AsyncClient(base_url=self.place.url, verify=NO_AUTHORITIES, timeout=30, trust_env=False)
        async with client:
            yield client

    def body(self, **more: Any) -> dict[str, Any]:
        given = {"name": "Ours", "issuer": self.provider.issuer, "client_id": "interlock", "client_secret": "a-secret"}
        return given | {"roles_claim": "groups", "known": {"bosses": "admin"}} | more

    async def sign_in(self, browser: httpx.AsyncClient, provider_id: str, **person: Any) -> httpx.Response:
        login = await browser.get("/auth/login", params={"provider": provider_id})
        if login.status_code != 303:
            return login
        asked = query_of(login.headers["location"])
        self.provider.people[asked["nonce"]] = self.provider.person | {"groups": []} | person
        answer = {"code": asked["nonce"], "state": asked["state"]}
        return await browser.get(f"/auth/callback/{provider_id}", params=answer)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Own]:
    made: list[ScriptedProvider] = []

    def make(base_url: str) -> ASGIApp:
        made.append(ScriptedProvider(base_url))
        return made[0].app()

    folder = tmp_path_factory.mktemp("own")
    async with serving(make), open_place(postgres, folder, tenant_providers=True) as place:
        yield Own(place, made[0])


@pytest_asyncio.fixture(loop_scope="session")
async def alice(own: Own) -> AsyncIterator[Person]:
    async with own.place.person("alice") as alice:
        yield alice


@asynccontextmanager
async def entered(own: Own, admin: Person, **more: Any) -> AsyncIterator[dict[str, Any]]:
    provider = await admin.ok("POST", "/api/identity-providers", own.body(**more))
    try:
        yield provider
    finally:
        await admin.api("DELETE", f"/api/identity-providers/{provider['id']}")


async def test_its_people_are_of_this_organisation_and_no_owners(own: Own, alice: Person) -> None:
    async with entered(own, alice) as provider, own.browser() as browser:
        claims = {"sub": "ann", "groups": ["bosses", "owner"], "tenant": "globex", "roles": ["owner"]}
        assert (await own.sign_in(browser, provider["id"], **claims)).status_code == 303
        me = (await browser.get("/api/me")).json()
        assert (me["tenant"]["name"], me["roles"]) == ("Acme", ["admin"])
        listed = (await browser.get("/api/tenants")).json()["tenants"]
        assert [each["name"] for each in listed] == ["Acme"]


async def test_it_can_not_speak_for_people_of_another_provider(own: Own, alice: Person) -> None:
    hers = (await alice.ok("GET", "/api/me"))["user"]
    async with entered(own, alice) as provider, own.browser() as browser:
        await own.sign_in(browser, provider["id"], sub="alice", email=hers["email"], email_verified=True)
        me = (await browser.get("/api/me")).json()
        assert (me["user"]["id"] != hers["id"], me["roles"]) == (True, ["member"])


async def test_its_people_join_no_other_organisation(own: Own, alice: Person) -> None:
    async with entered(own, alice) as provider, own.browser() as browser, own.place.person("mallory") as mallory:
        await own.place.sql("update users set roles = '{owner}', roles_set = true where name = 'Mallory'")
        link = (await mallory.ok("POST", "/api/invitations", {"roles": ["admin"]}))["url"]
        await own.sign_in(browser, provider["id"], sub="ann")
        answer = await browser.post(link)
        assert (answer.status_code, answer.json()["code"]) == (403, "invitation_not_yours")
        members = (await alice.ok("GET", "/api/members"))["members"]
        assert own.provider.issuer in [each["source"] for each in members]


async def test_with_it_go_the_sessions_of_its_people(own: Own, alice: Person) -> None:
    async with own.browser() as browser:
        async with entered(own, alice) as provider:
            await own.sign_in(browser, provider["id"], sub="ben")
            assert (await browser.get("/api/me")).status_code == 200
        assert (await browser.get("/api/me")).status_code == 401
        assert (await own.sign_in(browser, provider["id"], sub="ben")).status_code == 404
    actions = [each["action"] for each in (await alice.ok("GET", "/api/audit"))["entries"]]
    assert {"identity_provider.entered", "identity_provider.removed"} <= set(actions)


async def test_the_client_secret_is_in_the_vault_and_is_told_to_nobody(own: Own, alice: Person) -> None:
    async with entered(own, alice, client_secret="never-to-be-seen") as provider:
        listed = await alice.ok("GET", "/api/identity-providers")
        rows = await own.place.sql("select * from identity_providers")
        secrets = await own.place.sql("select name, server_id from secrets")
        trail = await alice.ok("GET", "/api/audit")
        assert "never-to-be-seen" not in f"{provider} {listed} {rows} {trail}"
        assert ("client_secret", f"identity-provider:{provider['id']}") in secrets
    assert await own.place.sql("select name from secrets where name = 'client_secret'") == []


async def test_who_may_not_and_who_is_of_another_organisation_finds_none(own: Own, alice: Person) -> None:
    async with entered(own, alice) as provider, own.place.person("bob") as bob, own.place.person("mallory") as mallory:
        assert (await bob.api("POST", "/api/identity-providers", own.body())).status_code == 403
        await own.place.sql("update users set roles = '{owner}', roles_set = true where name = 'Mallory'")
        assert (await mallory.ok("GET", "/api/identity-providers"))["providers"] == []
        for provider_id in (provider["id"], str(uuid4())):
            answer = await mallory.api("DELETE", f"/api/identity-providers/{provider_id}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"issuer": "http://login.example"}, (422, "invalid")),
        ({"issuer": "ftp://login.example"}, (422, "invalid")),
        ({"issuer": "https://login.example/{tenantid}"}, (422, "invalid")),
        ({"known": {"g": "owner"}}, (422, "invalid")),
        ({"otherwise": "owner"}, (422, "invalid")),
        ({"scope": "profile"}, (422, "invalid")),
        ({"command": "x"}, (422, "invalid")),
        ({"issuer": "https://169.254.169.254"}, (502, "provider_unreachable")),
        ({"issuer": "https://10.0.0.1"}, (502, "provider_unreachable")),
        ({"issuer": "https://login.internal"}, (502, "provider_unreachable")),
    ],
)
async def test_one_that_could_do_harm_is_not_entered(
    own: Own, alice: Person, change: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = await alice.api("POST", "/api/identity-providers", own.body(**change))
    assert (answer.status_code, answer.json()["code"]) == expected
    assert (await alice.ok("GET", "/api/identity-providers"))["providers"] == []


async def test_one_whose_answer_has_no_end_is_not_entered(own: Own, alice: Person) -> None:
    own.provider.metadata = {"padding": "x" * 2_000_000}
    try:
        answer = await alice.api("POST", "/api/identity-providers", own.body())
    finally:
        own.provider.metadata = {}
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_unreachable")


async def test_where_the_operator_does_not_allow_it_nobody_enters_one(
    own: Own, postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_place(postgres, tmp_path_factory.mktemp("closed")) as place, place.person("alice") as alice:
        assert await alice.ok("GET", "/api/identity-providers") == {"allowed": False, "providers": []}
        answer = await alice.api("POST", "/api/identity-providers", own.body())
        assert (answer.status_code, answer.json()["code"]) == (403, "providers_not_allowed")
