"""Which kill comes next: all of it follows from a seed and a number."""

from dataclasses import dataclass
from random import Random

from interlock_platform.faults import POINTS
from tests.faults.turns import KINDS

BESIDE = 3
"""Turns that are under way beside the one that gets to the point."""
AGAIN = 0.1
"""How often the next process, too, is killed on its way back."""
SECONDS = 1.6
"""As long as the turns take, about."""

ASKING = ("approved", "mixed", "edited", "granted", "idempotent")
GETS_THERE: dict[str, tuple[str, ...]] = {
    "propose": ASKING,
    "pause": (*ASKING, "rejected"),
    "decide": (*ASKING, "rejected"),
    "extend": ("extended",),
    "expire": ("expired",),
    "execute": ASKING,
    "start": (*ASKING, "allowed"),
    "call": (*ASKING, "allowed"),
    "settle": (*ASKING, "lost", "allowed"),
    "resolve": ("lost",),
    "fail": ("failed",),
    "retry": ("failed",),
    "cancel": ("cancelled", "stopped"),
}
"""First part of a point's name -> turns that certainly get there; to the others every turn does."""
ANYWHERE = tuple(point for point in POINTS if not point.startswith("take_over"))
WITHOUT_CALLS = ("talk", "rejected", "cancelled", "failed")
SENT = ("start.after_commit", "call.before_send", "call.after_answer", "settle.before_commit")
ARRIVALS = {"checkpoint": 16, "advance": 5, "run": 5, "model": 4, "message": 3, "finish": 3, "propose": 2, "pause": 2,
            "decide": 3, "execute": 2, "start": 2, "call": 2, "settle": 2}  # fmt: skip
"""How often the turns of one plan come there, at least about."""


@dataclass(frozen=True)
class Plan:
    """One play: some turns, and where or when the server is killed; `again` is where the next one is."""

    name: str
    point: str | None
    arrival: int
    after_seconds: float
    again: tuple[str, int] | None
    kinds: tuple[str, ...]

    @property
    def points(self) -> tuple[str, ...]:
        return tuple(point for point in (self.point, self.again and self.again[0]) if point)


def at_point(seed: int, point: str, number: int) -> Plan:
    """The kill of this number at this point."""
    name = f"{seed}/{point}/{number}"
    random = Random(name)  # noqa: S311 - repeatable on purpose
    if point.startswith("take_over"):
        # Only what was sent by a process that died is taken over.
        kinds = ("idempotent", *random.choices(WITHOUT_CALLS, k=BESIDE))
        return Plan(name, random.choice(SENT), 1, 0, (point, 1), kinds)
    return _plan(random, name, point)


def anywhere(seed: int, number: int) -> Plan:
    """The random kill of this number: at any point, or at any time."""
    name = f"{seed}/random/{number}"
    random = Random(name)  # noqa: S311 - repeatable on purpose
    return _plan(random, name, random.choice(ANYWHERE) if random.random() < 0.5 else None)


def first_arrival(plan: Plan) -> Plan:
    """The same, for when nobody came there as often as planned."""
    return Plan(f"{plan.name}/first", plan.point, 1, plan.after_seconds, plan.again, plan.kinds)


def _plan(random: Random, name: str, point: str | None) -> Plan:
    thing = (point or "").partition(".")[0]
    kinds = [random.choice(GETS_THERE.get(thing, ASKING))]
    kinds += random.choices(list(KINDS), k=BESIDE)
    again = (random.choice(("advance.begin", "run.begin.after_commit", "checkpoint.before_commit")), 1)
    return Plan(
        name=name,
        point=point,
        arrival=random.randint(1, ARRIVALS.get(thing, 1)),
        after_seconds=random.uniform(0, SECONDS),
        again=again if random.random() < AGAIN else None,
        kinds=tuple(kinds),
    )


def named(name: str) -> Plan:
    """The plan of this name, as a report tells it."""
    seed, point, number, *first = name.split("/")
    plan = anywhere(int(seed), int(number)) if point == "random" else at_point(int(seed), point, int(number))
    return first_arrival(plan) if first else plan
