"""Clock times and dates in a sentence."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_CLOCK = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?\s*(?P<half>[ap]\.?m\b\.?)?"
    r"|\b(?P<hour12>1[0-2]|0?[1-9])\s*(?P<half12>[ap]\.?m\b\.?)"
    r"|\b(?P<oclock>1\d|2[0-3]|0?\d)\s*o['\u2019]clock|\b(?P<word>noon|midnight)\b",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?))?")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_MONTH = "|".join(f"{month}|{month[:3]}" for month in _MONTHS)
_WRITTEN = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})|(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)"
    r"\b(?:,?\s+(?P<year>\d{4}))?",
    re.IGNORECASE,
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RELATIVE = re.compile(rf"\b(today|tomorrow|yesterday|(?:next\s+|on\s+)(?:{'|'.join(_WEEKDAYS)}))\b", re.IGNORECASE)


@dataclass(frozen=True)
class Moment:
    """A clock time (`14:30`) or a date (`2026-11-21`, perhaps with a time) and where it stands in the text."""

    value: str
    start: int
    end: int


def find_clock_times(text: str) -> list[Moment]:
    """The clock times in a text as 24-hour `HH:MM`."""
    dated = [match.span() for match in _ISO.finditer(text)]
    return [
        Moment(_as_24_hours(match), match.start(), match.end())
        for match in _CLOCK.finditer(text)
        if not any(start <= match.start() < end for start, end in dated)
    ]


def _as_24_hours(match: re.Match[str]) -> str:
    if word := match["word"]:
        return "12:00" if word.lower() == "noon" else "00:00"
    hour = int(match["hour"] or match["hour12"] or match["oclock"])
    half = (match["half"] or match["half12"] or "").lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    return f"{hour:02d}:{int(match['minute'] or 0):02d}"


def find_dates(text: str, today: date) -> list[Moment]:
    """The dates in a text in ISO form; `tomorrow` and week days count from `today`."""
    found = [
        Moment(match[1] + (f"T{match[2]}" if match[2] else ""), match.start(), match.end())
        for match in _ISO.finditer(text)
    ]
    for match in _WRITTEN.finditer(text):
        month = _month_number(match["month"] or match["month2"])
        try:
            day = date(int(match["year"] or today.year), month, int(match["day"] or match["day2"]))
        except ValueError:  # the 31st of February is no date
            continue
        found.append(Moment(day.isoformat(), match.start(), match.end()))
    for match in _RELATIVE.finditer(text):
        day = _relative(match[1].lower(), today)
        found.append(Moment(day.isoformat(), match.start(), match.end()))
    return sorted(found, key=lambda moment: moment.start)


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name.lower()))


def _relative(words: str, today: date) -> date:
    near = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if words in near:
        return today + timedelta(days=near[words])
    weekday = _WEEKDAYS.index(words.split()[-1])
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
