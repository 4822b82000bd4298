"""Which rules forbid a grant: those about every call that it would be for."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from interlock_platform.grants.offer import Offer
from interlock_platform.grants.permission import DESTROYS, forbidden_by, varies
from interlock_platform.policy.facts import Facts, Risk
from interlock_platform.policy.judge import Looked, Verdict
from interlock_platform.policy.judging import Judged
from interlock_platform.policy.terms import Terms
from interlock_platform.tables.policy import Rule

ALICE = uuid4()
NOW = datetime(2026, 11, 21, tzinfo=UTC)
OFFER = Offer(ALICE, "s", "t", "h")


def rule(name: str, condition: str | None = None) -> Rule:
    return Rule(id=uuid4(), layer="tenant", name=name, verdict="ask", condition=condition)


def judged(*matched: Rule, unmatched: tuple[Rule, ...] = (), risk: Risk | None = None) -> Judged:
    """A verdict that looked at these rules."""
    seen = [*((each, True) for each in matched), *((each, False) for each in unmatched)]
    trace = tuple(Looked("tenant", each.name, str(each.id), "ask", matches, False, "") for each, matches in seen)
    default = Looked("platform", "default", None, "ask", True, True, "")
    facts = Facts("s", "t", "h", {}, ALICE, "", frozenset(), risk=risk)
    return Judged(facts, Verdict("ask", (default, *trace), Terms()), "1.1", "Alice", True, NOW)


def test_the_first_rule_that_matches_forbids() -> None:
    other, first, second = rule("other"), rule("first"), rule("second")
    word = judged(second, first, unmatched=(other,))
    assert forbidden_by(OFFER, [other, first, second], [word]) == "first"
    assert forbidden_by(OFFER, [other], [word]) is None
    assert forbidden_by(OFFER, [], [word]) is None


def test_a_rule_that_matches_any_of_the_calls_forbids() -> None:
    first = rule("first")
    assert forbidden_by(OFFER, [first], [judged(unmatched=(first,)), judged(first)]) == "first"
    assert forbidden_by(OFFER, [first], [judged(unmatched=(first,))] * 2) is None


def test_a_condition_that_varies_forbids_nothing() -> None:
    some, every = rule("some", "arguments.x > 1"), rule("every", "true")
    assert forbidden_by(OFFER, [some], [judged(some)]) is None
    assert forbidden_by(OFFER, [some, every], [judged(some, every)]) == "every"
    fixed = Offer(ALICE, "s", "t", "h", arguments='{"x":2}')
    assert forbidden_by(fixed, [some, every], [judged(some, every)]) == "some"


@pytest.mark.parametrize("risk", ["reads", "changes", "leaves", "destroys", None])
def test_tools_that_destroy_are_never_granted(risk: Risk | None) -> None:
    first = rule("first")
    wanted = DESTROYS if risk == "destroys" else None
    assert forbidden_by(OFFER, [], [judged(), judged(risk=risk)]) == wanted
    assert forbidden_by(OFFER, [first], [judged(first, risk=risk)]) == (wanted or "first")


@pytest.mark.parametrize(
    ("condition", "user_id", "arguments", "wanted"),
    [
        (None, None, None, False),
        ("true", None, None, False),
        ("tool.name == 't' && unattended", None, None, False),
        ("arguments.x == 1", ALICE, None, True),
        ("arguments.x == 1", None, "{}", False),
        ("requester.id == 'x'", None, "{}", True),
        ("requester.id == 'x'", ALICE, None, False),
        ("requester.id == 'x' || arguments.x == 1", ALICE, "{}", False),
        ("has(arguments.x)", ALICE, None, True),
        ("my_arguments == 1", ALICE, None, False),
        ("tool.name == 'arguments'", ALICE, None, True),
    ],
)
def test_what_is_open_in_an_offer_makes_conditions_vary(
    condition: str | None, user_id: UUID | None, arguments: str | None, wanted: bool
) -> None:
    more: dict[str, Any] = {"arguments": arguments}
    assert varies(condition, Offer(user_id, "s", "t", "h", **more)) is wanted
