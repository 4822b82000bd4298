"""Conditions on a call, in CEL: checked when they are written, bounded in what they cost, errors as answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from cel_expr_python import cel

from interlock_graphs.condition_words import misunderstood, sentence, why

MAX_LENGTH = 2_000
"""Characters of a condition."""
MAX_DEPTH = 64
"""Levels of lists and maps in what a condition looks at; the evaluator itself is recursive."""
MAX_COST = 500_000_000
"""Of one evaluation at worst, in characters looked at: about half a second."""
VALUE_COST = 64
"""What a value costs beside its characters."""
MAX_ITERATIONS = 10_000
"""Of all loops together; the evaluator's own budget."""

NOT_WRITTEN_OUT = "A pattern is written out in the condition: arguments.x.matches('…'). It can't come from the call."
_ANY = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
_CALLS = cel.NewEnv(
    variables={"arguments": _ANY, "tool": _ANY, "requester": _ANY, "unattended": cel.Type.BOOL},
)
_TOKEN = re.compile(
    r"//[^\n]*"
    r"|(?P<literal>(?:\b[rRbB]{1,2})?(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"))",
    re.DOTALL,
)
_LOOP = re.compile(r"\.\s*(?:all|exists|exists_one|existsOne|filter|map)\s*\(")
_CONSTANT_LIST = re.compile(r"\[\s*(?:''|[\d.]+)\s*(?:,\s*(?:''|[\d.]+)\s*)*\]")
_OPERATION = re.compile(r"[=!<>]=|[<>+*/%-]|\bin\b|\w\s*\(")
_PATTERN = re.compile(r"\bmatches\s*\(")
_FIXED_PATTERN = re.compile(r"\.\s*matches\s*\(\s*''\s*\)")
_REPETITION = re.compile(r"(\))?\{(\d+)(?:,(\d*))?\}")


class BadCondition(ValueError):
    """A condition that can't be used; `line` and `column` are counted from 1, in characters."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Unanswerable:
    """Why a condition says neither yes nor no."""

    why: str


@dataclass(frozen=True)
class Situation:
    """What conditions look at, made ready once for all of them: `arguments`, `tool`, `requester`, `unattended`."""

    facts: Mapping[str, Any]

    @cached_property
    def size(self) -> tuple[int, int, int]:
        """Values, characters, and levels below the top."""
        values = characters = deepest = 0
        left: list[tuple[Any, int]] = [(self.facts, 0)]
        while left:
            value, depth = left.pop()
            values, deepest = values + 1, max(deepest, depth)
            if depth > MAX_DEPTH:
                break
            if isinstance(value, str):
                characters += len(value)
            elif isinstance(value, Mapping):
                characters += sum(len(key) for key in value)
                left.extend((each, depth + 1) for each in value.values())
            elif isinstance(value, (list, tuple)):
                left.extend((each, depth + 1) for each in value)
        return values, characters, deepest

    @cached_property
    def activation(self) -> cel.Activation:
        return _CALLS.Activation(dict(self.facts))


@dataclass(frozen=True)
class Condition:
    """A condition that was understood."""

    text: str
    _expression: cel.Expression
    _operations: int
    _loops: int
    _growth: int
    _pattern: int

    def holds(self, facts: Mapping[str, Any] | Situation) -> bool | Unanswerable:
        """Never raises: what can't be evaluated is an answer, with a sentence."""
        situation = facts if isinstance(facts, Situation) else Situation(facts)
        values, characters, depth = situation.size
        if depth > MAX_DEPTH:
            return Unanswerable(f"What the condition looks at is nested deeper than {MAX_DEPTH} levels.")
        if self.cost(values, characters) > MAX_COST:
            return Unanswerable("The arguments are too large for this condition.")
        try:
            answer = self._expression.eval(situation.activation)
        except (RuntimeError, UnicodeEncodeError) as error:
            return Unanswerable(why(str(error), self.text))
        said = answer.value()
        return said if isinstance(said, bool) else Unanswerable(why(str(said), self.text))

    def cost(self, values: int, characters: int) -> int:
        """An upper bound of the characters that one evaluation looks at, without knowing more than sizes.

        Every operation may look at all there is; `+` and lists may make more of it, once more within each loop; a
        pattern may look at each character as often as it is long.
        """
        rounds = 1 if not self._loops else values + len(self.text) if self._loops == 1 else MAX_ITERATIONS
        return (values * VALUE_COST + characters + len(self.text)) * min(rounds, MAX_ITERATIONS) * self._factor

    @cached_property
    def _factor(self) -> int:
        growth: int = self._growth ** (self._loops + 1)
        return growth * self._pattern * max(1, self._operations)


@lru_cache(maxsize=4096)
def compile_condition(text: str) -> Condition:
    """Raises BadCondition."""
    if len(text) > MAX_LENGTH:
        raise BadCondition(f"A condition may have {MAX_LENGTH:,} characters at most, and this one has {len(text):,}.")
    if not text.strip():
        raise BadCondition("A condition can't be empty.")
    try:
        text.encode()
        expression = _CALLS.compile(text)
    except UnicodeEncodeError as error:
        raise BadCondition("Half a character can't be stored.", *_place(text, error.start)) from None
    except RuntimeError as error:
        message, place = misunderstood(str(error))
        raise BadCondition(message, *place) from None
    if expression.return_type() == cel.Type.DYN:
        raise BadCondition("A condition says yes or no: compare this with something, such as arguments.x == true.")
    if expression.return_type() != cel.Type.BOOL:
        kind = expression.return_type().name().lower()
        raise BadCondition(f"A condition says yes or no, and this is of type {kind}: compare it with something.")
    # Of the same length, so that places stay what they are; strings and comments can't be mistaken for code.
    code = _TOKEN.sub(lambda found: "''".ljust(len(found[0])) if found["literal"] else " " * len(found[0]), text)
    loops = len(_LOOP.findall(code))
    commas = _CONSTANT_LIST.sub("", code).count(",")
    return Condition(
        text,
        expression,
        _operations=len(_OPERATION.findall(code)),
        _loops=loops,
        _growth=max(1, 1 + code.count("+") + commas - loops),
        _pattern=_pattern_cost(text, code),
    )


def _pattern_cost(text: str, code: str) -> int:
    """How often a character may be looked at for patterns; 1 without any. Raises BadCondition for a wrong one."""
    fixed = {found.start() + found[0].index("matches") for found in _FIXED_PATTERN.finditer(code)}
    cost = 1
    for found in _PATTERN.finditer(code):
        if found.start() not in fixed:
            raise BadCondition(NOT_WRITTEN_OUT, *_place(text, found.start()))
        start = code.index("''", found.start())
        literal = _TOKEN.match(text, start)
        assert literal is not None, "it was found there"
        answer = _CALLS.compile(f"''.matches({literal[0]})").eval(data={})
        if answer.type() != cel.Type.BOOL:
            raise BadCondition(sentence(str(answer.value())), *_place(text, start))
        cost += len(literal[0]) * _repeated(literal[0])
    return cost


def _repeated(pattern: str) -> int:
    """How many times longer than it is written a pattern gets by `{n}`: groups within groups multiply."""
    longest = groups = 1
    for group, least, most in _REPETITION.findall(pattern):
        times = max(1, int(least), int(most or 0))
        longest, groups = (longest, groups * times) if group else (max(longest, times), groups)
    return longest * groups


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
