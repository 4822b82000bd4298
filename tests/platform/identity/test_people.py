"""Who a person is: the provider and its subject, never an address or a name."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from interlock_platform.database import Database
from interlock_platform.errors import Problem
from interlock_platform.identity.claims import claim, person_of
from interlock_platform.identity.rules import places_of, tenant_id
from tests.platform.identity.scripted_provider import Visit, visit
from tests.platform.identity.site import RULES


@pytest_asyncio.fixture(loop_scope="session")
async def place(database: Database) -> AsyncIterator[Visit]:
    async with visit(database) as visitor:
        yield visitor


async def _me(place: Visit, **person: Any) -> dict[str, Any]:
    async with place.browser() as client:
        answer = await place.sign_in(client, **person)
        assert answer.status_code == 303, answer.text
        me: dict[str, Any] = (await client.get("/api/me")).json()
    return me


async def test_the_same_address_never_makes_two_people_one(place: Visit, database: Database) -> None:
    victim = await _me(place, sub="victim", email="boss@acme.example", roles=["owner"])
    taker = await _me(place, sub="taker", email="boss@acme.example", roles=[])
    assert taker["user"]["id"] != victim["user"]["id"]
    assert taker["roles"] == ["member"]
    async with visit(database) as elsewhere:
        twin = await _me(elsewhere, sub="victim", email="boss@acme.example")
    assert twin["user"]["id"] != victim["user"]["id"]
    assert twin["tenant"]["id"] != victim["tenant"]["id"]


async def test_a_person_who_changes_name_and_address_stays_the_same(place: Visit) -> None:
    before = await _me(place, sub="s", name="Ann", email="ann@x.example")
    after = await _me(place, sub="s", name="Anna", email="anna@y.example")
    assert after["user"] == {"id": before["user"]["id"], "name": "Anna", "email": "anna@y.example"}


async def test_roles_are_the_providers_and_unknown_ones_mean_nothing(place: Visit) -> None:
    assert (await _me(place, roles=["admin", "root", "approver"]))["roles"] == ["admin", "approver"]
    assert (await _me(place, roles=["root"]))["roles"] == ["member"]
    assert (await _me(place, roles="viewer approver"))["roles"] == ["approver", "viewer"]
    assert (await _me(place, roles={"owner": True}))["roles"] == ["member"]


async def test_where_the_provider_names_no_roles_the_first_is_owner_and_stays_it(place: Visit) -> None:
    assert (await _me(place, sub="first", roles=None))["roles"] == ["owner"]
    assert (await _me(place, sub="second", roles=None))["roles"] == ["member"]
    assert (await _me(place, sub="first", roles=None))["roles"] == ["owner"]


async def test_of_several_first_people_at_once_one_is_owner(place: Visit) -> None:
    everybody = await asyncio.gather(*(_me(place, sub=f"p{number}", tenant="new", roles=None) for number in range(8)))
    assert sorted(me["roles"][0] for me in everybody) == ["member"] * 7 + ["owner"]


async def test_without_a_tenant_claim_the_tenant_is_one_that_no_claim_can_name(place: Visit) -> None:
    nameless = await _me(place, tenant=None)
    named = await _me(place, tenant="default")
    assert nameless["tenant"]["slug"] == "default"
    assert nameless["tenant"]["id"] != named["tenant"]["id"]


async def test_what_the_id_token_leaves_out_is_asked_for(place: Visit) -> None:
    place.provider.person = {"sub": "1"}
    place.provider.userinfo = {"sub": "1", "name": "Ann", "email": "ann@x.example", "tenant": "t", "roles": ["admin"]}
    me = await _me(place)
    assert (me["user"]["name"], me["tenant"]["slug"], me["roles"]) == ("Ann", "t", ["admin"])


async def test_an_answer_about_somebody_else_is_refused(place: Visit) -> None:
    place.provider.person = {"sub": "1"}
    place.provider.userinfo = {"sub": "2", "name": "Mallory"}
    async with place.browser() as client:
        assert (await place.sign_in(client)).status_code == 400


@pytest.mark.parametrize(
    "metadata", [{"issuer": "https://elsewhere.example"}, {"jwks_uri": None}, {"token_endpoint": 7}]
)
async def test_a_provider_whose_metadata_is_wrong_is_not_used(place: Visit, metadata: dict[str, Any]) -> None:
    place.provider.metadata = metadata
    async with place.browser() as client:
        answer = await client.get("/auth/login")
    assert answer.status_code == 502
    assert "provider_unreachable" in answer.text


def test_claims_are_found_by_name_or_by_path() -> None:
    assert claim({"a": {"b": ["x"]}}, "a.b") == ["x"]
    assert claim({"https://x.example/roles": ["x"]}, "https://x.example/roles") == ["x"]
    assert claim({"a": "b"}, "a.b") is None


def test_a_tenant_is_the_same_for_the_same_provider_and_claim_only() -> None:
    ids = {tenant_id(key, tenant) for key in ("a", "b") for tenant in (None, "x", "y")}
    assert len(ids) == 6
    assert tenant_id("a", "x") == tenant_id("a", "x")


@pytest.mark.parametrize("claims", [{}, {"sub": "a\x00b"}, {"sub": "a" * 256}, {"sub": "a", "tenant": "x\ny"}])
def test_claims_that_can_not_be_kept_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(Problem, match="can't be used"):
        places_of(claims, person_of(claims), RULES, "key")


def test_what_is_shown_holds_no_control_characters_and_has_an_end() -> None:
    person = person_of({"sub": "s", "name": "A\x1b[31m\n" + "n" * 300})
    assert len(person.name) == 200
    assert person.name.isprintable()
