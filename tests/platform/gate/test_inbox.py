"""The inbox: what waits for me, for the organisation, and where nobody looks on."""

import pytest

from tests.person import Person
from tests.platform.gate.asking import ask, dismiss, not_the_requester, rule
from tests.platform.place import Place


async def listed(person: Person, query: str = "") -> list[str]:
    found = await person.ok("GET", f"/api/approvals?{query}")
    return [card["arguments"]["value"] for card in found["approvals"]]


async def counts(person: Person) -> dict[str, int]:
    found: dict[str, int] = (await person.ok("GET", "/api/approvals"))["counts"]
    return found


async def test_each_sees_what_they_may_and_may_decide(
    place: Place, alice: Person, bob: Person, carol: Person, mallory: Person
) -> None:
    _, _, own = await ask(place, alice, "my own")
    async with rule(alice, **not_the_requester()):
        _, _, others = await ask(place, alice, "for others")
        assert await listed(alice) == ["my own", "for others"]
        assert await listed(carol) == ["for others"]
        assert await listed(carol, "scope=tenant") == ["my own", "for others"]
        assert await listed(bob) == await listed(mallory) == []
        # What alice asked for and only others may decide does not wait for her.
        assert await counts(alice) == {"mine": 1, "tenant": 2, "unattended": 0}
        assert await counts(carol) == {"mine": 1, "tenant": 2, "unattended": 0}
        assert await counts(bob) == {"mine": 0, "tenant": 0, "unattended": 0}
        await dismiss(alice, others)
    await dismiss(alice, own)


@pytest.mark.parametrize("scope", ["tenant", "unattended"])
async def test_a_member_does_not_see_the_organisations(place: Place, bob: Person, scope: str) -> None:
    refused = await bob.api("GET", f"/api/approvals?scope={scope}")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_it_is_filtered_by_server_risk_and_age(place: Place, alice: Person) -> None:
    _, _, card = await ask(place, alice, "filtered")
    await place.sql("update calls set risk = 'changes', created_at = now() - interval '1 hour' where id = %s",
                    card["id"])  # fmt: skip
    _, _, young = await ask(place, alice, "young")
    assert await listed(alice, "server=journal") == ["filtered", "young"]
    assert await listed(alice, "server=another") == []
    assert await listed(alice, "risk=changes") == ["filtered"]
    assert await listed(alice, "risk=unclassified") == ["young"]
    assert await listed(alice, "older_than_minutes=30") == ["filtered"]
    assert (await alice.api("GET", "/api/approvals?risk=high")).json()["code"] == "invalid"
    await dismiss(alice, card)
    await dismiss(alice, young)


async def test_what_was_proposed_where_nobody_looks_on_is_listed_apart(
    place: Place, alice: Person, carol: Person
) -> None:
    _, _, card = await ask(place, alice, "unattended")
    await place.sql("update calls set unattended = true where id = %s", card["id"])
    assert await listed(carol, "scope=unattended") == ["unattended"]
    assert (await counts(carol))["unattended"] == 1
    shown = await alice.ok("GET", f"/api/approvals/{card['id']}")
    assert (shown["unattended"], shown["may"]["remember"]) == (True, [])
    await dismiss(alice, card)
