"""Conditions: understood or refused with the place, answered or unanswerable with a sentence, and never expensive."""

import time
from typing import Any

import pytest

from interlock_graphs.conditions import (
    MAX_COST,
    MAX_DEPTH,
    MAX_LENGTH,
    BadCondition,
    Situation,
    Unanswerable,
    compile_condition,
)


def asked(text: str, arguments: dict[str, Any] | None = None, **more: Any) -> bool | str:
    """What the condition says, or why it says nothing."""
    facts = {
        "arguments": arguments or {},
        "tool": {"name": "write", "server": "files", "effect": "at_most_once", "risk": None},
        "requester": {"id": "1", "email": "bob@acme.test", "roles": ["approver", "member"]},
        "unattended": False,
        **more,
    }
    answer = compile_condition(text).holds(facts)
    return answer.why if isinstance(answer, Unanswerable) else answer


def bad(text: str) -> BadCondition:
    with pytest.raises(BadCondition) as refused:
        compile_condition(text)
    assert str(refused.value) == refused.value.message
    assert refused.value.message.endswith(".")
    return refused.value


@pytest.mark.parametrize(
    ("text", "arguments", "holds"),
    [
        ("arguments.amount > 1000", {"amount": 1001}, True),
        ("arguments.amount > 1000", {"amount": 1000}, False),
        ("arguments.amount > 1000", {"amount": 1000.5}, True),
        ("has(arguments.amount) && arguments.amount > 1000", {}, False),
        ("!has(arguments.path)", {}, True),
        ("arguments.path.startsWith('/home/')", {"path": "/home/x"}, True),
        ("arguments.to.all(each, each.endsWith('@acme.test'))", {"to": ["a@acme.test", "b@acme.test"]}, True),
        ("arguments.to.all(each, each.endsWith('@acme.test'))", {"to": ["a@acme.test", "b@evil.test"]}, False),
        ("arguments.to.exists(each, each in ['a', 'b'])", {"to": ["c", "b"]}, True),
        ("arguments.path.matches('^/home/[a-z]+$')", {"path": "/home/bob"}, True),
        ("arguments.path.matches(r'^/home/\\w+$')", {"path": "/home/../etc"}, False),
        ("arguments['a b'] == 1", {"a b": 1}, True),
        ("arguments.deep.list[1].name == 'é'", {"deep": {"list": [{}, {"name": "é"}]}}, True),
        ("size(arguments.text) == 2", {"text": "é😀"}, True),
        ("arguments.none == null", {"none": None}, True),
        ("tool.server == 'files' && tool.name == 'write'", {}, True),
        ("tool.risk == null && tool.effect != 'pure'", {}, True),
        ("'approver' in requester.roles && requester.email.endsWith('@acme.test')", {}, True),
        ("unattended", {}, False),
        ("true // whatever is written here: '", {}, True),
    ],
)
def test_conditions_are_about_the_call_and_who_wants_it(text: str, arguments: dict[str, Any], holds: bool) -> None:
    assert asked(text, arguments) is holds


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("arguments.x >", 1, 14, "ends too early"),
        ("(true", 1, 6, "missing ')'"),
        ("arguments.x > 1)", 1, 16, "extraneous input ')'"),
        ("true &&\n  nothing > 1", 2, 3, "undeclared reference to 'nothing'"),
        ("'é😀' == arguments.x && zz", 1, 24, "undeclared reference to 'zz'"),
        ("size(arguments) > 'a'", 1, 17, "no matching overload"),
        ("arguments.x && 1", 1, 13, "no matching overload"),
        ("arguments.x = 1", 1, 13, "token recognition"),
        ("now() > 1", 1, 4, "undeclared reference to 'now'"),
        ("arguments.x.matches('(')", 1, 21, "missing )"),
        ("true &&\n arguments.x.matches(arguments.y)", 2, 14, "written out in the condition"),
        ("arguments.x.matches('a' + arguments.y)", 1, 13, "written out in the condition"),
        ("matches(arguments.x, 'a')", 1, 1, "written out in the condition"),
        ("// '''\n arguments.x.matches(arguments.y) // '''", 2, 14, "written out in the condition"),
        ("arguments.x", 1, 1, "compare this with something"),
        ("true ? arguments.x : arguments.y", 1, 1, "compare this with something"),
        ("1 + 1", 1, 1, "of type int"),
        ("'yes'", 1, 1, "of type string"),
        ("", 1, 1, "empty"),
        (" \n ", 1, 1, "empty"),
        ("// nothing", 1, 11, "ends too early"),
        ("'\ud800' == ''", 1, 2, "Half a character"),
        ("\0", 1, 1, "token recognition"),
        ("true " * 400 + " ", 1, 1, "2,000 characters at most"),
        ("(" * 200 + "true" + ")" * 200, 1, 1, "nested too deeply"),
        ("arguments" + ".a" * 500 + " == 1", 1, 1, "nested too deeply"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(text: str, line: int, column: int, says: str) -> None:
    refused = bad(text)
    assert says.lower() in refused.message.lower()
    assert (refused.line, refused.column) == (line, column)


def test_a_condition_may_be_as_long_as_it_may_be() -> None:
    longest = "true".ljust(MAX_LENGTH)
    assert asked(longest) is True
    bad(longest + " ")


@pytest.mark.parametrize(
    ("text", "arguments", "why"),
    [
        ("arguments.x > 1", {}, "There is no “x”. For what may be missing, write has(arguments.x) && before it."),
        ("arguments.a.b > 1", {"a": {}},
         "There is no “b”. For what may be missing, write has(arguments.a.b) && before it."),
        ("arguments['x y'] > 1", {}, "There is no “x y”. For what may be missing, write has(….x y) && before it."),
        ("tool.nmae == 'x'", {}, "There is no “nmae”. For what may be missing, write has(tool.nmae) && before it."),
        ("arguments.x > 1", {"x": None}, "“>” does not work on null and int."),
        ("arguments.x > 1", {"x": "2"}, "“>” does not work on string and int."),
        ("arguments.x.startsWith('a')", {"x": 1}, "“startsWith” does not work on int and string."),
        ("arguments.x ? true : false", {"x": 1}, "What stands before ? is neither true nor false."),
        ("arguments.x > 1", {"x": 2**64}, "There is a number beyond 64 bits in what the condition looks at."),
        ("arguments.x > 1", {"x": "\ud800"}, "There is a character in what the condition looks at that can't be read."),
        ("arguments.x / 0 == 1", {"x": 1}, "Divide by zero."),
        ("arguments.x[3] == 1", {"x": [1]}, "Index error: index=3 size=1."),
        ("arguments.x && true", {"x": 1}, "“&&” does not work on what it is given."),
        ("!arguments.x", {"x": 1}, "“!” does not work on what it is given."),
        ("1 in arguments.x", {"x": 1}, "“in” does not work on what it is given."),
        ("size(arguments.x) == 1", {"x": 1}, "“size” does not work on int."),
        ("arguments.x.all(each, true)", {"x": 1}, "What a loop goes through is neither a list nor a map."),
        ("arguments.x.y == 1", {"x": 1}, "Something that has no fields is asked for one."),
    ],
)  # fmt: skip
def test_what_can_not_be_evaluated_is_an_answer_with_a_sentence(text: str, arguments: dict[str, Any], why: str) -> None:
    assert asked(text, arguments) == why


def test_an_error_beside_what_is_certain_does_not_matter() -> None:
    assert asked("arguments.x > 1 || true") is True
    assert asked("false && arguments.x > 1") is False


def test_the_smallest_and_the_greatest_number_are_read() -> None:
    assert asked("arguments.x == 9223372036854775807", {"x": 2**63 - 1}) is True
    assert asked("arguments.x > 9223372036854775807", {"x": 2**64 - 1}) is True
    assert asked("arguments.x < 0", {"x": -(2**63)}) is True


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


def test_what_is_nested_too_deeply_is_not_looked_at() -> None:
    # `arguments` is a level below the top, and the last map another.
    assert asked("size(arguments) == 1", nested(MAX_DEPTH - 1)) is True
    for levels in (MAX_DEPTH, 100_000):
        said = asked("size(arguments) == 1", nested(levels))
        assert said == f"What the condition looks at is nested deeper than {MAX_DEPTH} levels."


COSTLY = [
    ("arguments.l.all(x, arguments.m == arguments.m)", {"l": [1] * 9000, "m": {str(n): n for n in range(9000)}}),
    ("arguments.l.all(x, !arguments.s.matches('(a|b)*c'))", {"l": [1] * 9000, "s": "a" * 200_000}),
    ("arguments.s.matches('((a|b)*a(a|b){900}c)')", {"s": "ab" * 100_000}),
    ("arguments.s.matches('((a{30}){30})')", {"s": "ab" * 100_000}),
    ("[arguments.s].map(a, a+a).map(b, b+b).map(c, c+c).map(d, d+d).map(e, e+e) == []", {"s": "a" * 10_000}),
    ("[arguments.l].exists(a, [[a, a, a, a]].exists(b, [[b, b, b, b]].exists(c, c == c)))", {"l": [1] * 100_000}),
    ("arguments == arguments && " * 70 + "true", {"m": {str(n): n for n in range(200_000)}}),
    ("arguments.l.all(a, arguments.l.all(b, arguments.l.all(c, a + b + c > 0)))", {"l": [1] * 1000}),
]


@pytest.mark.parametrize(("text", "arguments"), COSTLY, ids=[text[:40] for text, _ in COSTLY])
def test_what_would_cost_too_much_is_not_evaluated(text: str, arguments: dict[str, Any]) -> None:
    started = time.process_time()
    said = asked(text, arguments)
    assert said in (
        "The arguments are too large for this condition.",
        "The loops of the condition go round more often than they may.",
    )
    assert time.process_time() - started < 2


AT_THE_LIMIT = [
    ("arguments == arguments && " * 70 + "true", lambda n: {"m": {str(each): each for each in range(n)}}),
    ("arguments.l.all(x, arguments.l == arguments.l)", lambda n: {"l": [1] * n}),
    ("arguments.l.all(a, arguments.l.all(b, arguments.l == arguments.l))", lambda n: {"l": [1] * n}),
    ("arguments.s.matches('((a|b)*a(a|b){100}c)')", lambda n: {"s": "ab" * n}),
    ("arguments.l.all(x, !x.matches('(a|b)*c'))", lambda n: {"l": ["abab" * 10] * n}),
]


@pytest.mark.parametrize(("text", "of_size"), AT_THE_LIMIT, ids=[text[:40] for text, _ in AT_THE_LIMIT])
def test_the_most_that_is_evaluated_takes_no_longer_than_a_moment(text: str, of_size: Any) -> None:
    condition, size = compile_condition(text), 1
    while condition.cost(*Situation({"arguments": of_size(size * 2)}).size[:2]) <= MAX_COST:
        size *= 2
    situation = Situation({"arguments": of_size(size), "tool": {}, "requester": {}, "unattended": False})
    started = time.process_time()
    condition.holds(situation)
    assert time.process_time() - started < 2


def test_what_people_write_is_far_from_the_limit() -> None:
    recipients = [f"somebody.{n}@acme.test" for n in range(500)]
    assert asked("arguments.to.all(each, each.endsWith('@acme.test'))", {"to": recipients}) is True
    allowed = "arguments.to.all(each, each in ['a@acme.test', 'b@acme.test', 'c@acme.test'])"
    assert asked(allowed, {"to": recipients}) is False
    assert asked("arguments.text.matches('^[a-z ]+$')", {"text": "word " * 40_000}) is True
    uuid = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
    assert asked(f"arguments.id.matches('{uuid}')", {"id": "no", "text": "word " * 40_000}) is False
    assert asked("arguments.matches == 1", {"matches": 1}) is True
    assert asked("arguments.text.contains('secret')", {"text": "word " * 50_000}) is False


def test_several_conditions_look_at_one_situation() -> None:
    situation = Situation({"arguments": {"x": 1}, "tool": {}, "requester": {}, "unattended": True})
    assert compile_condition("arguments.x == 1").holds(situation) is True
    assert compile_condition("arguments.x == 2").holds(situation) is False
    assert compile_condition("unattended").holds(situation) is True
    assert situation.size == (6, len("argumentstoolrequesterunattended") + 1, 2)
