"""The verdict, case by case: each sentence of the design is a test."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from interlock_platform.policy.facts import Facts
from interlock_platform.policy.judge import DEFAULT, DEFAULT_WHY, Grant, Rule, Verdict, judge
from interlock_platform.policy.terms import Expiry, Need, Terms

BOB, THREAD = UUID(int=1), UUID(int=2)


def facts(**more: Any) -> Facts:
    chosen: dict[str, Any] = {
        "server_id": "files", "tool": "write", "definition_hash": "h", "arguments": {}, "requester": BOB,
        "email": "bob@acme.test", "roles": frozenset({"member"}), "thread_id": THREAD, **more,
    }  # fmt: skip
    return Facts(**chosen)


def rule(layer: Any, verdict: Any, answer: Any = "yes", why: str = "", **more: Any) -> Rule:
    chosen = {"name": f"{layer} {verdict}", **more}
    return Rule(uuid4(), layer, verdict=verdict, applies=lambda _: (answer, why), **chosen)


def grant(answer: Any = "yes", why: str = "", *, unattended: bool = False) -> Grant:
    return Grant(uuid4(), "always", uuid4(), unattended, lambda _: (answer, why))


def names(verdict: Verdict, *, matched: bool = True) -> list[str]:
    return [each.rule for each in verdict.trace if each.matched == matched]


def test_without_any_rule_a_person_is_asked_and_the_trace_says_why() -> None:
    verdict = judge(facts(), [])
    assert (verdict.verdict, verdict.terms, verdict.grant) == ("ask", Terms(), None)
    assert verdict.trace_wire() == [
        {"layer": "platform", "rule": DEFAULT, "rule_id": None, "verdict": "ask", "matched": True, "decided": True,
         "why": DEFAULT_WHY}
    ]  # fmt: skip
    assert verdict == Verdict("ask", verdict.trace, Terms())
    assert DEFAULT == "platform default"
    assert DEFAULT_WHY == "Every call is asked about unless a rule allows or denies it."


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["allow"], "allow"),
        (["ask"], "ask"),
        (["deny"], "deny"),
        (["allow", "ask"], "ask"),
        (["allow", "deny"], "deny"),
        (["ask", "deny"], "deny"),
        (["allow", "ask", "deny"], "deny"),
    ],
)
def test_deny_beats_ask_beats_allow_whatever_the_layers(verdicts: list[str], expected: str) -> None:
    for layers in (("platform", "user", "thread"), ("thread", "tool", "platform")):
        rules = [rule(layer, verdict) for layer, verdict in zip(layers, verdicts, strict=False)]
        assert judge(facts(), rules).verdict == expected


@pytest.mark.parametrize(
    ("about", "call", "seen"),
    [
        ({}, {}, True),
        ({"server_id": "files"}, {}, True),
        ({"server_id": "mail"}, {}, False),
        ({"tool": "write"}, {}, True),
        ({"tool": "read"}, {}, False),
        ({"user_id": BOB}, {}, True),
        ({"user_id": THREAD}, {}, False),
        ({"thread_id": THREAD}, {}, True),
        ({"thread_id": BOB}, {}, False),
        ({"thread_id": THREAD}, {"thread_id": None}, False),
        ({"server_id": "files", "tool": "write", "user_id": BOB, "thread_id": THREAD}, {}, True),
        ({"server_id": "files", "tool": "write", "user_id": BOB, "thread_id": BOB}, {}, False),
    ],
)
def test_a_rule_is_looked_at_for_the_calls_it_is_about(about: dict[str, Any], call: dict[str, Any], seen: bool) -> None:
    looked = rule("tenant", "deny", **about)
    assert looked.is_about(facts(**call)) is seen
    verdict = judge(facts(**call), [looked])
    assert verdict.verdict == ("deny" if seen else "ask")
    assert names(verdict) == (["tenant deny"] if seen else [DEFAULT])


@pytest.mark.parametrize(("verdict", "taken"), [("deny", True), ("ask", True), ("allow", False)])
def test_a_condition_that_can_not_be_evaluated_fails_closed(verdict: str, taken: bool) -> None:
    judged = judge(facts(), [rule("tenant", verdict, "error", "No “x”.")])
    assert judged.verdict == (verdict if taken else "ask")
    looked = judged.trace[-1]
    assert (looked.rule, looked.matched, looked.decided) == (f"tenant {verdict}", taken, taken)
    assert looked.why == f"No “x”. It is taken {'to match' if taken else 'not to match'}."
    assert (judged.trace[0].rule == DEFAULT) is not taken


def test_a_rule_whose_condition_does_not_hold_is_looked_at_and_does_not_count() -> None:
    judged = judge(facts(), [rule("tenant", "deny", "no", "x > 1 does not hold.")])
    assert judged.verdict == "ask"
    assert [(each.rule, each.matched, each.decided) for each in judged.trace] == [
        (DEFAULT, True, True), ("tenant deny", False, False),
    ]  # fmt: skip
    assert judged.trace[1].why == "x > 1 does not hold."


def test_the_trace_tells_the_note_where_there_is_no_reason_besides() -> None:
    judged = judge(facts(), [rule("tenant", "deny", note="By law."), rule("user", "ask", why="It holds.", note="n")])
    assert [each.why for each in judged.trace] == ["By law.", "It holds."]


def test_the_highest_rule_of_the_verdict_decides_and_the_trace_goes_down_the_layers() -> None:
    layers = ("thread", "user", "tool", "server", "tenant", "platform")
    judged = judge(facts(), [rule(layer, "deny") for layer in layers] + [rule("platform", "ask", name="a")])
    assert [each.layer for each in judged.trace] == [
        "platform", "platform", "tenant", "server", "tool", "user", "thread",
    ]  # fmt: skip
    assert (judged.decisive.layer, judged.decisive.verdict) == ("platform", "deny")
    assert judged.decisive.rule_id is not None
    assert sum(each.decided for each in judged.trace) == 1


def test_rules_of_one_layer_stand_in_the_order_of_their_names() -> None:
    judged = judge(facts(), [rule("tenant", "ask", name=name) for name in ("c", "a", "b")])
    assert names(judged) == ["a", "b", "c"]
    assert {each.why for each in judged.trace} == {""}
    assert judged.decisive.rule == "a"


def test_all_rules_that_ask_are_heard_about_who_approves() -> None:
    first, second = Need("t", roles=("approver",)), Need("u", count=2, roles=("owner",))
    judged = judge(
        facts(),
        [rule("user", "ask", needs=(second,)), rule("tenant", "ask", needs=(first,)), rule("tool", "allow"),
         rule("thread", "ask", "no", needs=(Need("never"),))],
    )  # fmt: skip
    assert judged.terms.needs == (first, second)


def test_rules_that_do_not_ask_say_nothing_about_terms() -> None:
    denied = judge(facts(), [rule("tenant", "deny", grants=False, extend=False, expiry=Expiry("d", 1))])
    assert denied.terms == Terms()
    allowed = judge(facts(), [rule("tenant", "allow", grants=False, extend=False, expiry=Expiry("d", 1))])
    assert (allowed.verdict, allowed.terms) == ("allow", Terms())


def test_of_expiry_the_highest_layer_is_heard_and_in_it_the_least_time() -> None:
    short, long, shorter = Expiry("s", 5, "cancel"), Expiry("l", 60), Expiry("x", 1)
    asked = [
        rule("thread", "ask", expiry=shorter), rule("tenant", "ask", name="a", expiry=long),
        rule("tenant", "ask", name="b", expiry=short), rule("platform", "ask"),
    ]  # fmt: skip
    assert judge(facts(), asked).terms.expiry == short
    assert judge(facts(), asked[:1]).terms.expiry == shorter
    assert judge(facts(), asked[3:]).terms.expiry is None


def test_of_two_that_give_the_same_time_the_first_by_name_is_heard() -> None:
    asked = [rule("tenant", "ask", name=name, expiry=Expiry(name, 5)) for name in ("b", "a")]
    expiry = judge(facts(), asked).terms.expiry
    assert expiry is not None
    assert expiry.rule == "a"


def test_time_is_extended_only_where_every_rule_that_asks_lets_it() -> None:
    assert judge(facts(), [rule("tenant", "ask"), rule("user", "ask")]).terms.extend is True
    assert judge(facts(), [rule("tenant", "ask"), rule("user", "ask", extend=False)]).terms.extend is False


def test_a_grant_turns_ask_into_allow_and_decides() -> None:
    given = grant(why="It holds.")
    judged = judge(facts(), [rule("tenant", "ask")], [given])
    assert (judged.verdict, judged.grant) == ("allow", given)
    assert [(each.layer, each.rule, each.decided) for each in judged.trace] == [
        ("tenant", "tenant ask", False), ("grant", "always", True),
    ]  # fmt: skip
    assert (judged.decisive.rule_id, judged.decisive.verdict, judged.decisive.why) == (
        str(given.id), "allow", "It holds.",
    )  # fmt: skip
    default = judge(facts(), [], [given])
    assert [(each.rule, each.decided) for each in default.trace] == [(DEFAULT, False), ("always", True)]


def test_a_grant_is_not_looked_at_where_nobody_is_asked() -> None:
    for verdict in ("deny", "allow"):
        judged = judge(facts(), [rule("tenant", verdict)], [grant()])
        assert (judged.verdict, judged.grant, len(judged.trace)) == (verdict, None, 1)


@pytest.mark.parametrize(
    ("asking", "why"),
    [
        ({"grants": False}, "Grants are not permitted here: tenant ask."),
        ({"needs": (Need("n"),)}, "Grants are not permitted here: tenant ask."),
    ],
)
def test_a_rule_that_permits_no_grants_is_not_got_round(asking: dict[str, Any], why: str) -> None:
    judged = judge(facts(), [rule("tenant", "ask", **asking), rule("user", "ask")], [grant()])
    assert (judged.verdict, judged.grant, judged.terms.refused) == ("ask", None, "tenant ask")
    looked = judged.trace[-1]
    assert (looked.layer, looked.matched, looked.decided, looked.why) == ("grant", False, False, why)
    assert judged.decisive.rule == "tenant ask"


def test_grants_are_permitted_where_nothing_says_otherwise() -> None:
    assert judge(facts(), [rule("tenant", "ask")]).terms.refused is None
    assert judge(facts(risk="changes"), []).terms.refused is None


def test_what_destroys_is_asked_about_each_time() -> None:
    judged = judge(facts(risk="destroys"), [], [grant()])
    assert (judged.verdict, judged.grant, judged.terms.refused) == ("ask", None, "tools that destroy")
    named = judge(facts(risk="destroys"), [rule("tenant", "ask", grants=False)])
    assert named.terms.refused == "tenant ask"
    assert judge(facts(risk="destroys"), [rule("tenant", "allow")]).verdict == "allow"


@pytest.mark.parametrize(
    ("unattended", "given", "covers"),
    [(False, False, True), (False, True, True), (True, True, True), (True, False, False)],
)
def test_nobody_looks_on_is_another_permission(unattended: bool, given: bool, covers: bool) -> None:
    judged = judge(facts(unattended=unattended), [], [grant(unattended=given)])
    assert judged.verdict == ("allow" if covers else "ask")
    assert judged.trace[-1].why == ("" if covers else "The grant is for chats that somebody looks at.")


def test_the_first_grant_that_covers_the_call_is_used_and_the_ones_before_it_are_told() -> None:
    given = [grant("no", "a"), grant("error", "b"), grant(), grant()]
    judged = judge(facts(), [], given)
    assert judged.grant is given[2]
    assert [(each.why, each.matched, each.decided) for each in judged.trace[1:]] == [
        ("a", False, False), ("b", False, False), ("", True, True),
    ]  # fmt: skip
    assert {each.verdict for each in judged.trace[1:]} == {"allow"}


def test_grants_that_do_not_cover_the_call_change_nothing() -> None:
    judged = judge(facts(), [], [grant("no"), grant("error")])
    assert (judged.verdict, judged.grant, judged.decisive.rule) == ("ask", None, DEFAULT)
    assert len(judged.trace) == 3
