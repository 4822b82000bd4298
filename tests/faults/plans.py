"""Which kill comes next: all of it follows from a seed and a number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from interlock_platform.faults import POINTS
from tests.faults.turns import KINDS

BESIDE = 3
"""Turns that are under way beside the one that gets to the point."""
AGAIN = 0.1
"""How often the next process is killed on its way back, and not in the middle of what follows."""
FIRST_SECONDS, SECONDS = 1.6, 3.0
"""How long turns take, about, and how long after a restart: a dead process' work waits for two."""
BOOT_SECONDS = 1.0
MOST_ARRIVALS = 40
AT_A_POINT, ANYWHERE_SHOTS = 5, 10
"""Kills of one play at most: of one for a point, and of one for random kills."""
SAME = 2
"""How many of a play for a point, after the first, are at points of the same thing."""

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
TAKE_OVER = ("take_over.before_commit", "take_over.after_commit")
ON_THE_WAY_BACK = ("advance.begin", "run.begin.after_commit", "checkpoint.before_commit")
HALF = 0.5
ORDER = tuple(POINTS)


@dataclass(frozen=True)
class Shot:
    """One kill: at that arrival at a point, at that arrival at whichever point (None), or (no arrival) after a time."""

    point: str | None = None
    arrival: int = 0
    after_seconds: float = 0.0
    returning: bool = False
    """Counted from the moment when the server is started again, and not from the person's return."""

    def __str__(self) -> str:
        where = f"at arrival {self.arrival} at {self.point or 'any point'}" if self.arrival else "by time"
        when = f" after {self.after_seconds:.3f} s" if not self.arrival else ""
        return f"{where}{when}{' on the way back' if self.returning else ''}"


@dataclass(frozen=True)
class Plan:
    """One play: some turns, and where or when the server is killed; each shot follows on the death before it."""

    name: str
    kinds: tuple[str, ...]
    shots: tuple[Shot, ...]

    @property
    def point(self) -> str | None:
        """Where the first kill is, if it is at a point."""
        return self.shots[0].point


def at_point(seed: int, point: str, number: int) -> Plan:
    """The play of this number for this point: the first kill is there, or the one that follows on it."""
    name = f"{seed}/{point}/{number}"
    random = Random(name)  # noqa: S311 - repeatable on purpose
    if point.startswith("take_over"):
        # Only what was sent by a process that died is taken over.
        kinds = ("idempotent", "idempotent", *random.choices(WITHOUT_CALLS, k=BESIDE - 1))
        sent, again = random.choices(SENT, k=2), (point, *random.choices(TAKE_OVER, k=2))
        first, second, third = (Shot(other, 1, returning=True) for other in again)
        return Plan(name, kinds, (Shot(sent[0], 1), first, second, Shot(sent[1], 1), third))
    thing = thing_of(point)
    there = GETS_THERE.get(thing, ASKING)
    # Where few turns come, more than one of these does.
    kinds = (random.choice(there), random.choice(there), *random.choices(list(KINDS), k=BESIDE - 1))
    following = random.choices([other for other in POINTS if thing_of(other) == thing], k=SAME)
    passed = [other for other in ANYWHERE if thing_of(other) != thing and passes(kinds, other)]
    following += sorted(random.sample(passed, k=AT_A_POINT - 1 - SAME), key=ORDER.index)
    first = Shot(point, random.randint(1, ARRIVALS.get(thing, 1)))
    return Plan(name, kinds, (first, *(_then(random, Shot(other, 1)) for other in following)))


def anywhere(seed: int, number: int) -> Plan:
    """The play of this number for random kills: again and again until its turns end, at any point or at any time."""
    name = f"{seed}/random/{number}"
    random = Random(name)  # noqa: S311 - repeatable on purpose
    kinds = tuple(random.choices(list(KINDS), k=1 + BESIDE))
    first = _random_shot(random, FIRST_SECONDS)
    return Plan(
        name, kinds, (first, *(_then(random, _random_shot(random, SECONDS)) for _ in range(ANYWHERE_SHOTS - 1)))
    )


def first_arrival(plan: Plan) -> Plan:
    """The same, for when nobody came there as often as planned."""
    return Plan(f"{plan.name}/first", plan.kinds, (replace(plan.shots[0], arrival=1), *plan.shots[1:]))


def thing_of(point: str) -> str:
    """What several points are about: the first part of their names."""
    return point.partition(".")[0]


def passes(kinds: Sequence[str], point: str) -> bool:
    """Whether one of these turns certainly gets there."""
    there = GETS_THERE.get(thing_of(point))
    return there is None or any(kind in there for kind in kinds)


def _random_shot(random: Random, seconds: float) -> Shot:
    if random.random() < HALF:
        return Shot(arrival=random.randint(1, MOST_ARRIVALS))
    return Shot(after_seconds=random.uniform(0, seconds))


def _then(random: Random, shot: Shot) -> Shot:
    """The shot, or now and then one at a process that has not come back yet."""
    if random.random() >= AGAIN:
        return shot
    if random.random() < HALF:
        return Shot(random.choice(ON_THE_WAY_BACK), 1, returning=True)
    return Shot(after_seconds=random.uniform(0, BOOT_SECONDS), returning=True)


def named(name: str) -> Plan:
    """The plan of this name, as a report tells it."""
    seed, point, number, *first = name.split("/")
    plan = anywhere(int(seed), int(number)) if point == "random" else at_point(int(seed), point, int(number))
    return first_arrival(plan) if first else plan
