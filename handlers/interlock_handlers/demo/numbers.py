"""Numbers in a sentence, and which argument each belongs to."""

import re
from collections.abc import Mapping
from typing import Any

from interlock_handlers.demo.clause import Clause
from interlock_handlers.demo.filling import Filling
from interlock_handlers.demo.moments import find_clock_times
from interlock_handlers.demo.tools import Parameter

_COUNTING = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS = {word: number for number, word in enumerate(_COUNTING)}
_DIGITS = rf"(?<![\w.])(?P<number>-?\d+(?:,\d{{3}})*(?:\.\d+)?|{'|'.join(_WORDS)})"
_NUMBER = _DIGITS + r"(?!\w|\.\d)"
_UNITS = {"s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "min": 60, "minute": 60, "minutes": 60, "hour": 3600,
          "hours": 3600}  # fmt: skip


def parse_number(text: str, schema: Mapping[str, Any]) -> int | float | None:
    """A number as the schema's type, or None where the text is none (or has decimals where none may be)."""
    cleaned = text.strip().lower().replace(",", "")
    try:
        value = float(_WORDS[cleaned]) if cleaned in _WORDS else float(cleaned)
    except ValueError:  # not a number: the caller leaves the argument open
        return None
    if value.is_integer():
        return int(value)
    return None if schema.get("type") == "integer" else value


def fill_numbers(clause: Clause, filling: Filling) -> None:
    """Numbers by name (`5 steps`), by unit (`3 seconds`), then by position for what is required."""
    for moment in find_clock_times(clause.rest) if filling.open("number") else ():
        clause.take(moment.start, moment.end)
    for parameter in filling.open("number"):
        found = _by_name(clause, parameter) or _by_unit(clause, parameter)
        if found is not None:
            filling.put(parameter, found[0], 0.8)
            clause.take(*found[1])
    wanted = filling.open("number")
    required = [parameter for parameter in wanted if parameter.required]
    left = list(re.finditer(_NUMBER, clause.rest, re.IGNORECASE))
    takers = required or (wanted if len(wanted) == 1 and len(left) == 1 else [])
    for parameter, match in zip(takers, left, strict=False):
        value = parse_number(match["number"], parameter.schema)
        if value is not None:
            filling.put(parameter, value, 0.6)
            clause.take(match.start(), match.end())


def _by_name(clause: Clause, parameter: Parameter) -> tuple[int | float, tuple[int, int]] | None:
    last = parameter.words[-1] if len(parameter.words[-1]) > 1 else parameter.name
    name = re.escape(last.removesuffix("s")) + "s?"
    for pattern in (rf"{_NUMBER}[\s-]+{name}\b", rf"\b{name}\s+(?:of\s+|to\s+)?{_NUMBER}"):
        match = re.search(pattern, clause.rest, re.IGNORECASE) if len(last) > 2 else None
        if match and (value := parse_number(match["number"], parameter.schema)) is not None:
            return value, match.span()
    return None


def _by_unit(clause: Clause, parameter: Parameter) -> tuple[int | float, tuple[int, int]] | None:
    about = f"{parameter.label} {parameter.schema.get('description', '')}".lower()
    if "second" not in about:
        return None
    match = re.search(rf"{_DIGITS}\s*(?P<unit>{'|'.join(_UNITS)})\b", clause.rest, re.IGNORECASE)
    if match is None:
        return None
    value = parse_number(match["number"], parameter.schema)
    return None if value is None else (value * _UNITS[match["unit"].lower()], match.span())
