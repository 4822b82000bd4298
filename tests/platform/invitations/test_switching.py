"""A person of several organisations: in one at a time, and moved between them without a trace of the other."""

from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from interlock_platform.database import Database, Scope
from interlock_platform.identity import store
from tests.mcp_servers.process import until
from tests.person import Person
from tests.platform.identity.site import SESSION
from tests.platform.place import Place


async def joined(place: Place, giver: Person, guest: Person, roles: list[str]) -> str:
    """The guest is of the giver's organisation from here on, and in it; its id."""
    url = (await giver.ok("POST", "/api/invitations", {"roles": roles}))["url"]
    answer = await guest.http.post(url.removeprefix(place.url), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    tenant: str = (await guest.ok("GET", "/api/me"))["tenant"]["id"]
    return tenant


async def test_a_person_moves_between_their_organisations(place: Place, alice: Person, mallory: Person) -> None:
    globex = (await mallory.ok("GET", "/api/me"))["tenant"]["id"]
    thread_id = await mallory.new_thread()
    acme = await joined(place, alice, mallory, ["viewer"])
    listed = (await mallory.ok("GET", "/api/tenants"))["tenants"]
    assert [(each["name"], each["roles"], each["current"]) for each in listed] == [
        ("Acme", ["viewer"], True),
        ("Globex", ["member"], False),
    ]
    # What they have in one is nobody's in the other, and so are their rights.
    assert (await mallory.api("GET", f"/api/threads/{thread_id}")).status_code == 404
    assert (await mallory.api("POST", "/api/threads", {})).status_code == 403
    before = mallory.http.cookies[SESSION]
    await mallory.connect()
    assert (await mallory.api("POST", f"/api/tenants/{globex}/switch")).status_code == 204
    assert mallory.http.cookies[SESSION] != before
    await until(lambda: not mallory.sio.connected, "the end of the old session's socket")
    async with httpx.AsyncClient(base_url=place.url, headers={"Cookie": f"{SESSION}={before}"}) as copied:
        assert (await copied.get("/api/me")).status_code == 401
    assert (await mallory.ok("GET", "/api/me"))["tenant"]["id"] == globex
    assert (await mallory.api("GET", f"/api/threads/{thread_id}")).status_code == 200
    assert (await mallory.ok("GET", "/api/me"))["roles"] == ["member"]
    assert acme != globex


async def test_moving_makes_no_session_last_longer(place: Place, alice: Person, mallory: Person) -> None:
    globex = (await mallory.ok("GET", "/api/me"))["tenant"]["id"]
    await place.sql("update sessions set expires_at = now() + interval '5 minutes' where tenant_id = %s", globex)
    listed = (await mallory.ok("GET", "/api/tenants"))["tenants"]
    acme = next(each["id"] for each in listed if not each["current"])
    assert (await mallory.api("POST", f"/api/tenants/{acme}/switch")).status_code == 204
    ends = (
        "select max(expires_at) < now() + interval '6 minutes' from sessions join users on users.id = user_id "
        "where users.name = 'Mallory' and users.tenant_id = %s and sessions.created_at > now() - interval '1 minute'"
    )
    assert await place.sql(ends, acme) == [(True,)]


async def test_an_organisation_that_is_not_theirs_is_nobodys(alice: Person, bob: Person, mallory: Person) -> None:
    globex = (await mallory.ok("GET", "/api/me"))["tenant"]["id"]
    answers = []
    for tenant_id in (globex, str(uuid4())):
        answer = await bob.api("POST", f"/api/tenants/{tenant_id}/switch")
        answers.append((answer.status_code, answer.json()["code"], answer.json()["detail"], dict(answer.cookies)))
    assert answers[0] == answers[1]
    assert answers[0][:2] == (404, "not_found")
    assert [each["name"] for each in (await bob.ok("GET", "/api/tenants"))["tenants"]] == ["Acme"]


async def test_who_lost_their_access_does_not_get_in_from_another_organisation(
    place: Place, alice: Person, mallory: Person
) -> None:
    acme = (await alice.ok("GET", "/api/me"))["tenant"]["id"]
    members = (await alice.ok("GET", "/api/members"))["members"]
    theirs = next(each["id"] for each in members if each["name"] == "Mallory")
    await alice.ok("PATCH", f"/api/members/{theirs}", {"active": False})
    async with place.person("mallory") as here:
        assert [each["name"] for each in (await here.ok("GET", "/api/tenants"))["tenants"]] == ["Globex"]
        assert (await here.api("POST", f"/api/tenants/{acme}/switch")).status_code == 404


PEOPLE = [("i", "s"), ("100% 's", "a\\b; --"), ("i", "%s %(x)s :x")]


@pytest.mark.parametrize("person", PEOPLE)
async def test_in_the_database_a_person_reads_their_own_rows_of_every_tenant_and_changes_none(
    database: Database, person: tuple[str, str]
) -> None:
    mine, others = [uuid4(), uuid4()], uuid4()
    for tenant_id, (issuer, subject) in zip([*mine, others], [person, person, ("i", "other")], strict=True):
        async with database.transaction(Scope(tenant_id=tenant_id)) as session:
            await store.put_tenant(session, tenant_id, "t", None)
            account = store.Account(issuer, subject, "N", "e@x.example", email_verified=False)
            await store.put_user(session, account, ["member"], keep_roles=False)
    async with database.transaction(Scope(person=person)) as session:
        found = await store.list_memberships(session, *person)
        assert {each.tenant.id for each in found} == set(mine)
        assert set(await session.scalars(text("select tenant_id from users"))) == set(mine)
        assert set(await session.scalars(text("select id from tenants"))) == set(mine)
        for table in ("sessions", "audit", "threads", "invitations", "secrets"):
            assert await session.scalar(text(f"select count(*) from {table}")) == 0  # noqa: S608 - names of ours
        for statement in ("update users set roles = '{owner}'", "delete from users", "update tenants set name = 'x'"):
            changed = await session.execute(text(f"{statement} returning id"))
            assert changed.all() == []
    async with database.transaction(Scope()) as session:
        assert await session.scalar(text("select count(*) from users")) == 0
