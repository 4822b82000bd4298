"""A link lets one person in, once, as no more than whoever gave it may give."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.person import Person
from tests.platform.place import Place

PAGE = {"Accept": "text/html"}


async def invite(giver: Person, **body: Any) -> tuple[dict[str, Any], str]:
    """The invitation, and the path of its link."""
    given = await giver.ok("POST", "/api/invitations", {"roles": ["member"], **body})
    return given["invitation"], str(httpx.URL(given["url"]).path)


async def join(person: Person, path: str) -> tuple[int, str]:
    answer = await person.http.post(path, follow_redirects=False)
    return answer.status_code, answer.json()["code"] if answer.content else ""


async def membership(place: Place, name: str) -> list[tuple[Any, ...]]:
    return await place.sql("delete from users where name = %s and invited returning roles, roles_set", name)


async def state_of(giver: Person, invitation: dict[str, Any]) -> str:
    listed = (await giver.ok("GET", "/api/invitations"))["invitations"]
    return str(next(each["state"] for each in listed if each["id"] == invitation["id"]))


async def test_a_person_of_another_organisation_joins_by_a_link(place: Place, alice: Person, mallory: Person) -> None:
    invitation, path = await invite(alice, roles=["viewer", "approver"], days=1)
    assert (invitation["state"], invitation["roles"]) == ("open", ["approver", "viewer"])
    offered = await mallory.http.get(path, headers=PAGE)
    assert "Alice invites you to Acme as approver and viewer." in offered.text
    assert "Mallory (mallory@globex.example)" in offered.text
    assert f'<form method="post" action="{path}">' in offered.text
    # A page whose own Origin browsers would write as "null" could never be answered.
    assert offered.headers["referrer-policy"] == "same-origin"
    assert offered.headers["cache-control"] == "no-store"
    assert await join(mallory, path) == (303, "")
    me = await mallory.ok("GET", "/api/me")
    assert (me["tenant"]["name"], me["roles"]) == ("Acme", ["approver", "viewer"])
    listed = (await alice.ok("GET", "/api/invitations"))["invitations"]
    assert (listed[0]["state"], listed[0]["used_by"]["name"]) == ("used", "Mallory")
    entries = (await alice.ok("GET", "/api/audit"))["entries"]
    assert {"invitation.given", "invitation.accepted"} <= {each["action"] for each in entries}
    assert "invitation" in [each["data"].get("by") for each in entries if each["action"] == "session.started"]
    assert path.rpartition("/")[2] not in str(entries)
    assert path.rpartition("/")[2] not in str(await place.sql("select * from invitations"))
    assert await membership(place, "Mallory") == [(["approver", "viewer"], True)]


async def test_who_has_no_session_signs_in_first_and_comes_back(place: Place, alice: Person) -> None:
    _, path = await invite(alice)
    async with httpx.AsyncClient(base_url=place.url, headers=PAGE) as nobody:
        offered = await nobody.get(path)
        assert "Sign in to join" in offered.text
        assert f'href="/auth/login?next={path.replace("/", "%2F")}"' in offered.text
        assert (await nobody.post(path, headers={"Accept": "application/json"})).status_code == 401
        await nobody.get("/auth/login", params={"next": path, "login_hint": "mallory"}, follow_redirects=True)
        assert "Join Acme" in (await nobody.get(path)).text


async def test_every_link_that_can_not_be_used_is_answered_alike(
    place: Place, alice: Person, bob: Person, mallory: Person
) -> None:
    used, used_path = await invite(alice)
    assert await join(mallory, used_path) == (303, "")
    revoked, revoked_path = await invite(alice)
    await alice.ok("DELETE", f"/api/invitations/{revoked['id']}")
    assert (await alice.api("DELETE", f"/api/invitations/{revoked['id']}")).status_code == 404
    expired, expired_path = await invite(alice)
    await place.sql("update invitations set expires_at = now() where id = %s", expired["id"])
    async with place.person("mallory") as guest:
        answers = []
        for path in (used_path, revoked_path, expired_path, "/join/unknown"):
            for method in ("GET", "POST"):
                said = await guest.http.request(method, path)
                answers.append((said.status_code, said.json()["code"], said.json()["detail"]))
        assert set(answers) == {(404, "invitation_unusable", answers[0][2])}
        shown = await guest.http.get(used_path, headers=PAGE)
        assert (shown.status_code, "Ask for a new one" in shown.text) == (404, True)
    assert [await state_of(alice, each) for each in (used, revoked, expired)] == ["used", "revoked", "expired"]
    await membership(place, "Mallory")


async def test_of_several_who_use_a_link_at_once_one_joins(place: Place, alice: Person) -> None:
    _, path = await invite(alice)
    await place.sql("delete from users where invited")
    async with place.person("mallory") as first, place.person("mallory") as second:
        answers = await asyncio.gather(join(first, path), join(second, path))
    assert sorted(status for status, _ in answers) == [303, 404]
    await membership(place, "Mallory")


async def test_an_invitation_gives_no_more_than_its_giver_may(alice: Person, dave: Person, bob: Person) -> None:
    refused = await dave.api("POST", "/api/invitations", {"roles": ["owner"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await bob.api("POST", "/api/invitations", {"roles": ["viewer"]})).status_code == 403
    assert (await invite(alice, roles=["owner"]))[0]["roles"] == ["owner"]
    assert (await invite(dave, roles=["admin"]))[0]["roles"] == ["admin"]


@pytest.mark.parametrize(
    "change", ["roles = '{admin}', roles_set = true", "roles = '{member}', roles_set = true", "disabled_at = now()"]
)
async def test_an_invitation_counts_no_longer_than_its_giver_could_give_it(
    place: Place, alice: Person, mallory: Person, change: str
) -> None:
    _, path = await invite(alice, roles=["owner"])
    await place.sql(f"update users set {change} where name = 'Alice'")  # noqa: S608 - of the list above
    try:
        assert await join(mallory, path) == (404, "invitation_unusable")
    finally:
        await place.sql(
            "update users set roles = '{owner}', roles_set = false, disabled_at = null where name = 'Alice'"
        )


async def test_an_address_counts_only_where_the_provider_has_verified_it(
    place: Place, alice: Person, mallory: Person
) -> None:
    _, others = await invite(alice, email="somebody@globex.example")
    assert await join(mallory, others) == (403, "invitation_not_yours")
    _, hers = await invite(alice, email="Mallory@Globex.example")
    await place.sql("update users set email_verified = false where name = 'Mallory'")
    assert await join(mallory, hers) == (403, "invitation_not_yours")
    await place.sql("update users set email_verified = true where name = 'Mallory'")
    assert await join(mallory, hers) == (303, "")
    await membership(place, "Mallory")


async def test_who_belongs_there_already_uses_nothing_up_and_who_was_disabled_stays_out(
    place: Place, alice: Person, bob: Person, mallory: Person
) -> None:
    invitation, path = await invite(alice, roles=["owner"])
    assert await join(bob, path) == (409, "already_member")
    assert (await bob.ok("GET", "/api/me"))["roles"] == ["member"]
    _, first = await invite(alice)
    assert await join(mallory, first) == (303, "")
    await place.sql("update users set disabled_at = now() where invited")
    async with place.person("mallory") as again:
        assert await join(again, path) == (403, "account_disabled")
    assert await state_of(alice, invitation) == "open"
    await membership(place, "Mallory")


async def test_another_site_can_not_have_somebody_join(alice: Person, mallory: Person) -> None:
    _, path = await invite(alice)
    answer = await mallory.http.post(path, headers={"Origin": "https://evil.example"}, follow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_origin")
    assert (await mallory.ok("GET", "/api/me"))["tenant"]["name"] == "Globex"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"roles": []}, "/roles"),
        ({"roles": ["king"]}, "/roles/0"),
        ({"roles": ["member"], "email": "nobody"}, "/email"),
        ({"roles": ["member"], "days": 31}, "/days"),
        ({"roles": ["member"], "uses": 5}, "/uses"),
    ],
)
async def test_an_invitation_that_means_nothing_is_refused_with_its_place(
    body: dict[str, Any], field: str, alice: Person
) -> None:
    answer = await alice.api("POST", "/api/invitations", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
