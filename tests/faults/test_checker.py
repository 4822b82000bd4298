"""The checker sees what it is there for: whatever is falsified after a turn, it says so, and how it came about."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.faults.history import history
from tests.faults.invariants import breaches
from tests.faults.lane import Lane
from tests.faults.plans import Plan, Shot
from tests.faults.tables import Seen

TURNS = ("approved", "rejected", "idempotent", "cancelled")
NOT_REACHED = Plan("whole", TURNS, (Shot("message.before_commit", 1_000),))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole(lane: Lane) -> Seen:
    """What is there after some turns under which nobody died."""
    played = await lane.play(NOT_REACHED)
    assert played.seen is not None
    assert not played.breaches
    return played.seen


def message_gone(seen: Seen) -> None:
    seen.tables["messages"].remove(next(row for row in seen.tables["messages"] if row["role"] == "user"))


def message_twice(seen: Seen) -> None:
    said = next(row for row in seen.tables["messages"] if row["role"] == "user")
    seen.tables["messages"].append({**said, "id": uuid4()})


def event_gone(seen: Seen) -> None:
    seen.tables["events"].pop()


def answer_twice(seen: Seen) -> None:
    said = next(row for row in seen.tables["messages"] if row["role"] == "assistant" and not row["more"])
    seen.tables["messages"].append({**said, "id": uuid4(), "seq": 1_000})


def effect_twice(seen: Seen) -> None:
    seen.journal.append(next(line for line in seen.journal if line["tool"] == "record"))


def effect_of_nothing(seen: Seen) -> None:
    line = next(line for line in seen.journal if line["tool"] == "record")
    seen.journal.append({**line, "arguments": {"value": "value-000000000000"}})


def effect_of_a_rejected_call(seen: Seen) -> None:
    line = next(line for line in seen.journal if line["tool"] == "record")
    seen.journal.append({**line, "arguments": json.loads(call_in(seen, "rejected")["arguments"])})


def effect_before_its_decision(seen: Seen) -> None:
    next(line for line in seen.journal if line["event"] == "received")["at"] -= 60


def effect_under_another_key(seen: Seen) -> None:
    next(line for line in seen.journal if line["tool"] == "keep")["key"] = str(uuid4())


def approved_by_nobody(seen: Seen) -> None:
    call_in(seen, "succeeded").update(decision=None, decided_by=None)


def approval_not_recorded(seen: Seen) -> None:
    seen.tables["audit"][:] = [entry for entry in seen.tables["audit"] if entry["action"] != "call.approved"]


def attempted_twice(seen: Seen) -> None:
    call_in(seen, "succeeded", "record")["attempt"] = 2


def decision_changed(seen: Seen) -> None:
    call_in(seen, "rejected")["decision"] = "approve"


def call_gone(seen: Seen) -> None:
    seen.tables["calls"].remove(call_in(seen, "rejected"))


def result_not_the_tool_s(seen: Seen) -> None:
    call_in(seen, "succeeded")["result"] = {"text": "recorded something else"}


def never_done(seen: Seen) -> None:
    seen.journal[:] = [line for line in seen.journal if line["event"] != "done"]


def unknown_without_a_death(seen: Seen) -> None:
    call = call_in(seen, "succeeded", "record")
    call["state"] = "confirmed_done"
    begun = next(entry for entry in seen.tables["audit"] if entry["action"] == "call.started")
    seen.tables["audit"].append({**begun, "action": "call.unknown", "seq": begun["seq"] + 1, "target": str(call["id"])})


def still_started(seen: Seen) -> None:
    call_in(seen, "succeeded")["state"] = "started"


def stop_forgotten(seen: Seen) -> None:
    next(run for run in seen.tables["runs"] if run["state"] == "cancelled")["state"] = "finished"


def result_the_model_never_read(seen: Seen) -> None:
    seen.asked[:] = [line for line in seen.asked if line["messages"][-1]["role"] != "tool"]


def client_behind(seen: Seen) -> None:
    next(iter(seen.shown.values())).pop()


FALSIFIED: tuple[Callable[[Seen], None], ...] = (
    message_gone, message_twice, event_gone, answer_twice, effect_twice, effect_of_nothing, effect_of_a_rejected_call,
    effect_before_its_decision, effect_under_another_key, approved_by_nobody, approval_not_recorded, attempted_twice,
    decision_changed, call_gone, result_not_the_tool_s, never_done, unknown_without_a_death, still_started,
    stop_forgotten, result_the_model_never_read, client_behind,
)  # fmt: skip


@pytest.mark.parametrize("falsify", FALSIFIED)
def test_whatever_is_falsified_is_seen(whole: Seen, falsify: Callable[[Seen], None]) -> None:
    seen = copied(whole)
    assert not breaches(seen)
    falsify(seen)
    assert breaches(seen)


def test_a_breach_comes_with_the_history_of_its_call_and_of_no_other(whole: Seen) -> None:
    seen = copied(whole)
    attempted_twice(seen)
    (breach, *_) = breaches(seen)
    told = history(seen, breach)
    call = call_in(seen, "succeeded", "record")
    for step in ("call.proposed", "call.approved", "call.started", "call.succeeded", "received record", "done record"):
        assert step in told
    assert str(call["id"]) in told
    assert str(call_in(seen, "rejected")["id"]) not in told


def call_in(seen: Seen, state: str, tool: str | None = None) -> dict[str, Any]:
    return next(call for call in seen.tables["calls"] if call["state"] == state and tool in (None, call["tool"]))


def copied(seen: Seen) -> Seen:
    return replace(seen, **{name: deepcopy(getattr(seen, name)) for name in ("tables", "journal", "asked", "shown")})
