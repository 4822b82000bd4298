"""What becomes of a call that nobody decides in time, as the rule that asked says."""

from typing import Any

from tests.person import Person
from tests.platform.gate.asking import Card, ask, dismiss, read_by_model, rule
from tests.platform.place import Place


async def time_is_up(place: Place, card: Card) -> None:
    """The call's time is over by the database's clock, and the job that looks at it then is due."""
    await place.sql("update calls set expires_at = now() - interval '1 second' where id = %s", card["id"])
    await place.sql(
        "update procrastinate_jobs set scheduled_at = now() where task_name = 'expire' and status = 'todo' "
        "and args ->> 'call_id' = %s", card["id"],
    )  # fmt: skip


def expiring(then: str, **more: Any) -> dict[str, Any]:
    return {"verdict": "ask", "expiry": {"minutes": 5, "then": then, "extend": True, **more}}


async def test_it_is_rejected_and_the_run_goes_on(place: Place, alice: Person) -> None:
    async with rule(alice, **expiring("reject")) as made:
        thread_id, run_id, card = await ask(place, alice, "nobody came")
        assert card["expiry"] == {"then": "reject", "rule": made["name"]}
        await time_is_up(place, card)
        assert await alice.finished(thread_id, run_id) == "success"
    assert alice.cards(thread_id)[0]["state"] == "expired"
    assert read_by_model(place) == "Nobody decided in time, so it did not run."
    assert place.received("nobody came") == 0


async def test_the_whole_run_is_cancelled_and_says_by_which_rule(place: Place, alice: Person) -> None:
    async with rule(alice, **expiring("cancel")):
        thread_id, run_id, card = await ask(place, alice, "run ends")
        await time_is_up(place, card)
        assert await alice.finished(thread_id, run_id) == "cancelled"
    assert alice.cards(thread_id)[0]["state"] == "expired"
    assert place.received("run ends") == 0


async def test_others_are_asked_and_their_approval_is_enough(place: Place, alice: Person, carol: Person) -> None:
    to = {"roles": ["approver"], "users": [], "count": 1, "not_requester": True}
    async with rule(alice, **expiring("escalate", to=to)) as made:
        thread_id, run_id, card = await ask(place, alice, "escalated")
        assert (card["needs"], card["may"]["decide"]) == ([], True)
        await time_is_up(place, card)
        await alice.until(lambda: alice.cards(thread_id)[0]["needs"])
        (asked,) = alice.cards(thread_id)
        assert (asked["state"], asked["may"]["decide"]) == ("proposed", False)
        assert asked["needs"] == [{**to, "rule": made["name"]}]
        assert asked["expires_at"] > card["expires_at"] or asked["expires_at"] != card["expires_at"]
        late = await alice.decide(asked, "approve")
        assert late["error"]["code"] == "not_approver"
        assert (await carol.decide(asked, "approve"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("escalated") == 1


async def test_an_escalation_that_nobody_answers_ends(place: Place, alice: Person) -> None:
    to = {"roles": ["approver"], "users": [], "count": 1, "not_requester": True}
    async with rule(alice, **expiring("escalate", to=to)):
        thread_id, run_id, card = await ask(place, alice, "escalated in vain")
        await time_is_up(place, card)
        await alice.until(lambda: alice.cards(thread_id)[0]["needs"])
        await time_is_up(place, card)
        assert await alice.finished(thread_id, run_id) == "success"
    assert alice.cards(thread_id)[0]["state"] == "expired"
    assert place.received("escalated in vain") == 0


async def test_a_click_gives_it_as_much_time_again(place: Place, alice: Person, bob: Person) -> None:
    async with rule(alice, **expiring("reject")):
        thread_id, _, card = await ask(place, alice, "more time")
        assert card["may"]["extend"] is True
        extended = await alice.ok("POST", f"/api/approvals/{card['id']}/extension")
        assert extended["expires_at"] > card["expires_at"]
        again = await alice.emit("approval.extend", id=card["id"])
        assert again["call"]["expires_at"] > extended["expires_at"]
        assert (await bob.emit("approval.extend", id=card["id"]))["error"]["code"] == "not_found"
        # The look that was planned for the first deadline finds it alive.
        await place.sql(
            "update procrastinate_jobs set scheduled_at = now() where task_name = 'expire' and args ->> 'call_id' = %s",
            card["id"],
        )
        await place.eventually(
            lambda: place.sql(
                "select count(*) from procrastinate_jobs where task_name = 'expire' and status in ('todo', 'doing') "
                "and args ->> 'call_id' = %s", card["id"],
            ),
            [(0,)],
        )  # fmt: skip
        assert alice.cards(thread_id)[0]["state"] == "proposed"
        await dismiss(alice, card)
        over = await alice.api("POST", f"/api/approvals/{card['id']}/extension")
        assert over.json()["code"] == "not_extendable"


async def test_where_the_rule_gives_no_more_time_there_is_none(place: Place, alice: Person) -> None:
    async with rule(alice, **expiring("reject", extend=False)):
        _, _, card = await ask(place, alice, "no more time")
        assert card["may"]["extend"] is False
        refused = await alice.emit("approval.extend", id=card["id"])
        assert refused["error"]["code"] == "not_extendable"
        await dismiss(alice, card)


async def test_it_can_not_be_extended_for_ever(place: Place, alice: Person) -> None:
    _, _, card = await ask(place, alice, "for ever")
    for _ in range(10):
        assert (await alice.emit("approval.extend", id=card["id"]))["ok"]
    refused = await alice.emit("approval.extend", id=card["id"])
    assert refused["error"]["code"] == "not_extendable"
    await dismiss(alice, card)
