"""The verdict on a call: a pure function of the call, the rules and the grants."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal
from uuid import UUID

from interlock_handlers.definition import SAMPLING
from interlock_platform.policy.facts import Facts
from interlock_platform.policy.terms import Expiry, Need, Terms

VerdictKind = Literal["allow", "ask", "deny"]
Layer = Literal["platform", "tenant", "server", "tool", "user", "thread"]
LAYERS: tuple[Layer, ...] = ("platform", "tenant", "server", "tool", "user", "thread")
STRICTNESS: dict[VerdictKind, int] = {"allow": 0, "ask": 1, "deny": 2}
Answer = Literal["yes", "no", "error"]


@dataclass(frozen=True)
class Rule:
    """A rule as the judge reads it. `applies` answers for its condition, and says why where it can't be evaluated."""

    id: UUID
    layer: Layer
    name: str
    verdict: VerdictKind
    applies: Callable[[Facts], tuple[Answer, str]]
    server_id: str | None = None
    tool: str | None = None
    user_id: UUID | None = None
    thread_id: UUID | None = None
    needs: tuple[Need, ...] = ()
    expiry: Expiry | None = None
    extend: bool = True
    grants: bool = True
    critical: bool = False
    note: str = ""

    @cached_property
    def place(self) -> tuple[int, str, str]:
        """Highest layer first, and the same order however the rules came."""
        return LAYERS.index(self.layer), self.name, str(self.id)

    def is_about(self, facts: Facts) -> bool:
        """Whether the call is one of those that the rule is made for, whatever its condition says.

        Whoever allows the tools of a server did not think of the model: only a rule that names it allows that.
        """
        if facts.tool == SAMPLING and self.verdict == "allow" and self.tool != SAMPLING:
            return False
        return (
            self.server_id in (None, facts.server_id)
            and self.tool in (None, facts.tool)
            and self.user_id in (None, facts.requester)
            and self.thread_id in (None, facts.thread_id)
        )


@dataclass(frozen=True)
class Grant:
    """A live grant for this tool definition, this person and this chat, as the judge reads it."""

    id: UUID
    scope: str
    given_by: UUID
    unattended: bool
    applies: Callable[[Facts], tuple[Answer, str]]


@dataclass(frozen=True)
class Looked:
    """A rule or grant that was looked at."""

    layer: str
    rule: str
    rule_id: str | None
    verdict: VerdictKind
    matched: bool
    decided: bool
    why: str


@dataclass(frozen=True)
class Verdict:
    """What policy says about a call, how it came to that, and on which terms people are asked."""

    verdict: VerdictKind
    trace: tuple[Looked, ...]
    terms: Terms
    grant: Grant | None = None

    @property
    def decisive(self) -> Looked:
        return next(each for each in self.trace if each.decided)

    def trace_wire(self) -> list[dict[str, Any]]:
        return [dict(vars(each)) for each in self.trace]


DEFAULT = "platform default"
OF_KEYS = (Need("calls of the organisation's keys", roles=("owner", "admin", "approver")),)
"""Who is asked about calls of an account that no person signs in to, unless a rule says it."""
DEFAULT_WHY = "Every call is asked about unless a rule allows or denies it."


def judge(facts: Facts, rules: Iterable[Rule], grants: Sequence[Grant] = ()) -> Verdict:
    """Deny beats ask beats allow, whatever the layer; without a rule that matches, a person is asked.

    A condition that can't be evaluated makes a rule that denies or asks match, and one that allows not match.
    """
    about = sorted((rule for rule in rules if rule.is_about(facts)), key=attrgetter("place"))
    looked = [(rule, *_matches(rule, facts)) for rule in about]
    matched = [rule for rule, matches, _ in looked if matches]
    spoken: list[VerdictKind] = [rule.verdict for rule in matched] or ["ask"]
    verdict = max(spoken, key=STRICTNESS.__getitem__)
    decisive = next((rule for rule in matched if rule.verdict == verdict), None)
    asking = [rule for rule in matched if rule.verdict == "ask"]
    terms = _terms(facts, asking)
    grant, seen = _grant(facts, terms, grants) if verdict == "ask" else (None, [])
    trace = [
        Looked(rule.layer, rule.name, rule.place[2], rule.verdict, matches, rule is decisive and grant is None, why)
        for rule, matches, why in looked
    ]
    if not matched:
        trace.insert(0, Looked("platform", DEFAULT, None, "ask", True, grant is None, DEFAULT_WHY))
    return Verdict("allow" if grant else verdict, (*trace, *seen), terms, grant)


def _matches(rule: Rule, facts: Facts) -> tuple[bool, str]:
    answer, why = rule.applies(facts)
    if answer == "error":
        taken = rule.verdict != "allow"
        return taken, f"{why} {'It is taken to match.' if taken else 'It is taken not to match.'}"
    return answer == "yes", why or rule.note


def _terms(facts: Facts, asking: Sequence[Rule]) -> Terms:
    """Every rule that asks adds to who has to approve; of expiry, the highest layer that speaks is heard, and in it the
    rule that gives the least time."""
    expiries = sorted(
        (LAYERS.index(rule.layer), rule.expiry.minutes, at) for at, rule in enumerate(asking) if rule.expiry
    )
    refused = "tools that destroy" if facts.risk == "destroys" else None
    needs = tuple(need for rule in asking for need in rule.needs)
    return Terms(
        needs=needs or (OF_KEYS if facts.of_key else ()),
        expiry=asking[expiries[0][-1]].expiry if expiries else None,
        extend=all(rule.extend for rule in asking),
        refused=next((rule.name for rule in asking if not rule.grants or rule.needs or rule.critical), refused),
        critical=next((rule.name for rule in asking if rule.critical), None),
    )


def _grant(facts: Facts, terms: Terms, grants: Sequence[Grant]) -> tuple[Grant | None, list[Looked]]:
    """The first grant that covers the call, where the rules above permit grants."""
    seen: list[Looked] = []
    for grant in grants:
        answer, why = grant.applies(facts)
        covers = answer == "yes" and terms.refused is None and (grant.unattended or not facts.unattended)
        if terms.refused is not None:
            why = f"Grants are not permitted here: {terms.refused}."
        elif facts.unattended and not grant.unattended:
            why = "The grant is for chats that somebody looks at."
        seen.append(Looked("grant", grant.scope, str(grant.id), "allow", covers, covers, why))
        if covers:
            return grant, seen
    return None, seen
