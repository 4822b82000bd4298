"""Conditions on a call, in CEL: checked when they are written, bounded in what they cost, errors as answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from cel_expr_python import cel

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
_PATTERN = re.compile(r"\bmatches\b(?!\s*:)")
_FIXED_PATTERN = re.compile(r"\.\s*matches\s*\(\s*''\s*\)")
_REPETITION = re.compile(r"\{(\d+)?(?:,(\d+)?)?\}")
_PLACE = re.compile(r"<input>:(\d+):(\d+): (.*)")


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
            return Unanswerable(_why(str(error), self.text))
        if answer.type() == cel.Type.BOOL:
            return bool(answer.value())
        return Unanswerable(_why(str(answer.value()), self.text))

    def cost(self, values: int, characters: int) -> int:
        """An upper bound of the characters that one evaluation looks at, without knowing more than sizes.

        Every operation may look at all there is; `+` and lists may make more of it, once more within each loop; a
        pattern may look at each character as often as it is long.
        """
        written = len(self.text)
        growth: int = self._growth ** (self._loops + 1)
        weight = (values * VALUE_COST + characters + written) * growth * self._pattern
        rounds = 1 if not self._loops else values + written if self._loops == 1 else MAX_ITERATIONS
        return max(1, self._operations) * min(rounds, MAX_ITERATIONS) * weight


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
        raise _bad(str(error)) from None
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
            sentence = (
                "A pattern is written out in the condition: arguments.x.matches('…'). It can't come from the call."
            )
            raise BadCondition(sentence, *_place(text, found.start()))
        start = code.index("''", found.start())
        literal = _TOKEN.match(text, start)
        assert literal is not None, "it was found there"
        answer = _CALLS.compile(f"''.matches({literal[0]})").eval(data={})
        if answer.type() != cel.Type.BOOL:
            raise BadCondition(_sentence(str(answer.value())), *_place(text, start))
        times = max((int(n) for each in _REPETITION.findall(literal[0]) for n in each if n), default=1)
        cost += len(literal[0]) * max(1, times)
    return cost


def _bad(said: str) -> BadCondition:
    found = _PLACE.search(said)
    if "recursion" in said:
        return BadCondition("The condition is nested too deeply.")
    if found is None:
        return BadCondition(_sentence(said))
    message = re.sub(r"(?:Syntax error: )?mismatched input '<EOF>'.*", "The condition ends too early", found[3])
    message = re.sub(r" expecting \{.*", "", message)
    message = re.sub(r" \(in container ''\)", "", message)
    return BadCondition(_sentence(message), int(found[1]), int(found[2]))


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _why(said: str, text: str) -> str:
    missing = re.search(r"Key not found in map : \"(.*)\"", said)
    if missing:
        name = missing[1]
        path = re.search(rf"\b[A-Za-z_][\w.]*\.{re.escape(name)}\b", text)
        where = path[0] if path else f"….{name}"
        return f"There is no “{name}”. For what may be missing, write has({where}) && before it."
    overloads = re.search(r"No matching overloads found : _?(.+?)_?\((.*)\)", said)
    if overloads:
        types = overloads[2].replace("null_type", "null").replace("int64", "int")
        return f"“{overloads[1]}” does not work on {types.replace(', ', ' and ')}."
    if "Iteration budget" in said:
        return f"The loops of the condition go round more than {MAX_ITERATIONS:,} times."
    if "out of range" in said:
        return "There is a number beyond 64 bits in what the condition looks at."
    if "basic_string" in said:
        return "There is a character in what the condition looks at that can't be read."
    return _sentence(said)


def _sentence(said: str) -> str:
    """The evaluator's words without its codes, cut where they get long."""
    plain = re.sub(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$|^ERROR: ", "", said.strip().splitlines()[0] if said.strip() else "")
    plain = plain[:1].upper() + plain[1:]
    return (plain if len(plain) <= 200 else f"{plain[:199]}…").rstrip(".") + "."
