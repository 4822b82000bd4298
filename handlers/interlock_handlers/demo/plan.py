"""From a message to the calls that it asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from interlock_handlers.demo.fill import fill
from interlock_handlers.demo.filling import Filling
from interlock_handlers.demo.match import best_match
from interlock_handlers.demo.tools import Parameter, Tool
from interlock_handlers.demo.words import content_tokens, is_command

_BREAK = re.compile(
    r"(?:(?<=[.?!;])\s+|\n+|,?\s+(?:and then|and also|and|then|also|plus)\s+|,\s+)(?=(?P<next>[A-Za-z'\u2019]+))",
    re.IGNORECASE,
)
_PROTECTED = re.compile(
    r"\"[^\"]*\"|\u201c[^\u201d]*\u201d|`[^`]*`|\{.*\}"
    r"|\b(?:saying|that says|which says|that reads|(?:text|content|body|message)\s*[:=])\s+[^\"\u201c`\s].*$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class PlannedCall:
    """A call to make: the tool and its arguments."""

    tool: Tool
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Gap:
    """A tool that fits, and the required arguments that the message does not tell."""

    tool: Tool
    missing: tuple[Parameter, ...]


@dataclass(frozen=True)
class Plan:
    """What a message asks for, as far as it is understood."""

    calls: tuple[PlannedCall, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unmatched: tuple[str, ...] = ()


def plan(message: str, tools: Sequence[Tool], today: date) -> Plan:
    """The calls for a message: one per request in it, and one per place where a request names several."""
    text, preferred = prefer_server(message, tools)
    fillings: list[Filling] = []
    texts: list[str] = []
    unmatched: list[str] = []
    for part in split_requests(text):
        match = best_match(part, preferred, today)
        if match:
            fillings.append(match.filling)
            texts.append(part)
        elif fillings and (varied := _variation(fillings[-1].tool, part, today)):
            fillings.append(varied)
            texts.append(part)
        elif fillings and (fillings[-1].missing or _takes_free_text(fillings[-1])):
            texts[-1] = f"{texts[-1]} and {part}"
            fillings[-1] = fill(fillings[-1].tool, texts[-1], today)
        elif content_tokens(part) and is_command(part.split()[0]):
            unmatched.append(part.rstrip(" .?!"))
    return _as_plan(fillings, unmatched)


def fill_only(tool: Tool, message: str, today: date) -> Plan:
    """The call of one tool that is already known, for an answer that only completes it."""
    return _as_plan([fill(tool, message, today)], [])


def _variation(tool: Tool, part: str, today: date) -> Filling | None:
    """The same tool for another place: `And in Munich?`."""
    if is_command(part.split()[0]) or not any(parameter.kind == "zone" for parameter in tool.parameters):
        return None
    varied = fill(tool, part, today)
    named = any(parameter.kind == "zone" and parameter.name in varied.arguments for parameter in tool.parameters)
    return varied if named and not varied.missing else None


def _as_plan(fillings: Sequence[Filling], unmatched: Sequence[str]) -> Plan:
    calls: list[PlannedCall] = []
    gaps: list[Gap] = []
    for filling in fillings:
        if filling.missing:
            gaps.append(Gap(filling.tool, tuple(filling.missing)))
        for call in [] if filling.missing else _one_per_place(filling):
            if call not in calls:
                calls.append(call)
    return Plan(tuple(calls), tuple(gaps), tuple(unmatched))


def _one_per_place(filling: Filling) -> list[PlannedCall]:
    call = PlannedCall(filling.tool, filling.arguments)
    zones = [parameter.name for parameter in filling.tool.parameters if parameter.kind == "zone"]
    if not zones:
        return [call]
    return [call] + [
        replace(call, arguments={**call.arguments, zones[-1]: place.zone}) for place in filling.spare_places
    ]


def _takes_free_text(filling: Filling) -> bool:
    return any(p.kind in ("text", "list") and p.name in filling.arguments for p in filling.tool.parameters)


def split_requests(message: str) -> list[str]:
    """The requests in a message: sentences, and parts joined by `and` or a comma that begin like a request."""
    protected = [match.span() for match in _PROTECTED.finditer(message)]
    parts: list[str] = []
    begin = 0
    for match in _BREAK.finditer(message):
        inside = any(start < match.start() < end for start, end in protected)
        sentence = message[begin : match.start()].rstrip().endswith((".", "?", "!", ";"))
        condition = re.match(r"\s*(?:when|if)\b", message[begin : match.start()], re.IGNORECASE)
        if not inside and (sentence or (is_command(match["next"]) and not condition)):
            parts.append(message[begin : match.start()].strip())
            begin = match.end()
    parts.append(message[begin:].strip())
    return [part for part in parts if part]


def prefer_server(message: str, tools: Sequence[Tool]) -> tuple[str, list[Tool]]:
    """The message without `using <server>`, and only that server's tools where it names one."""
    for server in sorted({tool.server for tool in tools if tool.server}, key=len, reverse=True):
        name = re.escape(server).replace("_", r"[\s_-]").replace(r"\-", r"[\s_-]")
        named = rf"(?:the\s+)?{name}(?:\s+(?:mcp\s+)?server)?(?=\s*(?:[,.:;?!]|$|\s(?:to|and|for)\b))[,:]?"
        introduced = rf"\b(?:using|with|via|through|on|ask|use|from)\s+{named}|^\s*{name}\s*:"
        match = re.search(introduced, message, re.IGNORECASE)
        if match:
            text = f"{message[: match.start()]} {message[match.end() :]}".strip()
            return re.sub(r"^(?:to|and|for)\s+", "", text), [tool for tool in tools if tool.server == server]
    return message, list(tools)
