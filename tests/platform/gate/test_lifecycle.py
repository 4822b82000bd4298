"""What becomes of calls besides being decided: time passes, things change, servers go."""

from typing import Any

import psycopg
import pytest

from interlock_platform.database import conninfo
from tests.person import Person
from tests.platform.gate.asking import ask, dismiss, read_by_model
from tests.platform.place import Place, record, slow


async def age(place: Place, card: dict[str, Any]) -> None:
    """The call's time is over, by the only clock that counts; its expiry job does not know yet."""
    await place.sql("update calls set expires_at = now() - interval '1 second' where id = %s", card["id"])


async def test_after_its_time_nobody_can_decide_it(place: Place, alice: Person) -> None:
    _, _, card = await ask(place, alice, "late")
    await age(place, card)
    for decision in ("approve", "reject"):
        refused = await alice.decide(card, decision)
        assert refused["error"]["code"] == "expired"
        assert refused["error"]["at"] != card["expires_at"]
    assert (await alice.ok("GET", f"/api/approvals/{card['id']}"))["state"] == "proposed"
    await place.sql("update calls set expires_at = now() + interval '1 minute' where id = %s", card["id"])
    await dismiss(alice, card)


async def test_the_expiry_job_closes_it_and_the_model_is_told(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "expired", then="Too late.")
    await age(place, card)
    await place.sql(
        "update procrastinate_jobs set scheduled_at = now() where args ->> 'call_id' = %s and task_name = 'expire'",
        card["id"],
    )
    assert await alice.finished(thread_id, run_id) == "success"
    (shown,) = alice.cards(thread_id)
    assert (shown["state"], shown["decision"]) == ("expired", None)
    assert read_by_model(place) == "Nobody decided in time, so it did not run."
    assert (await alice.decide(card, "approve"))["error"]["code"] == "expired"
    assert place.received("expired") == 0


async def test_an_expiry_job_that_comes_too_early_changes_nothing(place: Place, alice: Person) -> None:
    _, _, card = await ask(place, alice, "early")
    await place.sql(
        "update procrastinate_jobs set scheduled_at = now() where args ->> 'call_id' = %s and task_name = 'expire'",
        card["id"],
    )
    _, _, other = await ask(place, alice, "meanwhile")
    await dismiss(alice, other)
    assert await alice.ok("GET", f"/api/approvals/{card['id']}") == card
    await dismiss(alice, card)


async def test_a_server_that_was_disconnected_fails_the_call_before_anything_is_sent(
    place: Place, alice: Person
) -> None:
    thread_id, run_id, card = await ask(place, alice, "disconnected")
    await alice.ok("POST", "/api/servers/journal/disconnect")
    await alice.decide(card, "approve")
    assert await alice.finished(thread_id, run_id) == "success"
    (shown,) = alice.cards(thread_id)
    assert (shown["state"], shown["started_at"]) == ("failed", None)
    assert "no longer connected" in shown["error"]["message"]
    assert place.received("disconnected") == 0


async def test_a_requester_who_was_disabled_gets_nothing_done(place: Place, carol: Person) -> None:
    await carol.ok("POST", "/api/servers/journal/connect")
    me = (await carol.ok("GET", "/api/me"))["user"]["id"]
    thread_id, run_id, card = await ask(place, carol, "disabled")
    # The approval is on its way when the account is disabled.
    await place.sql("update users set disabled_at = now() where id = %s", me)
    try:
        await place.sql(
            "update calls set state = 'approved', decision = 'approve', decided_by = user_id, decided_at = now() "
            "where id = %s", card["id"],
        )  # fmt: skip
        await place.sql(
            "select procrastinate_defer_jobs_v1(array[row('default', 'execute', 0, %s, null, "
            "jsonb_build_object('tenant_id', tenant_id, 'call_id', id), null)::procrastinate_job_to_defer_v1]) "
            "from calls where id = %s", f"call:{card['id']}", card["id"],
        )  # fmt: skip
        (shown,) = [await carol.card(thread_id, "void")]
    finally:
        await place.sql("update users set disabled_at = null where id = %s", me)
    assert shown["ended_at"] is not None
    assert place.received("disabled") == 0
    assert shown["error"]["message"] == "The person who asked for it may no longer act here."
    assert await carol.finished(thread_id, run_id) == "cancelled"


async def test_a_tool_that_fails_says_so(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [{"name": "journal__fail"}]}, {"text": "It failed."}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Fail")
    await alice.decide(await alice.card(thread_id), "approve")
    assert await alice.finished(thread_id, run_id) == "success"
    (shown,) = alice.cards(thread_id)
    assert (shown["state"], shown["error"]["code"], shown["result"]["is_error"]) == ("failed", "tool_error", True)
    assert "always fails" in read_by_model(place)


@pytest.mark.parametrize(
    ("resolution", "told"),
    [
        ("confirmed_done", "A person checked: it did happen. I looked."),
        ("confirmed_not_done", "A person checked: it did not happen. I looked."),
    ],
)
async def test_what_became_of_an_unknown_call_is_for_a_person_to_say(
    resolution: str, told: str, place: Place, alice: Person
) -> None:
    place.model.script([{"calls": [slow(resolution)]}, {"text": "I see."}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Slowly")
    await alice.decide(await alice.card(thread_id), "approve")
    await alice.card(thread_id, "started")
    await place.journal_has("slow", resolution)
    # The connection goes while the tool runs: it may have happened.
    await alice.ok("POST", "/api/servers/journal/disconnect")
    shown = await alice.card(thread_id, "unknown")
    assert shown["evidence"]["sent"] == {"seconds": 60, "value": resolution}
    assert shown["evidence"]["sent_at"] >= shown["started_at"][:10]
    assert shown["evidence"]["why"]
    assert (await alice.decide(shown, "approve"))["error"]["code"] == "already_decided"
    answer = await alice.emit("approval.resolve", id=shown["id"], resolution=resolution, note="I looked.")
    assert (answer["call"]["state"], answer["call"]["resolution"]["by"]["name"]) == (resolution, "Alice")
    assert await alice.finished(thread_id, run_id) == "success"
    assert told in read_by_model(place)
    again = await alice.emit("approval.resolve", id=shown["id"], resolution=resolution)
    assert again["error"]["code"] == "not_unknown"
    assert place.received(resolution) == 1
    await alice.ok("POST", "/api/servers/journal/connect")
    place.let_slow_calls_end()


async def test_only_an_unknown_call_can_be_resolved(place: Place, alice: Person) -> None:
    _, _, card = await ask(place, alice, "known")
    refused = await alice.emit("approval.resolve", id=card["id"], resolution="confirmed_done")
    assert refused["error"]["code"] == "not_unknown"
    assert await alice.ok("GET", f"/api/approvals/{card['id']}") == card
    await dismiss(alice, card)


async def test_every_transition_is_on_the_record(place: Place, alice: Person) -> None:
    thread_id, run_id, card = await ask(place, alice, "recorded")
    await alice.decide(card, "approve", arguments={"value": "recorded otherwise"})
    await alice.finished(thread_id, run_id)
    me = (await alice.ok("GET", "/api/me"))["user"]["id"]
    rows = await place.sql(
        "select action, actor::text, data ->> 'seal' from audit where target = %s order by seq", card["id"]
    )
    sealed = (await alice.ok("GET", f"/api/approvals/{card['id']}"))["seal"]
    assert rows == [
        ("call.proposed", me, card["seal"]),
        ("call.approved", me, sealed),
        ("call.started", None, sealed),
        ("call.succeeded", None, sealed),
    ]


@pytest.mark.parametrize("statement", ["update audit set action = 'nothing'", "delete from audit", "truncate audit"])
async def test_the_record_can_not_be_changed(statement: str, place: Place, alice: Person) -> None:
    _, _, card = await ask(place, alice, "unchangeable")
    await dismiss(alice, card)
    before = await place.sql("select * from audit order by seq")
    async with await psycopg.AsyncConnection.connect(conninfo(place.urls.runtime)) as connection:
        await connection.execute("select set_config('app.tenant', (%s::jsonb ->> 'id'), false)", ('{"id": ""}',))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(statement.encode())
    assert await place.sql("select * from audit order by seq") == before


async def test_a_call_that_makes_no_sense_asks_nobody(place: Place, alice: Person) -> None:
    place.model.script(
        [
            {"calls": [{"name": "journal__none"}, {"name": "journal__record", "arguments": {"value": 5}}]},
            {"calls": [{"name": "journal__record", "raw_arguments": '{"value": "br'}]},
            {"text": "I give up."},
        ]
    )
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Nonsense")
    assert await alice.finished(thread_id, run_id) == "success"
    assert alice.cards(thread_id) == []
    told = [said.text for said in place.model.requests()[-1].messages if said.role == "tool"]
    assert "There is no tool named journal__none" in told[0]
    assert "/value" in told[1]
    assert "no JSON" in told[2]


async def test_what_one_call_of_a_turn_lacks_does_not_stop_the_other(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [{"name": "journal__none"}, record("beside nonsense")]}, {"text": "One of two."}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Both")
    await alice.decide(await alice.card(thread_id), "approve")
    assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("beside nonsense") == 1


async def test_a_run_whose_call_turned_out_unknown_says_that_it_waits(place: Place, alice: Person) -> None:
    place.model.script([{"calls": [slow("told as waiting")]}, {"text": "I see."}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Slowly")
    await alice.decide(await alice.card(thread_id), "approve")
    await place.journal_has("slow", "told as waiting")
    await alice.ok("POST", "/api/servers/journal/disconnect")
    shown = await alice.card(thread_id, "unknown")
    finished = await alice.until(lambda: alice.events(thread_id, "RUN_FINISHED", run_id))
    assert [each["id"] for each in finished[-1]["outcome"]["interrupts"]] == [shown["id"]]
    thread = await alice.ok("GET", f"/api/threads/{thread_id}")
    assert (thread["state"], thread["waiting"]) == ("waiting", 1)
    await alice.emit("approval.resolve", id=shown["id"], resolution="confirmed_not_done")
    assert await alice.finished(thread_id, run_id) == "success"
    await alice.ok("POST", "/api/servers/journal/connect")
    place.let_slow_calls_end()
