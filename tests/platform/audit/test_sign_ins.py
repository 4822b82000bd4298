"""Who came in, how, and when they left; and who was kept out."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import pytest_asyncio
from sqlalchemy import text

from interlock_platform.database import Database, Scope
from interlock_platform.identity.rules import tenant_id
from interlock_servers.devidp import ISSUER_KEY
from tests.platform.identity.site import SESSION, Site, browser, development_site, sign_in

ACME, GLOBEX = (tenant_id(ISSUER_KEY, slug) for slug in ("acme", "globex"))


@pytest_asyncio.fixture(loop_scope="session")
async def site(database: Database) -> AsyncIterator[Site]:
    async with development_site(database) as site:
        yield site


async def newest(database: Database, tenant: UUID, count: int) -> list[dict[str, Any]]:
    """The last entries of the tenant, in their order."""
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        statement = "select actor, action, target, data from audit order by seq desc limit :count"
        found = (await session.execute(text(statement), {"count": count})).mappings().all()
    return [dict(row) for row in reversed(found)]


async def session_of(database: Database, tenant: UUID, user: str) -> UUID:
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        statement = "select id from sessions where user_id = :user order by created_at desc limit 1"
        found: UUID = (await session.execute(text(statement), {"user": user})).scalar_one()
    return found


async def test_signing_in_and_out_is_on_the_record(site: Site, database: Database) -> None:
    async with browser(site.base_url) as client:
        await sign_in(client, "alice")
        secret = client.cookies[SESSION]
        alice = (await client.get("/api/me")).json()["user"]["id"]
        session_id = str(await session_of(database, ACME, alice))
        await client.post("/auth/logout")
        await client.post("/auth/logout")
    started, ended = await newest(database, ACME, 2)
    assert (started["action"], ended["action"]) == ("session.started", "session.ended")
    assert str(started["actor"]) == str(ended["actor"]) == alice
    assert started["target"] == ended["target"] == session_id
    assert started["data"] == {"how": ISSUER_KEY, "roles": ["owner"]}
    assert ended["data"] == {"why": "signed_out"}
    assert secret not in repr((started, ended))


async def test_a_session_that_another_sign_in_replaces_ends_in_its_own_tenants_record(
    site: Site, database: Database
) -> None:
    async with browser(site.base_url) as client:
        await sign_in(client, "alice")
        alice = (await client.get("/api/me")).json()["user"]["id"]
        before = str(await session_of(database, ACME, alice))
        await sign_in(client, "mallory")
        mallory = (await client.get("/api/me")).json()["user"]["id"]
    (ended,) = await newest(database, ACME, 1)
    assert (ended["action"], str(ended["actor"]), ended["target"]) == ("session.ended", alice, before)
    assert ended["data"] == {"why": "signed_in_again"}
    (started,) = await newest(database, GLOBEX, 1)
    assert (started["action"], str(started["actor"])) == ("session.started", mallory)


async def test_a_disabled_account_that_is_refused_is_on_the_record_and_stays_as_it_was(
    site: Site, database: Database
) -> None:
    async with browser(site.base_url) as client:
        await sign_in(client, "bob")
        bob = (await client.get("/api/me")).json()["user"]["id"]
        await client.post("/auth/logout")
    async with database.transaction(Scope(tenant_id=ACME)) as session:
        statement = "update users set disabled_at = now(), name = 'Before' where subject = 'bob'"
        await session.execute(text(statement))
    async with browser(site.base_url) as client:
        await sign_in(client, "alice")
        alice: httpx2.Response = await client.get("/api/me")
        refused = await sign_in(client, "bob")
        assert refused.status_code == 403
        assert (await client.get("/api/me")).json() == alice.json(), "the session before goes on"
    (entry,) = await newest(database, ACME, 1)
    assert (entry["action"], str(entry["actor"]), entry["target"]) == ("session.refused", bob, bob)
    assert entry["data"] == {"how": ISSUER_KEY, "why": "disabled"}
    async with database.transaction(Scope(tenant_id=ACME)) as session:
        name = (await session.execute(text("select name from users where subject = 'bob'"))).scalar_one()
        assert name == "Before"
        assert (await session.execute(text("select count(*) from sessions where user_id = :b"), {"b": bob})).one()[
            0
        ] == 0
