"""How far the kills have come, kept on disk so that a long run goes on where it stopped."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from interlock_platform.faults import POINTS
from tests.faults.history import history
from tests.faults.lane import SHOWN_SECONDS, Played

RANDOM = "random"


@dataclass
class Tally:
    """Of one point, or of the random kills."""

    plays: int = 0
    kills: int = 0
    more: int = 0
    """kills at no point, in a play for a point: of processes on their way back"""
    unknown: int = 0
    effects: int = 0
    late: int = 0
    """threads that showed their true state more than 5 seconds after the restart"""
    breaches: int = 0
    slowest: float = 0.0
    """seconds from a restart until the last thread showed its true state"""


@dataclass
class Report:
    """All tallies; `broken` tells each breach with its plan and its history."""

    seed: int
    tallies: dict[str, Tally] = field(default_factory=dict)
    shown: list[int] = field(default_factory=lambda: [0] * 60)
    """how many threads showed their true state within so many tenths of a second of the restart; the last: later"""
    seconds: float = 0.0
    broken: list[dict[str, Any]] = field(default_factory=list)

    def tally(self, name: str) -> Tally:
        return self.tallies.setdefault(name, Tally())

    def add(self, name: str, played: Played) -> None:
        tally = self.tally(name)
        tally.plays += 1
        for death in played.deaths:
            if name == RANDOM:
                tally.kills += 1
            elif death.killed is not None:
                # A play for one point also kills at others.
                self.tally(death.killed.point).kills += 1
            else:
                tally.more += 1
        tally.unknown += played.unknown
        tally.effects += played.effects
        tally.late += played.late
        tally.slowest = max([tally.slowest, *(round(seconds, 2) for seconds in played.shown)])
        for seconds in played.shown:
            self.shown[min(int(seconds * 10), len(self.shown) - 1)] += 1
        tally.breaches += len(played.breaches)
        self.broken += [{"plan": played.plan.name, "breach": said} for said in told(played)]

    @property
    def kills(self) -> int:
        return sum(tally.kills + tally.more for tally in self.tallies.values())

    @property
    def breaches(self) -> int:
        return sum(tally.breaches for tally in self.tallies.values())

    def shown_within(self, share: float) -> float:
        """Seconds within which this share of the threads showed their true state."""
        so_far, wanted = 0, share * sum(self.shown)
        for tenths, count in enumerate(self.shown):
            so_far += count
            if so_far >= wanted:
                return (tenths + 1) / 10
        return SHOWN_SECONDS

    def save(self, path: Path) -> None:
        whole = {
            **asdict(self),
            "kills": self.kills,
            "breaches": self.breaches,
            "kills_per_minute": round(self.kills / max(self.seconds, 1) * 60, 1),
            "shown_seconds": {"p50": self.shown_within(0.5), "p95": self.shown_within(0.95),
                              "p99": self.shown_within(0.99)},
        }  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(whole, indent=1))
        os.replace(beside, path)

    @classmethod
    def load(cls, path: Path, seed: int) -> "Report":
        """What is there of a run with this seed, or the beginning of one."""
        if not path.exists() or (kept := json.loads(path.read_text()))["seed"] != seed:
            return cls(seed)
        tallies = {name: Tally(**each) for name, each in kept["tallies"].items() if name in (*POINTS, RANDOM)}
        return cls(seed, tallies, kept["shown"], kept["seconds"], kept["broken"])


def told(played: Played) -> list[str]:
    """Each breach with the little that is needed to see how it came about."""
    plan = played.plan
    header = f"plan {plan.name}: {'; '.join(map(str, plan.shots))}; turns {', '.join(plan.kinds)}"
    return [
        f"{breach.sentence}\n  {header}\n{history(played.seen, breach) if played.seen else ''}"
        for breach in played.breaches
    ]
