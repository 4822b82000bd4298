"""What was approved runs only while all of it still holds: the last look before the effect."""

from typing import Any

import pytest

from tests.person import Person
from tests.platform.gate.asking import ask, dismiss, not_the_requester, read_by_model, rule, say
from tests.platform.place import Place, slow

RECORD = {"server": "journal", "tool": "record"}


async def approved_but_held(place: Place, alice: Person, value: str) -> tuple[str, str, dict[str, Any]]:
    """A call whose approval is stored and whose execution has not begun, as after a crash between the two."""
    thread_id, run_id, card = await ask(place, alice, value)
    await place.sql(
        "update calls set state = 'approved', decision = 'approve', decided_by = user_id, decided_at = now() "
        "where id = %s", card["id"],
    )  # fmt: skip
    await place.sql(
        "insert into approvals (call_id, user_id, seal, tenant_id) "
        "select id, user_id, seal, tenant_id from calls where id = %s", card["id"],
    )  # fmt: skip
    return thread_id, run_id, card


async def let_it_run(place: Place, card: dict[str, Any]) -> None:
    """The job that an approval leaves behind."""
    await place.sql(
        "select procrastinate_defer_jobs_v1(array[row('default', 'execute', 0, %s, null, "
        "jsonb_build_object('tenant_id', tenant_id::text, 'call_id', id::text), null)::procrastinate_job_to_defer_v1]) "
        "from calls where id = %s", f"call:{card['id']}", card["id"],
    )  # fmt: skip


async def test_what_holds_runs(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await approved_but_held(place, alice, "still holds")
    await let_it_run(place, card)
    assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("still holds") == 1


async def test_a_rule_that_denies_now_makes_it_void(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await approved_but_held(place, alice, "denied since")
    async with rule(alice, verdict="deny", note="Not this week.") as made:
        await let_it_run(place, card)
        assert await alice.finished(thread_id, run_id) == "success"
    (shown,) = alice.cards(thread_id)
    assert shown["state"] == "void"
    assert made["name"] in read_by_model(place)
    assert place.received("denied since") == 0


async def test_a_rule_that_asks_for_more_has_it_asked_anew(place: Place, alice: Person, carol: Person) -> None:
    thread_id, run_id, card = await approved_but_held(place, alice, "stricter since")
    async with rule(alice, **not_the_requester(), **RECORD, layer="tool") as made:
        await let_it_run(place, card)
        await alice.until(lambda: len(alice.cards(thread_id)) == 2)
        old, new = alice.cards(thread_id)
        assert (old["state"], new["state"], new["tool_call_id"]) == ("void", "proposed", old["tool_call_id"])
        assert new["needs"][0]["rule"] == made["name"]
        assert alice.events(thread_id, "TOOL_CALL_RESULT") == []
        assert place.received("stricter since") == 0
        assert (await carol.decide(new, "approve"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("stricter since") == 1
    (result,) = alice.events(thread_id, "TOOL_CALL_RESULT")
    assert result["content"] == "recorded stricter since"


async def test_a_laxer_policy_lets_it_run(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await approved_but_held(place, alice, "laxer since")
    async with rule(alice, verdict="allow", **RECORD):
        await let_it_run(place, card)
        assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("laxer since") == 1


@pytest.mark.parametrize(
    "change",
    [
        "update users set disabled_at = now() where name = 'Carol'",
        "update users set roles = '{viewer}' where name = 'Carol'",
    ],
)
async def test_a_requester_who_may_no_longer_act_gets_nothing_done(place: Place, carol: Person, change: str) -> None:
    await carol.ok("POST", "/api/servers/journal/connect")
    _, _, card = await approved_but_held(place, carol, f"gone: {change}")
    await place.sql(change)
    try:
        await let_it_run(place, card)
        await place.eventually(lambda: place.sql("select state from calls where id = %s", card["id"]), [("void",)])
    finally:
        await place.sql("update users set disabled_at = null, roles = '{approver}' where name = 'Carol'")
    assert place.received(f"gone: {change}") == 0


async def test_a_changed_definition_has_it_asked_anew(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "redefined")
    # As if the server had declared something else when this was proposed, sealed and shown.
    await place.sql(
        "insert into definitions (tenant_id, hash, server_id, declared) select tenant_id, 'other', server_id, declared "
        "from definitions where hash = %s on conflict do nothing", card["tool"]["definition_hash"],
    )  # fmt: skip
    await place.sql("update calls set seal = 'other', definition_hash = 'other' where id = %s", card["id"])
    assert (await alice.decide({**card, "seal": "other"}, "approve"))["ok"]
    await alice.until(lambda: len(alice.cards(thread_id)) == 2)
    old, new = alice.cards(thread_id)
    assert (old["state"], new["state"]) == ("void", "proposed")
    assert place.received("redefined") == 0
    await alice.decide(new, "approve")
    assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("redefined") == 1


async def test_a_connection_made_anew_is_not_the_one_that_was_approved(place: Place, alice: Person) -> None:
    thread_id, _, card = await approved_but_held(place, alice, "reconnected")
    await alice.ok("POST", "/api/servers/journal/disconnect")
    await alice.ok("POST", "/api/servers/journal/connect")
    await let_it_run(place, card)
    await alice.until(lambda: len(alice.cards(thread_id)) == 2)
    old, new = alice.cards(thread_id)
    assert old["state"] == "void"
    assert place.received("reconnected") == 0
    await dismiss(alice, new)
    assert place.received("reconnected") == 0


async def test_another_credential_or_address_is_another_connection(place: Place, alice: Person) -> None:
    thread_id, _, card = await approved_but_held(place, alice, "other credential")
    await place.sql("update calls set connection = 'what it was with the old token' where id = %s", card["id"])
    await let_it_run(place, card)
    await alice.until(lambda: len(alice.cards(thread_id)) == 2)
    assert alice.cards(thread_id)[0]["state"] == "void"
    await dismiss(alice, alice.cards(thread_id)[1])
    assert place.received("other credential") == 0


async def test_all_changes_at_once_run_nothing(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await approved_but_held(place, alice, "everything changed")
    await place.sql("update calls set connection = 'another' where id = %s", card["id"])
    async with rule(alice, verdict="deny"):
        await let_it_run(place, card)
        assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("everything changed") == 0


async def test_arguments_that_somebody_changed_in_the_table_do_not_run(place: Place, alice: Person) -> None:
    thread_id, _, card = await approved_but_held(place, alice, "as shown")
    await place.sql('update calls set arguments = \'{"value":"as forged"}\' where id = %s', card["id"])
    await let_it_run(place, card)
    await alice.until(lambda: len(alice.cards(thread_id)) == 2)
    await dismiss(alice, alice.cards(thread_id)[1])
    assert (place.received("as shown"), place.received("as forged")) == (0, 0)


async def test_what_policy_allows_runs_without_asking_and_its_card_says_why(place: Place, alice: Person) -> None:
    async with rule(alice, verdict="allow", condition="arguments.value.startsWith('allowed')", **RECORD) as made:
        thread_id, run_id = await say(place, alice, "allowed by rule")
        assert await alice.finished(thread_id, run_id) == "success"
        (card,) = alice.cards(thread_id)
        assert (card["state"], card["verdict"], card["decision"]) == ("succeeded", "allow", None)
        (decisive,) = [each for each in card["trace"] if each["decided"]]
        assert (decisive["rule"], decisive["layer"], decisive["verdict"]) == (made["name"], "tenant", "allow")
        assert place.received("allowed by rule") == 1


async def test_what_policy_denies_is_refused_and_the_model_reads_by_which_rule(place: Place, alice: Person) -> None:
    async with rule(alice, verdict="deny", note="Never on a Friday.") as made:
        thread_id, run_id = await say(place, alice, "denied by rule", then="I may not.")
        assert await alice.finished(thread_id, run_id) == "success"
        (card,) = alice.cards(thread_id)
        assert (card["state"], card["verdict"]) == ("rejected", "deny")
        assert made["name"] in read_by_model(place)
        assert "Never on a Friday." in read_by_model(place)
    assert place.received("denied by rule") == 0


async def test_safe_calls_run_while_others_wait(place: Place, alice: Person) -> None:
    async with rule(alice, verdict="allow", **RECORD):
        place.model.script(
            [
                {"after_tool": False, "calls": [
                    {"name": "journal__record", "arguments": {"value": "safe"}}, slow("waits for a person")]},
                {"text": "Done.", "times": None},
            ]
        )  # fmt: skip
        thread_id = await alice.new_thread()
        run_id = await alice.say(thread_id, "Do both")
        waiting = await alice.card(thread_id)
        await alice.until(lambda: [card for card in alice.cards(thread_id) if card["state"] == "succeeded"])
        assert place.received("safe") == 1
        await alice.decide(waiting, "reject")
        assert await alice.finished(thread_id, run_id) == "success"
