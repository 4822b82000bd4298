"""What a kill between the sending and the answer means depends on what an admin said of the tool."""

import pytest

from tests.faults.lane import Lane
from tests.faults.plans import Plan, Shot
from tests.faults.report import told


@pytest.mark.parametrize("point", ["call.after_answer", "settle.before_commit"])
async def test_only_a_tool_that_may_be_repeated_is_asked_again_and_under_the_same_key(lane: Lane, point: str) -> None:
    repeated = await lane.play(Plan("repeated", ("idempotent",), (Shot(point, 1),)))
    once = await lane.play(Plan("once", ("approved",), (Shot(point, 1),)))
    for played in (repeated, once):
        assert not played.breaches, "\n\n".join(told(played))
        assert played.points == {point}
    assert repeated.seen is not None
    assert once.seen is not None
    (kept,) = repeated.seen.tables["calls"]
    sent = [line["key"] for line in repeated.seen.journal if line["event"] == "received"]
    assert sent == [str(kept["id"])] * 2
    assert (kept["state"], kept["attempt"]) == ("succeeded", 2)
    assert repeated.unknown == 0
    (recorded,) = once.seen.tables["calls"]
    assert (recorded["state"], recorded["attempt"], once.effects) == ("confirmed_done", 1, 1)
    assert once.unknown == 1


async def test_a_call_that_a_rule_allows_is_taken_up_again_like_any_other(lane: Lane) -> None:
    played = await lane.play(Plan("allowed", ("allowed",), (Shot("settle.before_commit", 1),)))
    assert not played.breaches, "\n\n".join(told(played))
    assert played.seen is not None
    (looked,) = (call for call in played.seen.tables["calls"] if call["tool"] == "look")
    assert (looked["verdict"], looked["state"], looked["attempt"]) == ("allow", "succeeded", 2)
