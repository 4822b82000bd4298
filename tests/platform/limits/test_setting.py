"""Who sets limits, what may be set, and that it is on the record."""

from uuid import uuid4

import pytest

from tests.person import Person
from tests.platform.limits.limiting import limit, own
from tests.platform.place import Place


async def test_an_admin_sees_what_is_set_and_what_may_be(alice: Person, bob: Person) -> None:
    mine = (await bob.ok("GET", "/api/me"))["user"]["id"]
    async with limit(alice, "money_per_day", 2.5, scope="user", user_id=mine):
        seen = await alice.ok("GET", "/api/limits")
        (one,) = seen["limits"]
        assert (one["scope"], one["user"]["name"], one["kind"], one["amount"]) == ("user", "Bob", "money_per_day", 2.5)
        assert one["changed_by"]["name"] == "Alice"
        assert seen["most"]["person"]["messages_per_minute"] == 500
        assert seen["most"]["tenant"] == {"tokens_per_month": 1_000_000}
        assert (await own(bob, "money_per_day"))["source"] == "user"
    assert (await alice.ok("GET", "/api/limits"))["limits"] == []


async def test_nothing_above_the_operators_word_can_be_set(alice: Person) -> None:
    body = {"scope": "everybody", "kind": "messages_per_minute", "amount": 501}
    answer = await alice.api("PUT", "/api/limits", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "limit_too_high")
    assert answer.json()["errors"][0]["field"] == "/amount"


async def test_the_operator_says_of_one_tenant_what_holds_for_no_other(alice: Person, mallory: Person) -> None:
    assert (await own(alice, "messages_per_minute"))["amount"] == 500
    assert (await own(mallory, "messages_per_minute"))["amount"] == 7


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "wishes"},
        {"amount": -1},
        {"amount": 1.5},
        {"scope": "role"},
        {"scope": "role", "role": "king"},
        {"scope": "user"},
        {"user_id": str(uuid4())},
        {"scope": "tenant", "kind": "sockets"},
        {"more": 1},
    ],
)
async def test_what_makes_no_sense_is_refused(wrong: dict[str, object], alice: Person) -> None:
    body = {"scope": "everybody", "kind": "calls_per_day", "amount": 10, **wrong}
    answer = await alice.api("PUT", "/api/limits", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_foreign_person_is_answered_as_an_unknown_one(alice: Person, mallory: Person) -> None:
    hers = (await mallory.ok("GET", "/api/me"))["user"]["id"]
    body = {"scope": "user", "kind": "calls_per_day", "amount": 10}
    for user_id in (hers, str(uuid4())):
        answer = await alice.api("PUT", "/api/limits", {**body, "user_id": user_id})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_change_is_on_the_record_and_everybody_hears_of_it(place: Place, alice: Person, bob: Person) -> None:
    async with limit(alice, "calls_per_day", 5, scope="role", role="member"):
        await bob.until(lambda: ("limits", {}) in bob.news)
    entries = (await alice.ok("GET", "/api/audit?action=limit.set"))["entries"]
    assert entries[0]["data"] == {"scope": "role", "kind": "calls_per_day", "before": 5, "after": None}
    assert (entries[1]["target"], entries[1]["data"]["after"]) == ("member", 5)


async def test_those_who_manage_nothing_see_only_what_is_theirs(bob: Person) -> None:
    for method, path in (("GET", "/api/limits"), ("GET", "/api/usage/tenant")):
        assert (await bob.api(method, path)).json()["code"] == "forbidden"
    assert (await bob.api("PUT", "/api/limits", {})).status_code == 403
