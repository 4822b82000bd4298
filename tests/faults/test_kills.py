"""A server is killed at every point of a turn with approvals: nothing is lost, repeated or let through.

A share of `make faults`, which kills 70 times at each point and 10,000 times anywhere.
"""

from dataclasses import replace

import pytest

from interlock_platform.faults import POINTS
from tests.faults.campaign import Campaign, Goal
from tests.faults.ground import Ground
from tests.faults.lane import SHOWN_SECONDS, Lane
from tests.faults.plans import Shot, at_point
from tests.faults.report import RANDOM, Report, told

SEED = 20261
LANES = 4
EACH = 1
ANYWHERE = 8
WITH_TWO = 6
LATEST_SECONDS = 20.0
"""On a machine that has other things to do."""
TIMED = ("run.begin.after_commit", "call.after_answer", "finish.before_commit")


async def test_no_kill_loses_repeats_or_lets_through_anything(ground: Ground) -> None:
    report, goal = Report(SEED), Goal(EACH, ANYWHERE)
    broken: list[str] = []
    await Campaign(ground, report, goal, lambda _, breaches: broken.extend(breaches)).run(LANES)
    assert not broken, "\n\n".join(broken)
    assert all(report.tally(point).kills >= EACH for point in POINTS)
    assert report.tally(RANDOM).kills >= ANYWHERE


async def test_with_two_servers_one_takes_up_what_the_other_left(ground: Ground) -> None:
    report, goal = Report(SEED), Goal(0, WITH_TWO)
    broken: list[str] = []
    await Campaign(ground, report, goal, lambda _, breaches: broken.extend(breaches), servers=2).run(2)
    assert not broken, "\n\n".join(broken)
    assert report.tally(RANDOM).kills == WITH_TWO


@pytest.mark.parametrize("point", TIMED)
async def test_every_open_thread_shows_its_true_state_within_seconds_of_the_restart(
    lane: Lane, point: str, long: bool
) -> None:
    played = await lane.play(replace(at_point(SEED, point, 0), shots=(Shot(point, 1),)))
    assert not played.breaches, "\n\n".join(told(played))
    assert played.points == {point}
    assert len(played.shown) == len(played.plan.kinds)
    assert max(played.shown) < (SHOWN_SECONDS if long else LATEST_SECONDS)
