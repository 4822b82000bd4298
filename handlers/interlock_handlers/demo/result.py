"""What tools answer, in sentences: moments, conversions, lists, fields, plain text."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from interlock_handlers.demo.phrase import describe_done, place_name, tool_label
from interlock_handlers.demo.tools import plain_name
from interlock_handlers.demo.words import declared_action, split_words

_WRAPPERS = frozenset(("result", "value", "output", "answer", "content", "text"))
_MOST_ITEMS, _MOST_TEXT = 20, 4000


def tell_result(name: str, arguments: Mapping[str, Any], text: str, spoken: str) -> str:
    """A tool's answer as a person likes to read it; `spoken` is what they had written."""
    values = read_json(text)
    if values is None:
        return _tell_text(name, arguments, text)
    data: Any = values[0] if len(values) == 1 else values
    if isinstance(data, dict) and len(data) == 1:
        key, inner = next(iter(data.items()))
        data = inner if isinstance(inner, list) or (inner is not None and key in _WRAPPERS) else data
    if isinstance(data, dict):
        return _tell_moment(data, spoken) or _tell_conversion(data, spoken) or _tell_record(name, arguments, data)
    return _tell_list(name, data) if isinstance(data, list) else _tell_text(name, arguments, str(data))


def read_json(text: str) -> list[Any] | None:
    """The JSON values that a text consists of (servers send lists as one value per block), or None."""
    decoder, values, position = json.JSONDecoder(), [], 0
    while position < len(text.rstrip()):
        start = position + len(text[position:]) - len(text[position:].lstrip())
        if text[start] not in "{[":
            return None
        try:
            value, position = decoder.raw_decode(text, start)
        except ValueError:  # prose that begins with a bracket
            return None
        values.append(value)
    return values or None


def _moment(data: Mapping[str, Any]) -> tuple[str, datetime] | None:
    zone = next((data[key] for key in ("timezone", "time_zone", "tz", "zone") if isinstance(data.get(key), str)), None)
    stamps = (data.get(key) for key in ("datetime", "time", "iso", "now", "local_time", "date_time"))
    stamp = next((stamp for stamp in stamps if isinstance(stamp, str)), None)
    moment = _timestamp(stamp)
    return (zone, moment) if zone is not None and moment is not None else None


def _timestamp(value: Any) -> datetime | None:
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:  # a stamp in another form is told as it is
        return None


def _date_in_words(moment: datetime) -> str:
    return f"{moment:%A}, {moment.day} {moment:%B} {moment.year}"


def _tell_moment(data: Mapping[str, Any], spoken: str) -> str | None:
    found = _moment(data)
    if found is None:
        return None
    zone, moment = found
    return f"In {place_name(zone, spoken)} it is {moment:%H:%M} on {_date_in_words(moment)}."


def _tell_conversion(data: Mapping[str, Any], spoken: str) -> str | None:
    ends = [data.get(key) for key in ("source", "from", "target", "to")]
    moments = [_moment(end) for end in ends if isinstance(end, dict)]
    if len(moments) != 2 or moments[0] is None or moments[1] is None:
        return None
    (source_zone, source), (target_zone, target) = moments[0], moments[1]
    days = (target.date() - source.date()).days
    shift = {0: "", 1: " on the next day", -1: " on the day before"}.get(days, f" on {_date_in_words(target)}")
    there, here = place_name(source_zone, spoken), place_name(target_zone, spoken)
    return f"{source:%H:%M} in {there} is {target:%H:%M}{shift} in {here}."


def _tell_record(name: str, arguments: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    if isinstance(data.get("expression"), str) and "result" in data:
        return f"{data['expression']} = {data['result']}."
    if not data:
        return f"{tool_label(name)} answered with nothing."
    action, nouns = declared_action(plain_name(name)), split_words(plain_name(name))
    if action == "read" and nouns[-1].endswith("s") and "title" in data:
        return _tell_list(name, [data])
    if action in ("write", "delete"):
        new = {k: v for k, v in data.items() if arguments.get(k) != v and _timestamp(v) is None}
        told = "" if action == "delete" or not new else f" ({_fields(new)})"
        return f"{describe_done(name, arguments)}{told}."
    if all(not isinstance(value, dict | list) for value in data.values()) and len(data) <= 6:
        return f"{tool_label(name)} says: {_fields(data)}."
    return f"{tool_label(name)} says:\n\n" + "\n".join(
        f"- {_label(key)}: {_plain(value)}" for key, value in data.items()
    )


def _fields(data: Mapping[str, Any]) -> str:
    return ", ".join(f"{_label(key)} {_plain(value)}" for key, value in data.items())


def _tell_list(name: str, items: Sequence[Any]) -> str:
    last = split_words(plain_name(name))[-1]
    many = last if last.endswith("s") else "entries"
    one = last.removesuffix("s") if last.endswith("s") else "entry"
    if not items:
        return f"I found no {many}."
    lines = "\n".join(f"- {_item(item)}" for item in items[:_MOST_ITEMS])
    more = f"\n- \u2026 and {len(items) - _MOST_ITEMS} more" if len(items) > _MOST_ITEMS else ""
    return f"I found {len(items)} {one if len(items) == 1 else many}:\n\n{lines}{more}"


def _item(item: Any) -> str:
    if not isinstance(item, dict):
        return _plain(item)
    title = next((item[key] for key in ("title", "name", "id") if item.get(key)), None)
    body = next((item[key] for key in ("text", "content", "body", "description", "value") if item.get(key)), None)
    if title is None:
        return _fields(item)
    return f"**{_plain(title)}**" + (f": {_plain(body)}" if body else "")


def _tell_text(name: str, arguments: Mapping[str, Any], text: str) -> str:
    cleaned = text.strip()
    if not cleaned:
        return f"{describe_done(name, arguments)}."
    expression = arguments.get("expression")
    if isinstance(expression, str) and re.fullmatch(r"-?[\d.,]+(?:e[+-]?\d+)?", cleaned, re.IGNORECASE):
        return f"{expression} = {cleaned}."
    if "\n" in cleaned or len(cleaned) > 300:
        quoted = "\n".join(f"> {line}" for line in cleaned[:_MOST_TEXT].splitlines())
        return f"{tool_label(name)} answered:\n\n{quoted}" + ("\n>\n> \u2026" if len(cleaned) > _MOST_TEXT else "")
    return f"{tool_label(name)} answered: \u201c{cleaned}\u201d"


def _label(key: str) -> str:
    return " ".join(split_words(key)) or key


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nothing"
    if moment := _timestamp(value):
        return f"{moment:%H:%M} on {_date_in_words(moment)}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
