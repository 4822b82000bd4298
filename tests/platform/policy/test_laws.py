"""What holds for any rules, any grants and any call."""

import string
from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock_platform.policy.facts import Facts
from interlock_platform.policy.judge import LAYERS, STRICTNESS, Answer, Grant, Rule, Verdict, judge
from interlock_platform.policy.terms import Expiry, Need, Terms

ids = st.integers(min_value=1, max_value=3).map(lambda number: UUID(int=number))
answers: st.SearchStrategy[Answer] = st.sampled_from(["yes", "no", "error"])
roles = st.sampled_from(["owner", "admin", "approver", "member"])
maybe_id = st.none() | ids
words = st.text(string.ascii_lowercase, min_size=1, max_size=3)


def needs(name: str) -> st.SearchStrategy[Need]:
    return st.builds(
        Need, st.just(name), st.lists(roles, max_size=2).map(tuple), st.lists(ids, max_size=2).map(tuple),
        st.integers(1, 3), st.booleans(),
    )  # fmt: skip


@st.composite
def a_rule(draw: st.DrawFn, layers: tuple[Any, ...] = LAYERS) -> Rule:
    answer, name = draw(answers), draw(words)
    outcome: Any = draw(st.sampled_from(["reject", "cancel"]))
    return Rule(
        id=draw(st.uuids()),
        layer=draw(st.sampled_from(layers)),
        name=name,
        verdict=draw(st.sampled_from(["allow", "ask", "deny"])),
        applies=lambda _: (answer, "why"),
        server_id=draw(st.sampled_from([None, "s1", "s2"])),
        tool=draw(st.sampled_from([None, "t1", "t2"])),
        user_id=draw(maybe_id),
        thread_id=draw(maybe_id),
        needs=tuple(draw(st.lists(needs(name), max_size=1))),
        expiry=draw(st.none() | st.integers(1, 9).map(lambda minutes: Expiry(name, minutes, outcome))),
        extend=draw(st.booleans()),
        grants=draw(st.booleans()),
    )


@st.composite
def a_grant(draw: st.DrawFn) -> Grant:
    answer = draw(answers)
    return Grant(draw(st.uuids()), "always", draw(ids), draw(st.booleans()), lambda _: (answer, "why"))


some_facts = st.builds(
    Facts,
    server_id=st.sampled_from(["s1", "s2"]),
    tool=st.sampled_from(["t1", "t2"]),
    definition_hash=st.just("h"),
    arguments=st.just({}),
    requester=ids,
    email=st.just("e"),
    roles=st.just(frozenset({"member"})),
    thread_id=maybe_id,
    unattended=st.booleans(),
    risk=st.sampled_from([None, "reads", "destroys"]),
)
some_rules = st.lists(a_rule(), max_size=6, unique_by=lambda rule: rule.id)
some_grants = st.lists(a_grant(), max_size=3, unique_by=lambda grant: grant.id)
many = settings(max_examples=60, deadline=None)


def strictness(verdict: Verdict) -> int:
    return STRICTNESS[verdict.verdict]


def no_laxer(after: Terms, before: Terms) -> bool:
    """Whoever was needed still is, the time is the same, and what was refused still is."""
    return (
        all(after.needs.count(need) >= before.needs.count(need) for need in before.needs)
        and (before.expiry is None or after.expiry == before.expiry)
        and (before.extend or not after.extend)
        and (before.refused is None or after.refused is not None)
    )


@st.composite
def higher_and_lower(draw: st.DrawFn) -> tuple[list[Rule], Rule]:
    """Some rules, and one of a layer below all of theirs."""
    split = draw(st.integers(1, len(LAYERS) - 1))
    higher = draw(st.lists(a_rule(LAYERS[:split]), max_size=4, unique_by=lambda rule: rule.id))
    return higher, draw(a_rule(LAYERS[split:]))


@many
@given(some_facts, higher_and_lower(), some_grants)
def test_a_rule_in_a_lower_layer_never_relaxes_what_the_higher_ones_say(
    facts: Facts, rules: tuple[list[Rule], Rule], grants: list[Grant]
) -> None:
    higher, lower = rules
    before, after = judge(facts, higher, grants), judge(facts, [*higher, lower], grants)
    spoke = any(each.matched and each.rule_id for each in before.trace if each.layer != "grant")
    if spoke:
        assert strictness(after) >= strictness(before)
        if before.verdict == "ask" and after.verdict == "ask":
            assert no_laxer(after.terms, before.terms)
    elif lower.verdict != "allow":
        assert strictness(after) >= strictness(before)


@many
@given(some_facts, some_rules, a_rule(), some_grants)
def test_any_rule_that_denies_or_asks_never_relaxes_anything(
    facts: Facts, rules: list[Rule], added: Rule, grants: list[Grant]
) -> None:
    if added.verdict == "allow":
        added = replace(added, verdict="deny")
    before, after = judge(facts, rules, grants), judge(facts, [*rules, added], grants)
    assert strictness(after) >= strictness(before)


@many
@given(some_facts, some_rules, some_grants)
def test_deny_beats_ask_beats_allow(facts: Facts, rules: list[Rule], grants: list[Grant]) -> None:
    verdict = judge(facts, rules, grants)
    matched = {each.verdict for each in verdict.trace if each.matched and each.layer != "grant"}
    if "deny" in matched:
        assert verdict.verdict == "deny"
    elif "ask" in matched:
        assert verdict.verdict == ("allow" if verdict.grant else "ask")
    else:
        assert (matched, verdict.verdict, verdict.grant) == ({"allow"}, "allow", None)


@many
@given(some_facts, some_rules, some_grants, a_grant())
def test_a_grant_never_turns_a_deny_and_never_makes_anything_stricter(
    facts: Facts, rules: list[Rule], grants: list[Grant], added: Grant
) -> None:
    before, after = judge(facts, rules, grants), judge(facts, rules, [*grants, added])
    assert (after.verdict == "deny") == (before.verdict == "deny")
    assert strictness(after) <= strictness(before)
    assert after.terms == before.terms
    if after.verdict == "allow" and before.verdict == "ask":
        assert after.grant is added
        assert before.terms.refused is None
        assert before.terms.needs == ()
        assert facts.risk != "destroys"
        assert added.unattended or not facts.unattended


@many
@given(some_facts, some_rules, some_grants, st.randoms())
def test_the_order_of_the_rules_never_matters(
    facts: Facts, rules: list[Rule], grants: list[Grant], random: Any
) -> None:
    shuffled = random.sample(rules, len(rules))
    assert judge(facts, rules, grants) == judge(facts, shuffled, grants)


@many
@given(some_facts, some_rules, some_grants, st.data())
def test_an_error_is_never_laxer_than_an_answer(
    facts: Facts, rules: list[Rule], grants: list[Grant], data: st.DataObject
) -> None:
    if not rules:
        return
    at = data.draw(st.integers(0, len(rules) - 1))

    def with_answer(answer: Any) -> list[Rule]:
        return [replace(rule, applies=lambda _: (answer, "why")) if n == at else rule for n, rule in enumerate(rules)]

    strict = judge(facts, with_answer("error"), grants)
    closed = "no" if rules[at].verdict == "allow" else "yes"
    assert strict.verdict == judge(facts, with_answer(closed), grants).verdict
    if rules[at].verdict == "allow":
        assert strictness(strict) >= strictness(judge(facts, with_answer("yes"), grants))
    else:
        assert strictness(strict) >= strictness(judge(facts, with_answer("no"), grants))


@many
@given(some_facts, some_rules, some_grants)
def test_the_trace_names_all_that_was_looked_at_and_exactly_one_that_decided(
    facts: Facts, rules: list[Rule], grants: list[Grant]
) -> None:
    verdict = judge(facts, rules, grants)
    decided = [each for each in verdict.trace if each.decided]
    assert decided == [verdict.decisive]
    assert verdict.decisive.matched
    assert verdict.decisive.verdict == verdict.verdict
    looked = {each.rule_id for each in verdict.trace if each.layer != "grant"} - {None}
    assert looked == {str(rule.id) for rule in rules if rule.is_about(facts)}
    assert (verdict.grant is not None) == (verdict.decisive.layer == "grant")


@many
@given(
    st.lists(needs("r"), max_size=3).map(tuple),
    st.dictionaries(ids, st.frozensets(roles, max_size=2), max_size=3),
    ids,
    ids,
    st.frozensets(roles, max_size=2),
)
def test_an_approval_more_never_makes_less(
    asked: tuple[Need, ...], approved: dict[UUID, frozenset[str]], requester: UUID, other: UUID, others: frozenset[str]
) -> None:
    terms = Terms(needs=asked)
    if other not in approved:
        assert terms.satisfied_by({**approved, other: others}, requester) >= terms.satisfied_by(approved, requester)
    if terms.satisfied_by(approved, requester):
        assert any(terms.decider(who, has, requester) for who, has in approved.items())
        assert all(len(approved) >= need.count for need in asked)
