"""A sentence that is being read: what was taken from it is blanked, so that nothing is used twice."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_QUOTES = re.compile(
    r"\"([^\"]+)\"|\u201c([^\u201d]+)\u201d|\u00ab([^\u00bb]+)\u00bb|`([^`]+)`|(?<!\w)'([^']+)'(?!\w)|(?<!\w)\u2018([^\u2019]+)\u2019(?!\w)"
)
_COMMAND = r"(?:what|when|how|write|create|delete|remove|convert|calculate|compute|echo|show|list|tell)"
_BODY = re.compile(
    r"\b(?:saying|that says|which says|that reads|reading|with (?:the )?(?:text|content|body|message)|"
    r"(?:text|content|body|message))\b(?:\s+(?:that|of))?\s*[:,]?\s*(?P<value>.+?)"
    rf"(?=[.?!]\s+{_COMMAND}\b|\s*$)",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(
    r"\b(?:titled|entitled|called|named|with (?:the )?(?:title|name)|(?<!the )title|under)\b(?:\s+of)?\s*:?\s*"
    r"(?P<value>[^,.;:!?\n]+?)"
    r"(?=\s*(?:,|\.|;|:|!|\?|\n|$)|\s+(?:and\s+)?(?:saying|that|which|with|reading|text|content|body)\b)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\b(?:about|for|containing|matching|mentioning|regarding|on)\s+(?:the\s+|my\s+)?(?P<value>[^,.;:!?\n]+)",
    re.IGNORECASE,
)


@dataclass
class Clause:
    """The text of one request, and what of it has not been used yet."""

    text: str

    def __post_init__(self) -> None:
        self.rest = self.text

    def take(self, start: int, end: int) -> None:
        """Blank a part of the text; positions stay."""
        self.rest = self.rest[:start] + " " * (end - start) + self.rest[end:]

    def quoted(self) -> list[tuple[str, int, int]]:
        """Quoted strings that are left, with their positions."""
        return [
            (next(group for group in match.groups() if group is not None).strip(), match.start(), match.end())
            for match in _QUOTES.finditer(self.rest)
        ]

    def take_quoted(self) -> str | None:
        for value, start, end in self.quoted():
            self.take(start, end)
            return value
        return None

    def take_object(self) -> dict[str, Any] | None:
        """A JSON object written in the text."""
        start = self.rest.find("{")
        if start < 0:
            return None
        try:
            found, length = json.JSONDecoder().raw_decode(self.rest[start:])
        except ValueError:  # braces that are no JSON are just text
            return None
        self.take(start, start + length)
        return found if isinstance(found, dict) else None

    def take_named(self, words: Sequence[str], others: Sequence[Sequence[str]]) -> str | None:
        """The value of `name: value` or `name=value`, up to the next name or the end."""
        following = "|".join(map(_name_pattern, others)) or r"(?!)"
        match = re.search(
            rf"(?<![\w-]){_name_pattern(words)}\s*(?:=|:(?!\d\d\b))\s*"
            rf"(?P<value>\"[^\"]*\"|'[^']*'|.+?)(?=\s*[,;]?\s*(?:and\s+)?(?:with\s+)?(?<![\w-])(?:{following})\s*[:=]|\s*$|\s*\n)",
            self.rest,
            re.IGNORECASE,
        )
        if not match:
            return None
        self.take(match.start(), match.end())
        return match["value"].strip().strip("\"'")

    def take_body(self) -> str | None:
        return self._take(_BODY)

    def take_title(self) -> str | None:
        return self._take(_TITLE)

    def take_subject(self) -> str | None:
        return self._take(_SUBJECT)

    def take_after_colon(self) -> str | None:
        match = re.search(r":\s+(?P<value>\S.*)$", self.rest, re.DOTALL)
        if match is None:
            return None
        self.take(match.start(), match.end())
        return match["value"].strip()

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.search(self.rest)
        if match is None:
            return None
        start, end = match.span("value")
        quoted = next((entry for entry in self.quoted() if start <= entry[1] <= start + 1), None)
        if quoted:
            value, _, end = quoted
        else:
            value = self.rest[start:end].strip().strip("\"'").strip()
        if not value:
            return None
        self.take(match.start(), end)
        return value


def _name_pattern(words: Sequence[str]) -> str:
    return r"[\s_-]*".join(map(re.escape, words))
