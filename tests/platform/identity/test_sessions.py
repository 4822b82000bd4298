"""What a session's cookie opens, and for how long."""

from http.cookies import SimpleCookie

import httpx2
import pytest
from sqlalchemy import text

from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem
from tests.platform.identity.site import SESSION, Site, browser, identity_for, key_of, query_of, sign_in, to_callback


async def test_the_cookie_is_opaque_and_out_of_reach_for_scripts(site: Site, database: Database) -> None:
    async with browser(site.base_url) as client:
        answer = await client.get(await to_callback(client, "alice"))
    cookie = next(
        SimpleCookie(line)[SESSION] for line in answer.headers.get_list("set-cookie") if line.startswith(SESSION)
    )
    assert len(cookie.value) == 43
    assert cookie["httponly"] is True
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("lax", "/", "")
    assert cookie["max-age"] == str(7 * 24 * 3600)
    async with database.transaction(Scope(secret_hash=key_of(cookie.value))) as session:
        row = (await session.execute(text("select * from sessions"))).mappings().one()
    assert cookie.value not in repr(dict(row))


async def test_a_session_given_to_the_browser_before_is_not_the_one_it_signs_in_with(site: Site) -> None:
    async with browser(site.base_url) as attacker, browser(site.base_url) as victim:
        await sign_in(attacker, "mallory")
        planted = attacker.cookies[SESSION]
        victim.cookies.set(SESSION, planted, domain="127.0.0.1", path="/")
        await sign_in(victim, "alice")
        assert [cookie.value for cookie in victim.cookies.jar if cookie.name == SESSION] != [planted]
        assert (await attacker.get("/api/me")).status_code == 401


async def test_signing_in_again_ends_the_session_before(site: Site, alice: httpx2.AsyncClient) -> None:
    before = alice.cookies[SESSION]
    await sign_in(alice, "alice")
    assert alice.cookies[SESSION] != before
    assert (await site.identity.authenticate(alice.cookies[SESSION])).name == "Alice"
    with pytest.raises(Problem, match="Sign in first"):
        await site.identity.authenticate(before)


async def test_logging_out_ends_the_session_for_every_copy_of_its_cookie(site: Site, alice: httpx2.AsyncClient) -> None:
    copied = alice.cookies[SESSION]
    answer = await alice.post("/auth/logout", headers={"Origin": site.base_url})
    assert answer.status_code == 204
    assert SimpleCookie(answer.headers.get_list("set-cookie")[0])[SESSION]["max-age"] == "0"
    assert SESSION not in alice.cookies
    async with browser(site.base_url) as thief:
        stolen = await thief.get("/api/me", headers={"Cookie": f"{SESSION}={copied}"})
    assert stolen.status_code == 401
    assert stolen.json()["code"] == "unauthenticated"


async def test_after_logging_out_the_provider_is_to_ask_who_is_there(site: Site, alice: httpx2.AsyncClient) -> None:
    async def prompt() -> str | None:
        return query_of((await alice.get("/auth/login")).headers["location"]).get("prompt")

    assert await prompt() is None
    await alice.post("/auth/logout")
    assert await prompt() == "login"
    await sign_in(alice, "alice")
    assert await prompt() is None


async def test_logging_out_without_a_session_is_no_error(site: Site) -> None:
    async with browser(site.base_url) as client:
        assert (await client.post("/auth/logout")).status_code == 204


async def test_anything_else_opens_nothing(site: Site, subtests: pytest.Subtests) -> None:
    async with browser(site.base_url) as client:
        for cookie in ("", "x", "a" * 5000, "a.b", "é", "%00"):
            with subtests.test(cookie[:9]):
                answer = await client.get("/api/me", headers={b"Cookie": f"{SESSION}={cookie}".encode()})
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert (await client.get("/api/me")).status_code == 401


async def test_two_different_session_cookies_open_nothing(site: Site, alice: httpx2.AsyncClient) -> None:
    mine = alice.cookies[SESSION]
    async with browser(site.base_url) as client:
        twice = await client.get("/api/me", headers={"Cookie": f"{SESSION}={mine}; {SESSION}={mine}"})
        both = await client.get("/api/me", headers={"Cookie": f"{SESSION}={mine}; {SESSION}=other"})
    assert (twice.status_code, both.status_code) == (200, 401)


async def _age(database: Database, client: httpx2.AsyncClient, statement: str) -> None:
    async with database.transaction(Scope(secret_hash=key_of(client.cookies[SESSION]))) as session:
        assert (await session.execute(text(statement))).one()


async def test_an_idle_session_ends_by_the_databases_clock(alice: httpx2.AsyncClient, database: Database) -> None:
    await _age(database, alice, "update sessions set seen_at = now() - interval '7 hours 59 minutes' returning id")
    assert (await alice.get("/api/me")).status_code == 200
    await _age(database, alice, "update sessions set seen_at = now() - interval '8 hours' returning id")
    assert (await alice.get("/api/me")).status_code == 401


async def test_a_busy_session_ends_too_by_the_databases_clock(alice: httpx2.AsyncClient, database: Database) -> None:
    await _age(database, alice, "update sessions set expires_at = now() returning id")
    assert (await alice.get("/api/me")).status_code == 401


async def test_being_seen_is_noted_at_most_once_a_minute(alice: httpx2.AsyncClient, database: Database) -> None:
    async def seen() -> object:
        async with database.transaction(Scope(secret_hash=key_of(alice.cookies[SESSION]))) as session:
            return (await session.execute(text("select seen_at from sessions"))).scalar_one()

    await _age(database, alice, "update sessions set seen_at = now() - interval '59 seconds' returning id")
    before = await seen()
    await alice.get("/api/me")
    assert await seen() == before
    await _age(database, alice, "update sessions set seen_at = now() - interval '61 seconds' returning id")
    before = await seen()
    await alice.get("/api/me")
    assert await seen() != before


async def test_a_change_of_roles_holds_from_the_next_request_on(alice: httpx2.AsyncClient, database: Database) -> None:
    me = (await alice.get("/api/me")).json()
    async with database.transaction(Scope(tenant_id=me["tenant"]["id"])) as session:
        await session.execute(text("update users set roles = '{viewer}'"))
    assert (await alice.get("/api/me")).json()["roles"] == ["viewer"]


async def test_a_session_ends_with_the_provider_that_vouched_for_it(
    site: Site, alice: httpx2.AsyncClient, database: Database
) -> None:
    secret = alice.cookies[SESSION]
    later = identity_for(database, site.identity.providers.all[0].client, "https://login.example")
    with pytest.raises(Problem, match="Sign in first"):
        await later.authenticate(secret)


async def test_the_session_of_a_tenant_reads_nothing_of_another(site: Site, alice: httpx2.AsyncClient) -> None:
    async with browser(site.base_url) as client:
        await sign_in(client, "mallory")
        theirs = (await client.get("/api/me")).json()
    ours = (await alice.get("/api/me")).json()
    assert theirs["tenant"]["id"] != ours["tenant"]["id"]
    assert theirs["user"]["id"] != ours["user"]["id"]
