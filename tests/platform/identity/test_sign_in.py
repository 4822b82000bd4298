"""Signing in, by the real protocol over real HTTP."""

import httpx2
import pytest
from sqlalchemy import text

from interlock_platform.database import Database, Scope
from interlock_platform.identity.rules import tenant_id
from interlock_servers.devidp import ISSUER_KEY
from tests.platform.identity.site import (
    SESSION,
    SIGN_IN,
    Site,
    browser,
    development_site,
    key_of,
    query_of,
    sign_in,
    to_callback,
)


async def test_a_person_signs_in_and_comes_back_to_the_page(site: Site) -> None:
    async with browser(site.base_url) as client:
        back = await sign_in(client, "alice", "/c/42?x=1#top")
        assert (back.status_code, back.headers["location"]) == (303, "/c/42?x=1#top")
        me = (await client.get("/api/me")).json()
    assert me["user"]["name"] == "Alice"
    assert me["user"]["email"] == "alice@acme.example"
    assert me["tenant"] == {"id": str(tenant_id(ISSUER_KEY, "acme")), "slug": "acme", "name": "Acme"}
    assert me["roles"] == ["owner"]
    assert me["model"]["demo"] is True
    assert me["build_id"] == "test"


@pytest.mark.parametrize(
    ("who", "tenant", "roles"),
    [("bob", "acme", ["member"]), ("carol", "acme", ["approver"]), ("mallory", "globex", ["member"])],
)
async def test_everybody_lands_in_their_own_tenant_with_their_own_roles(
    site: Site, who: str, tenant: str, roles: list[str]
) -> None:
    async with browser(site.base_url) as client:
        await sign_in(client, who)
        me = (await client.get("/api/me")).json()
    assert (me["tenant"]["slug"], me["roles"]) == (tenant, roles)


async def test_without_a_hint_the_provider_asks_who_is_there(site: Site) -> None:
    async with browser(site.base_url) as client:
        login = await client.get("/auth/login")
        page = await client.get(login.headers["location"])
    assert page.status_code == 200
    assert all(name in page.text for name in ("Alice", "Bob", "Carol", "Mallory"))


async def test_the_request_carries_state_nonce_and_a_challenge_and_no_verifier(site: Site) -> None:
    async with browser(site.base_url) as client:
        first = query_of((await client.get("/auth/login")).headers["location"])
        second = query_of((await client.get("/auth/login")).headers["location"])
    assert first["response_type"] == "code"
    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"] == f"{site.base_url}/auth/callback"
    assert "code_verifier" not in first
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]


async def test_the_same_person_is_the_same_user_at_every_sign_in_and_on_every_port(
    site: Site, database: Database
) -> None:
    ids = set()
    async with development_site(database) as other:
        for base_url in (site.base_url, site.base_url, other.base_url):
            async with browser(base_url) as client:
                await sign_in(client, "alice")
                ids.add((await client.get("/api/me")).json()["user"]["id"])
    assert len(ids) == 1


async def _refused(answer: httpx2.Response, client: httpx2.AsyncClient) -> None:
    assert answer.status_code == 400
    assert "sign_in_failed" in answer.text
    assert 'href="/auth/login"' in answer.text
    assert (await client.get("/api/me")).status_code == 401


async def test_an_answer_is_good_once(site: Site) -> None:
    async with browser(site.base_url) as client:
        callback = await to_callback(client, "alice")
        assert (await client.get(callback)).status_code == 303
        client.cookies.delete(SESSION)
        await _refused(await client.get(callback), client)


async def test_an_answer_is_good_in_the_browser_that_asked_only(site: Site) -> None:
    async with browser(site.base_url) as asked, browser(site.base_url) as other, browser(site.base_url) as busy:
        callback = await to_callback(asked, "mallory")
        await _refused(await other.get(callback), other)
        await to_callback(busy, "alice")
        await _refused(await busy.get(callback), busy)
        assert (await asked.get(callback)).status_code == 303


async def test_an_answer_after_ten_minutes_is_too_late(site: Site, database: Database) -> None:
    async with browser(site.base_url) as client:
        callback = await to_callback(client, "alice")
        key = key_of(f"{client.cookies[SIGN_IN]}.{query_of(callback)['state']}")
        async with database.transaction(Scope(secret_hash=key)) as session:
            moved = await session.execute(
                text(
                    "update sign_ins set expires_at = expires_at - interval '10 minutes' returning expires_at <= now()"
                )
            )
            assert moved.scalar_one() is True
        await _refused(await client.get(callback), client)


async def test_an_answer_that_was_tampered_with_is_refused(site: Site, subtests: pytest.Subtests) -> None:
    for spoil in ({"state": "x"}, {"code": "x"}, {"iss": "https://elsewhere.example"}, {"iss": ""}, {"code": ""}):
        with subtests.test(str(spoil)):
            async with browser(site.base_url) as client:
                answer = query_of(await to_callback(client, "alice")) | spoil
                kept = {name: value for name, value in answer.items() if value}
                await _refused(await client.get("/auth/callback", params=kept), client)


async def test_a_refusal_of_the_provider_is_shown_as_text(site: Site) -> None:
    async with browser(site.base_url) as client:
        state = query_of((await client.get("/auth/login")).headers["location"])["state"]
        said = {"state": state, "error": "access_denied", "error_description": "<script>alert(1)</script>"}
        answer = await client.get("/auth/callback", params=said)
        await _refused(answer, client)
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_a_program_gets_the_refusal_as_a_problem(site: Site) -> None:
    async with browser(site.base_url) as client:
        answer = await client.get("/auth/callback?state=x&code=y", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "sign_in_failed"


async def test_two_tabs_of_one_browser_sign_in_side_by_side(site: Site) -> None:
    async with browser(site.base_url) as client:
        first, second = await to_callback(client, "alice"), await to_callback(client, "alice")
        assert (await client.get(first)).status_code == 303
        assert (await client.get(second)).status_code == 303


ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "evil.example",
    "/x\r\nSet-Cookie: a=b",
    "/" + "x" * 2000,
    "",
)


async def test_next_leads_nowhere_else(site: Site, subtests: pytest.Subtests) -> None:
    async with browser(site.base_url) as client:
        for page in ELSEWHERE:
            with subtests.test(page):
                answer = await client.get("/auth/login", params={"next": page}, headers={"Accept": "application/json"})
                assert answer.status_code == 422
                assert answer.json()["code"] == "invalid"
                assert answer.json()["errors"][0]["field"] == "/next"


async def test_next_is_taken_as_it_was_given(site: Site, subtests: pytest.Subtests) -> None:
    async with browser(site.base_url) as client:
        for page in ("/", "/c/1", "/c/1?a=b&c=%2F%2Fevil.example#x", "/%5Cevil", "/.//evil.example"):
            with subtests.test(page):
                assert (await sign_in(client, "alice", page)).headers["location"] == page


async def test_a_disabled_person_can_neither_sign_in_nor_go_on(site: Site, database: Database) -> None:
    async with browser(site.base_url) as client:
        await sign_in(client, "bob")
        assert (await client.get("/api/me")).status_code == 200
        async with database.transaction(Scope(tenant_id=tenant_id(ISSUER_KEY, "acme"))) as session:
            await session.execute(text("update users set disabled_at = now() where subject = 'bob'"))
        assert (await client.get("/api/me")).status_code == 401
        again = await sign_in(client, "bob")
    assert again.status_code == 403
    assert "disabled" in again.text
