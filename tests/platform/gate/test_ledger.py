"""A call's moves: what each writes down, who is told, what follows, and what it is when it is not as expected."""

from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import func

from interlock_platform.gate import card
from interlock_platform.gate.card import Viewer
from interlock_platform.gate.ledger import tenant_of
from interlock_platform.gate.store import CallState
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.policy import Rule
from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import fresh_database
from tests.platform.gate.desk import Desk, held, open_desk
from tests.platform.gate.noticing import Watch, enter, watching

OTHERS: dict[str, Any] = {"roles": ["approver"], "users": [], "count": 2, "not_requester": True}
TERMS: dict[str, Any] = {"needs": [{"rule": "Two of them", **OTHERS}]}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def watch(postgres: PostgresAccess) -> AsyncIterator[Watch]:
    async with fresh_database(postgres) as urls, open_desk(urls) as desk, watching(desk, urls) as watch:
        yield watch


@pytest.fixture
def desk(watch: Watch) -> Desk:
    return watch.desk


async def a_call(desk: Desk, state: str = "proposed", **more: Any) -> tuple[UUID, UUID]:
    """A thread, and a call in it that is in this state."""
    thread_id, run_id = await desk.thread()
    whole = await enter(desk, thread_id, run_id, **{"state": state, **more})
    return thread_id, whole.call.id


async def test_a_proposal_is_told_recorded_rung_for_and_looked_at_when_its_time_is_up(watch: Watch, desk: Desk) -> None:
    thread_id, run_id = await desk.thread()
    seen = await watch.over(desk.propose(thread_id, run_id, "proposed"))
    (call_id,) = seen.result
    whole = await desk.whole(call_id)
    call, bob = whole.call, desk.tenant.people["bob"]
    assert seen.deeds == [("call.proposed", bob, {
        "kind": "tool", "tool": "journal__record", "seal": call.seal, "verdict": "ask", "policy": "0.0",
        "grant": None, "reason": None, "reason_hash": None, "executor": None, "attempt": 0,
    })]  # fmt: skip
    (first, proposed), (second, shown) = seen.log
    assert (first, second) == ("tool_call", "call")
    assert UUID(proposed.pop("message_id"))
    assert proposed == {"id": call.tool_call_id, "name": "journal__record", "arguments": {"value": "proposed"}}
    assert shown == desk.ledger.card_for_requester(whole)
    assert shown["tool"]["server_name"] == "The journal"
    assert shown["may"]["decide"] is True
    assert shown["may"]["remember"] == ["arguments", "thread", "always"]
    assert seen.jobs == [("expire", f"expiry:{call_id}", call.expires_at)]
    assert seen.rings == [f"{bob}:approval:{call_id}"]


@pytest.mark.parametrize(("verdict", "state"), [("allow", "approved"), ("deny", "rejected")])
async def test_what_policy_decides_asks_nobody(verdict: str, state: str, watch: Watch, desk: Desk) -> None:
    thread_id, run_id = await desk.thread()
    name = f"We {verdict} it {uuid4()}"
    await desk.tenant.add(Rule(id=uuid4(), layer="thread", thread_id=thread_id, name=name, verdict=verdict, note="So."))
    seen = await watch.over(desk.propose(thread_id, run_id, verdict))
    call = (await desk.whole(seen.result[0])).call
    assert (call.state, call.verdict) == (state, verdict)
    assert [(action, actor) for action, actor, _ in seen.deeds] == [
        ("call.proposed", desk.tenant.people["bob"]), (f"call.{state}", None),
    ]  # fmt: skip
    assert seen.deeds[1][2]["reason"] == call.reason
    assert (seen.jobs, seen.rings) == ([], [])
    content = f"Refused by the organisation's policy. The rule \u201c{name}\u201d refuses it. So."
    told = {"tool_call_id": call.tool_call_id, "id": str(call.id), "content": content}
    assert seen.log[2:] == ([("tool_result", told)] if verdict == "deny" else [])


@pytest.mark.parametrize(
    ("old", "new", "kinds", "task", "rung"),
    [
        ("proposed", "approved", ["call"], "execute", True),
        ("proposed", "rejected", ["call", "tool_result"], "advance", True),
        ("proposed", "answered", ["call", "tool_result"], "advance", True),
        ("proposed", "expired", ["call", "tool_result"], "advance", True),
        ("proposed", "cancelled", ["call", "tool_result"], "advance", True),
        ("approved", "started", ["call"], None, False),
        ("approved", "void", ["call", "tool_result"], "advance", False),
        ("approved", "failed", ["call", "tool_result"], "advance", False),
        ("started", "input_required", ["call"], None, False),
        ("input_required", "approved", ["call"], "execute", False),
        ("started", "succeeded", ["call", "tool_result"], "advance", False),
        ("started", "failed", ["call", "tool_result"], "advance", False),
        ("started", "unknown", ["call"], "advance", True),
        ("unknown", "confirmed_done", ["call", "tool_result"], "advance", True),
        ("unknown", "confirmed_not_done", ["call", "tool_result"], "advance", True),
    ],
)
async def test_each_move_leaves_its_entries_its_job_and_its_ring(
    old: CallState, new: CallState, kinds: list[str], task: str | None, rung: bool, watch: Watch, desk: Desk
) -> None:
    thread_id, call_id = await a_call(desk, old)
    carol = desk.tenant.people["carol"]
    seen = await watch.over(desk.move(call_id, (old,), new, carol, reason="Because.", executor="one", attempt=1))
    assert seen.result.call.state == new
    ((action, actor, data),) = seen.deeds
    assert (action, actor) == (f"call.{new}", carol)
    assert (data["reason"], data["executor"], data["attempt"], data["seal"]) == (None, "one", 1, "a" * 64)
    # What a person said is on the record as its hash: it goes with the call.
    assert data["reason_hash"] == sha256(f"{data['seal']}\nBecause.".encode()).hexdigest()
    assert seen.kinds == kinds
    assert seen.log[0][1] == card.change(seen.result)
    lock = {"execute": f"call:{call_id}", "advance": f"thread:{thread_id}"}
    assert seen.tasks == ([(task, lock[task])] if task else [])
    assert seen.rings == ([f"{desk.tenant.people['bob']}:approval:{call_id}"] if rung else [])


async def test_whoever_may_have_waited_is_told_that_a_call_was_stopped(watch: Watch, desk: Desk) -> None:
    for old in ("proposed", "approved"):
        _, call_id = await a_call(desk, old)
        seen = await watch.over(desk.move(call_id, ("proposed", "approved"), "cancelled"))
        assert seen.rings == [f"{desk.tenant.people['bob']}:approval:{call_id}"]


async def test_a_call_that_is_replaced_is_not_told_to_the_model(watch: Watch, desk: Desk) -> None:
    thread_id, call_id = await a_call(desk, "approved")
    seen = await watch.over(desk.move(call_id, ("approved",), "void", replaced=True))
    assert (seen.kinds, seen.tasks) == (["call"], [("advance", f"thread:{thread_id}")])
    assert [action for action, _, _ in seen.deeds] == ["call.void"]


@pytest.mark.parametrize(
    "unfit",
    [
        {"presented_seal": "b" * 64},
        {"after_expiry": True},
        {"held_by": "two"},
        {"old": ("approved", "started")},
    ],
    ids=["another seal", "still in time", "held by another", "another state"],
)
async def test_a_call_that_is_not_as_expected_does_not_move(unfit: dict[str, Any], watch: Watch, desk: Desk) -> None:
    _, call_id = await a_call(desk, executor="one")
    expected: dict[str, Any] = {"old": ("proposed",), **unfit}
    seen = await watch.over(desk.move(call_id, expected.pop("old"), "approved", **expected))
    assert (seen.result, seen.deeds, seen.log, seen.jobs, seen.rings) == (None, [], [], [], [])
    assert (await desk.whole(call_id)).call.state == "proposed"


async def test_a_call_that_is_as_expected_moves(desk: Desk) -> None:
    _, call_id = await a_call(desk, executor="one")
    moved = await desk.move(
        call_id, ("started", "proposed"), "approved", presented_seal="a" * 64, before_expiry=True, held_by="one"
    )
    assert moved is not None
    assert moved.call.state == "approved"


async def test_time_that_is_over_is_over_to_the_moment(desk: Desk) -> None:
    _, call_id = await a_call(desk)
    async with desk.database.transaction(desk.tenant.scope) as session:
        found = await desk.ledger._whole(session, call_id)
        thread = await held(session, found.call.thread_id)
        # In one transaction the database's clock stands still.
        for at, before in ((func.now(), None), (func.now() + timedelta(microseconds=1), "approved")):
            assert await desk.ledger.amend(session, thread, call_id, "call.extended", actor=None, expires_at=at)
            moved = await desk.ledger.move(
                session, thread, call_id, ("proposed",), "approved", actor=None, before_expiry=True
            )
            assert (moved.call.state if moved else None) == before
    _, late = await a_call(desk)
    async with desk.database.transaction(desk.tenant.scope) as session:
        thread = await held(session, (await desk.ledger._whole(session, late)).call.thread_id)
        await desk.ledger.amend(session, thread, late, "call.extended", actor=None, expires_at=func.now())
        assert await desk.ledger.move(session, thread, late, ("proposed",), "expired", actor=None, after_expiry=True)


async def test_a_call_that_changes_and_waits_on_is_told_recorded_and_rung_for(watch: Watch, desk: Desk) -> None:
    thread_id, call_id = await a_call(desk)
    carol = desk.tenant.people["carol"]

    async def amend(**more: Any) -> Any:
        async with desk.database.transaction(desk.tenant.scope) as session:
            thread = await held(session, thread_id)
            return await desk.ledger.amend(session, thread, call_id, "call.approval", actor=carol, **more)

    seen = await watch.over(amend(extensions=3, presented_seal="a" * 64))
    assert (seen.result.call.state, seen.result.call.extensions) == ("proposed", 3)
    assert [(action, actor) for action, actor, _ in seen.deeds] == [("call.approval", carol)]
    assert seen.log == [("call", card.change(seen.result))]
    assert (seen.jobs, seen.rings) == ([], [f"{desk.tenant.people['bob']}:approval:{call_id}"])
    unseen = await watch.over(amend(presented_seal="b" * 64))
    assert (unseen.result, unseen.deeds, unseen.log, unseen.rings) == (None, [], [], [])
    await desk.move(call_id, ("proposed",), "approved")
    late = await watch.over(amend(extensions=4))
    assert (late.result, late.deeds, late.log) == (None, [], [])


@pytest.mark.parametrize("asked", [{"terms": TERMS}, {"unattended": True}], ids=["others decide", "unattended"])
async def test_a_call_that_others_may_decide_is_rung_for_at_everybody(
    asked: dict[str, Any], watch: Watch, desk: Desk
) -> None:
    thread_id, run_id = await desk.thread()
    seen = await watch.over(enter(desk, thread_id, run_id, **asked))
    assert seen.rings == [f"*:approval:{seen.result.call.id}"]
    ended = await watch.over(desk.move(seen.result.call.id, ("proposed",), "rejected"))
    assert ended.rings == seen.rings


async def test_a_server_is_answered_once_nothing_that_it_asked_for_is_open(watch: Watch, desk: Desk) -> None:
    thread_id, run_id = await desk.thread()
    parent = (await enter(desk, thread_id, run_id, state="input_required")).call.id
    asked = '{"message":"Who?","mode":"form","schema":null,"url":null}'
    first, second = [
        (await enter(desk, thread_id, run_id, kind="elicitation", parent_id=parent, arguments=asked)).call.id
        for _ in range(2)
    ]
    one = await watch.over(desk.move(first, ("proposed",), "answered"))
    assert (one.kinds, one.tasks) == (["call"], [])
    both = await watch.over(desk.move(second, ("proposed",), "rejected"))
    assert (both.kinds, both.tasks) == (["call"], [("execute", f"call:{parent}")])


async def a_question(desk: Desk, parent_state: str) -> tuple[UUID, UUID]:
    """A call that is in this state although its server has asked something, and the question, which waits."""
    thread_id, run_id = await desk.thread()
    parent = await enter(desk, thread_id, run_id, state=parent_state, input={"round": 1})
    asked = '{"message":"Who?","mode":"form","schema":null,"url":null}'
    child = await enter(desk, thread_id, run_id, kind="elicitation", parent_id=parent.call.id, arguments=asked)
    return parent.call.id, child.call.id


async def test_what_a_server_asked_is_wanted_no_more_once_its_call_is_over(watch: Watch, desk: Desk) -> None:
    parent, child = await a_question(desk, "input_required")
    seen = await watch.over(desk.move(parent, ("input_required",), "failed"))
    assert [(action, actor) for action, actor, _ in seen.deeds] == [("call.failed", None), ("call.cancelled", None)]
    assert seen.deeds[1][2]["reason"] == "The server went on without it."
    question = (await desk.whole(child)).call
    assert (question.state, question.reason) == ("cancelled", "The server went on without it.")
    assert question.ended_at is not None
    # It is no call of the model's: only what asked for it is told.
    assert seen.kinds == ["call", "tool_result", "call"]
    assert [body["id"] for kind, body in seen.log if kind == "call"] == [str(parent), str(child)]
    assert ("execute", f"call:{parent}") in seen.tasks


@pytest.mark.parametrize(("old", "new"), [("input_required", "started"), ("started", "input_required")])
async def test_what_a_server_asked_waits_on_while_its_call_goes_on(
    old: CallState, new: CallState, watch: Watch, desk: Desk
) -> None:
    parent, child = await a_question(desk, old)
    seen = await watch.over(desk.move(parent, (old,), new))
    assert [action for action, *_ in seen.deeds] == [f"call.{new}"]
    assert (await desk.whole(child)).call.state == "proposed"


async def test_an_answer_that_was_given_is_not_withdrawn(watch: Watch, desk: Desk) -> None:
    parent, child = await a_question(desk, "input_required")
    await desk.move(child, ("proposed",), "answered")
    seen = await watch.over(desk.move(parent, ("input_required",), "failed"))
    assert [action for action, *_ in seen.deeds] == ["call.failed"]
    assert (await desk.whole(child)).call.state == "answered"


async def test_what_is_known_of_a_call_is_kept_but_for_its_row(desk: Desk) -> None:
    thread_id, call_id = await a_call(desk, "approved")
    known = await desk.whole(call_id)
    async with desk.database.transaction(desk.tenant.scope) as session:
        thread = await held(session, thread_id)
        moved = await desk.ledger.move(session, thread, call_id, ("approved",), "started", actor=None, known=known)
    assert moved is not None
    assert (moved.call.state, moved.people, moved.declared) == ("started", known.people, known.declared)


async def test_the_record_names_the_grant_that_a_call_ran_by(watch: Watch, desk: Desk) -> None:
    _, call_id = await a_call(desk, "approved")
    grant_id = uuid4()
    seen = await watch.over(desk.move(call_id, ("approved",), "started", grant_id=grant_id))
    assert seen.deeds[0][2]["grant"] == str(grant_id)


async def test_the_card_is_that_of_who_reads_it(desk: Desk) -> None:
    _, call_id = await a_call(desk)
    whole = await desk.whole(call_id)
    theirs = desk.ledger.card(whole, Viewer(desk.tenant.people["carol"], frozenset({"approver"})))
    assert theirs["may"]["decide"] is False
    own = desk.ledger.card_for_requester(whole)
    assert (own["may"]["decide"], own["tool"]["server_name"]) == (True, "The journal")
    assert {**theirs, "may": own["may"]} == own


async def test_the_requesters_roles_of_today_count_on_their_card(watch: Watch, desk: Desk) -> None:
    terms = {"needs": [{"rule": "Members", "roles": ["member"], "users": [], "count": 1, "not_requester": False}]}
    thread_id, run_id = await desk.thread()
    seen = await watch.over(enter(desk, thread_id, run_id, terms=terms))
    assert desk.ledger.card_for_requester(seen.result)["may"]["decide"] is True
    assert seen.log == [("call", desk.ledger.card_for_requester(seen.result))]


async def test_a_run_is_looked_at_again_and_a_call_when_its_time_is_up(watch: Watch, desk: Desk) -> None:
    thread_id, call_id = await a_call(desk)
    at = (await desk.whole(call_id)).call.expires_at

    async def again() -> None:
        async with desk.database.transaction(desk.tenant.scope) as session:
            thread = await held(session, thread_id)
            await desk.ledger.expire_at(session, thread, call_id, at)
            await desk.ledger.go_on(session, thread)

    seen = await watch.over(again())
    assert seen.jobs == [("expire", f"expiry:{call_id}", at), ("advance", f"thread:{thread_id}", None)]


def test_the_tenant_is_that_of_the_thread() -> None:
    tenant_id = uuid4()
    assert tenant_of(Thread(id=uuid4(), tenant_id=tenant_id, user_id=uuid4(), title="")) == tenant_id
