"""Fill the arguments of a tool from a sentence, by the tool's schema; nothing is invented."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from interlock_handlers.demo.arithmetic import find_expression
from interlock_handlers.demo.clause import Clause
from interlock_handlers.demo.filling import Filling
from interlock_handlers.demo.moments import find_clock_times, find_dates
from interlock_handlers.demo.numbers import fill_numbers, parse_number
from interlock_handlers.demo.places import find_places
from interlock_handlers.demo.tools import Parameter, Tool
from interlock_handlers.demo.words import content_tokens, is_command, is_empty
from interlock_handlers.demo.zones import assign_zones

_YES, _NO = frozenset(("true", "yes", "on", "1")), frozenset(("false", "no", "off", "0"))
_CONNECTIVES = frozenset(
    ("about", "that", "for", "after", "all", "any", "some", "new", "called", "titled", "named", "of", "again")
)


def fill(tool: Tool, text: str, today: date) -> Filling:
    """What `text` says about the arguments of `tool`."""
    clause, filling = Clause(text), Filling(tool)
    for step in (_written_object, _named, _choices, _marked_texts):
        step(clause, filling)
    _typed(clause, filling, today)
    fill_numbers(clause, filling)
    for step in (_flags, _lists, _quoted_texts, _free_texts):
        step(clause, filling)
    filling.unused = len(find_clock_times(clause.rest)) + len(find_places(clause.rest))
    return filling


def _written_object(clause: Clause, filling: Filling) -> None:
    if "{" not in clause.rest:
        return
    written = clause.take_object() or {}
    for parameter in filling.tool.parameters:
        if parameter.name in written:
            filling.put(parameter, written[parameter.name], 1.5)
    for parameter in filling.open("object")[:1]:
        if written and not filling.arguments:
            filling.put(parameter, written, 1.0)


def _named(clause: Clause, filling: Filling) -> None:
    for parameter in filling.tool.parameters:
        others = [other.words for other in filling.tool.parameters if other is not parameter]
        if parameter.name not in filling.arguments:
            before = clause.rest
            written = clause.take_named(parameter.words, others)
            value = None if written is None else _coerced(parameter, written)
            if value is None:
                clause.rest = before
            else:
                filling.put(parameter, value, 1.5)


def _coerced(parameter: Parameter, written: str) -> Any:
    """A written value as the kind that the parameter wants, or None where it is not of that kind."""
    if not written:
        return None
    if parameter.kind == "text":
        return written
    written = written.rstrip(" .?!")
    as_written: Callable[[str], Any] = str
    converters: dict[str, Callable[[str], Any]] = {
        "zone": lambda text: next((place.zone for place in find_places(text)), None),
        "clock": lambda text: next((moment.value for moment in find_clock_times(text)), None),
        "number": lambda text: parse_number(text, parameter.schema),
        "flag": lambda text: True if text.lower() in _YES else False if text.lower() in _NO else None,
        "choice": lambda text: _choice(parameter, text),
        "list": lambda text: _items(parameter, text),
    }
    return converters.get(parameter.kind, as_written)(written)


def _choice(parameter: Parameter, text: str) -> Any:
    options = parameter.schema.get("enum") or [parameter.schema.get("const")]
    for option in options:
        pattern = r"[\s_-]*".join(map(re.escape, re.split(r"[\s_-]+", str(option))))
        if re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE):
            return option
    return None


def _choices(clause: Clause, filling: Filling) -> None:
    for parameter in filling.open("choice"):
        value = _choice(parameter, clause.rest)
        if value is not None:
            filling.put(parameter, value, 0.8)


def _marked_texts(clause: Clause, filling: Filling) -> None:
    """Texts that a word announces: `titled …`, `saying …`, `about …`."""
    for parameter in filling.open("title")[:1]:
        if (value := clause.take_title()) is not None:
            filling.put(parameter, value, 1.0)
    for parameter in filling.open("text")[:1]:
        if (value := clause.take_body()) is not None:
            filling.put(parameter, value, 1.0)
    for parameter in filling.open("query")[:1]:
        quoted = clause.take_quoted()
        value = quoted if quoted is not None else clause.take_subject()
        if value is not None:
            filling.put(parameter, value, 0.4)


def _typed(clause: Clause, filling: Filling, today: date) -> None:
    assign_zones(clause, filling)
    for parameter, clock in zip(filling.open("clock"), find_clock_times(clause.rest), strict=False):
        filling.put(parameter, clock.value, 0.8)
        clause.take(clock.start, clock.end)
    for parameter, day in zip(filling.open("date"), find_dates(clause.rest, today), strict=False):
        filling.put(parameter, day.value, 0.8)
        clause.take(day.start, day.end)
    for parameter in filling.open("expression")[:1]:
        if (expression := find_expression(clause.rest)) is not None:
            filling.put(parameter, expression, 2.5)
    for parameter, match in zip(filling.open("url"), re.finditer(r"https?://\S+|data:\S+", clause.rest), strict=False):
        filling.put(parameter, match.group().rstrip(".,;?!"), 0.8)
        clause.take(match.start(), match.end())
    emails = re.finditer(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", clause.rest)
    for parameter, match in zip(filling.open("email"), emails, strict=False):
        filling.put(parameter, match.group(), 0.8)
        clause.take(match.start(), match.end())
    for parameter, place in zip(filling.open("place"), find_places(clause.rest), strict=False):
        filling.put(parameter, place.name, 0.8)
        clause.take(place.start, place.end)


def _flags(clause: Clause, filling: Filling) -> None:
    for parameter in filling.open("flag"):
        words = parameter.words[-1:] if parameter.words[0] in ("include", "is", "with") else parameter.words
        name = r"[\s_-]+".join(map(re.escape, words))
        denied = r"(?P<no>\b(?:without|no|not|don't|skip)\s+(?:an?\s+|the\s+)?)?"
        match = re.search(rf"{denied}\b{name}s?\b", clause.rest, re.IGNORECASE)
        if match:
            filling.put(parameter, match["no"] is None, 0.4)


def _lists(clause: Clause, filling: Filling) -> None:
    for parameter in filling.open("list")[:1]:
        if not parameter.required:
            continue
        quoted = [value for value, _, _ in clause.quoted()]
        items = quoted or _items(parameter, clause.take_after_colon() or _remainder(clause, filling.tool) or "")
        if items:
            filling.put(parameter, items, 0.4)


def _items(parameter: Parameter, text: str) -> list[Any] | None:
    schema = parameter.schema.get("items") or {}
    if schema.get("type") in ("number", "integer"):
        return [parse_number(one, schema) for one in re.findall(r"-?\d+(?:\.\d+)?", text)] or None
    parts = re.split(r"\s*(?:,\s*and\s+|,|;|\band\b)\s*", text.strip(" []"))
    return [part.strip("\"'") for part in parts if part.strip("\"' ")] or None


def _quoted_texts(clause: Clause, filling: Filling) -> None:
    for parameter in [*filling.open("title"), *filling.open("text", "place")]:
        if parameter.required and (value := clause.take_quoted()) is not None:
            filling.put(parameter, value, 0.5)


def _free_texts(clause: Clause, filling: Filling) -> None:
    """What remains of the sentence, for required texts that nothing announced."""
    texts = [p for p in filling.open("text") if p.required]
    titles = [p for p in filling.open("title", "query", "place") if p.required]
    if texts and (value := clause.take_after_colon()) is not None:
        filling.put(texts.pop(0), value, 0.3)
    elif texts and titles:
        texts = texts[:1]
        titles = []
    for parameter in (*titles, *texts)[:1]:
        if (value := _remainder(clause, filling.tool)) is not None:
            filling.put(parameter, value, 0.2)


def _remainder(clause: Clause, tool: Tool) -> str | None:
    """The sentence without the words that only name the tool or ask for it."""
    words = list(re.finditer(r"[^\s,;]+", clause.rest))
    own = set(tool.name_tokens)

    def says_nothing(match: re.Match[str]) -> bool:
        word = match.group().strip(".?!:\"'")
        tokens = content_tokens(word)
        return (
            not word
            or is_empty(word)
            or is_command(word)
            or word.lower() in _CONNECTIVES
            or (bool(tokens) and set(tokens) <= own)
        )

    while words and says_nothing(words[0]):
        words.pop(0)
    while words and says_nothing(words[-1]):
        words.pop()
    if not words:
        return None
    return re.sub(r"\s+", " ", clause.rest[words[0].start() : words[-1].end()]).strip(" .?!:") or None
