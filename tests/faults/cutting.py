"""The statements of a turn, and a turn whose connection is cut at one of them."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from tests.faults import invariants
from tests.faults.framing import Message
from tests.faults.insisting import Turn, take_turn
from tests.faults.proxy import Cut
from tests.faults.stage import Stage
from tests.faults.world import a_value, call_for
from tests.person import Person

Side = Literal["before", "after"]
SIDES: tuple[Side, ...] = ("before", "after")


@dataclass(frozen=True)
class Point:
    """A statement of a turn by its SQL, and which time it comes; cut before it is passed on, or after it was done."""

    sql: str
    occurrence: int
    side: Side

    def is_here(self, message: Message) -> bool:
        return message.text == self.sql

    def __str__(self) -> str:
        return f"{self.side} {self.sql[:60] or '(empty)'} #{self.occurrence}"


@dataclass(frozen=True)
class Survived:
    """A turn that came to its end, and whether its statement came at all."""

    point: Point
    cut: bool
    turn: Turn


async def points_of_a_turn(stage: Stage, person: Person, turns: int = 3) -> list[Point]:
    """Every statement that a turn made in any of several, before and after; the first turns of a process make more."""
    most: Counter[str] = Counter()
    for _ in range(turns):
        value, seen = a_value(), len(stage.to_postgres.passed)
        stage.model.script([call_for(value)])
        await take_turn(stage, person, await person.new_thread(), value)
        await invariants.at_rest(stage.urls.superuser)
        most |= Counter(message.text for message in stage.to_postgres.passed[seen:])
    return [Point(sql, n + 1, side) for sql in sorted(most) for n in range(most[sql]) for side in SIDES]


async def survive(stage: Stage, person: Person, point: Point) -> Survived:
    """One turn whose connection is cut there: it ends well, with one effect and with what is known told."""
    value = a_value()
    stage.model.script([call_for(value)])
    thread_id = await person.new_thread()
    cut = stage.to_postgres.arm(Cut(point.is_here, point.side, point.occurrence, reset=point.occurrence % 2 == 1))
    try:
        turn = await take_turn(stage, person, thread_id, value)
        await invariants.at_rest(stage.urls.superuser)
    except (AssertionError, TimeoutError) as error:
        raise AssertionError(f"Cut {point}, {value} in thread {thread_id}: {error!r}") from error
    finally:
        stage.to_postgres.disarm()
    happened = stage.effects(value)
    where = f"cut {point}: {turn}"
    assert happened <= 1, f"{happened} effects, {where}"
    if turn.state == "succeeded":
        assert happened == 1, f"no effect, {where}"
        assert turn.answer == f"The tool said: recorded {value}", where
    else:
        assert turn.state == "unknown", where
    messages = (await person.ok("GET", f"/api/threads/{thread_id}/messages"))["messages"]
    assert [each["content"] for each in messages if each["role"] == "user"] == [value], where
    return Survived(point, cut.done.is_set(), turn)
