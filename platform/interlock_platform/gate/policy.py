"""What may happen without asking: nothing, unless a rule says so."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

POLICY_VERSION = "1"


@dataclass(frozen=True)
class Rule:
    """A rule that was looked at, and what it said."""

    rule: str
    verdict: Literal["allow", "ask", "deny"]
    why: str


@dataclass(frozen=True)
class Verdict:
    """What policy says about a call, with the rules that it looked at; the last one decided."""

    verdict: Literal["allow", "ask", "deny"]
    trace: tuple[Rule, ...]

    def trace_wire(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self.trace]


def judge() -> Verdict:
    """The verdict on any call: a person is asked."""
    default = Rule("platform default", "ask", "Every call is asked about unless a rule allows or denies it.")
    return Verdict(default.verdict, (default,))
