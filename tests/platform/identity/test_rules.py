"""What claims mean here: tenants and roles that they name, and what becomes of those that they name no more."""

from typing import Any

import httpx2
import pytest

from interlock_platform.database import Database
from interlock_platform.identity.claims import person_of
from interlock_platform.identity.rules import ByClaim, Roles, Rules, When, named_tenant_id, places_of, tenant_id
from tests.platform.identity.scripted_provider import Visit, visit

GROUPS = Rules(
    (
        When("acme", "Acme", claim="groups", value="acme people"),
        When("globex", "Globex", claim="groups", value="globex"),
        When("initech", "Initech", email_domain="initech.example"),
    ),
    Roles("groups", {"acme admins": "admin", "watchers": "viewer"}),
    leave=True,
)


def places(rules: Rules, **claims: Any) -> list[tuple[str | None, list[str] | None]]:
    said = {"sub": "s", **claims}
    found = places_of(said, person_of(said), rules, "key")
    return [(each.slug, sorted(each.roles) if each.roles is not None else None) for each in found]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"groups": ["acme people"]}, [("acme", ["member"])]),
        ({"groups": ["acme people", "globex", "acme admins"]}, [("acme", ["admin"]), ("globex", ["admin"])]),
        ({"groups": "globex watchers"}, [("globex", ["viewer"])]),
        ({"groups": ["acme"]}, []),
        ({"groups": {"acme people": True}}, []),
        ({"groups": True}, []),
        ({}, []),
        ({"email": "a@Initech.example", "email_verified": True}, [("initech", ["member"])]),
        ({"email": "a@initech.example"}, []),
        ({"email": "a@initech.example", "email_verified": "true"}, []),
        ({"email": "a@initech.example@evil.example", "email_verified": True}, []),
        ({"email": "a@evil-initech.example", "email_verified": True}, []),
    ],
)
def test_groups_and_verified_domains_name_tenants_and_roles(
    claims: dict[str, Any], expected: list[tuple[str, list[str]]]
) -> None:
    assert places(GROUPS, **claims) == expected


def test_a_claim_makes_tenants_of_its_values_and_lets_nobody_in_without_one() -> None:
    rules = Rules(ByClaim("tid", required=True), Roles("roles"))
    assert places(rules, tid="t1") == [("t1", None)]
    assert places(rules) == []
    assert tenant_id("key", "acme") != named_tenant_id("acme")


def test_who_has_no_known_role_can_be_kept_out() -> None:
    rules = Rules((When("acme"),), Roles("groups", {"g": "member"}, otherwise=None))
    assert places(rules, groups=["g"]) == [("acme", ["member"])]
    assert places(rules, groups=["other"]) == []


async def tenants(client: httpx2.AsyncClient) -> list[str]:
    return [each["slug"] for each in (await client.get("/api/tenants")).json()["tenants"]]


async def test_who_is_named_no_more_loses_that_access_until_they_are_named_again(database: Database) -> None:
    async with visit(database, GROUPS) as place, place.browser() as desk, place.browser() as phone:
        place.provider.person["email_verified"] = False
        assert (await place.sign_in(desk, groups=["acme people", "globex"])).status_code == 303
        assert await tenants(desk) == ["acme", "globex"]
        assert (await place.sign_in(phone, groups=["globex"])).status_code == 303
        assert await tenants(phone) == ["globex"]
        assert (await desk.get("/api/me")).status_code == 401
        assert (await place.sign_in(desk, groups=["acme people"])).status_code == 303
        assert await tenants(desk) == ["acme"]
        refused = await place.sign_in(desk, groups=[])
        assert (refused.status_code, "no_access" in refused.text) == (403, True)
        assert (await desk.get("/api/me")).status_code == 401


async def owner_invites(place: Visit, owner: httpx2.AsyncClient, **body: Any) -> str:
    """The path of a link into the owner's tenant."""
    given = await owner.post(
        "/api/invitations", json={"roles": ["member"], **body}, headers={"Origin": "https://interlock.example"}
    )
    assert given.status_code == 201, given.text
    return str(httpx2.URL(given.json()["url"]).path)


async def test_where_nobody_gets_an_account_unasked_an_invitation_lets_them_in(database: Database) -> None:
    opened, closed = Rules((When("acme"),), Roles("roles")), Rules((When("acme"),), Roles("roles"), create=False)
    async with visit(database, opened) as place, place.browser() as owner:
        await place.sign_in(owner, roles=["owner"])
        path = await owner_invites(place, owner)
        other = await owner_invites(place, owner)
    async with visit(database, closed) as place, place.browser() as guest:
        refused = await place.sign_in(guest, sub="guest", roles=[])
        assert (refused.status_code, "no_access" in refused.text) == (403, True)
        assert (await place.sign_in(guest, path, sub="guest", name="Guest", roles=[])).headers["location"] == path
        assert (await guest.get("/api/me")).status_code == 401
        assert "You are signed in as Guest" in (await guest.get(path)).text
        joined = await guest.post(path, headers={"Origin": "https://interlock.example"})
        assert joined.headers["location"] == "/"
        assert (await guest.get("/api/me")).json()["roles"] == ["member"]
        async with place.browser() as nobody:
            assert (await nobody.post(other, headers={"Accept": "application/json"})).status_code == 401
        assert (await place.sign_in(guest, sub="guest", roles=[])).status_code == 303
        assert await tenants(guest) == ["acme"]


async def test_what_an_invitation_gave_no_claim_takes_away(database: Database) -> None:
    async with visit(database, GROUPS) as place, place.browser() as owner, place.browser() as guest:
        place.provider.person["email_verified"] = False
        await place.sign_in(owner, groups=["acme people", "acme admins"])
        path = await owner_invites(place, owner)
        await place.sign_in(guest, sub="guest", groups=["globex"])
        await guest.post(path, headers={"Origin": "https://interlock.example"})
        await place.sign_in(guest, sub="guest", groups=["globex"])
        assert await tenants(guest) == ["acme", "globex"]
        await place.sign_in(guest, sub="guest", groups=[])
        assert await tenants(guest) == ["acme"]
