"""Results in sentences."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from interlock_handlers.demo.outcome import Outcome
from interlock_handlers.demo.phrase import describe_call, place_name
from interlock_handlers.demo.tools import split_name
from interlock_handlers.demo.words import split_words

_WRAPPERS = frozenset(("result", "value", "output", "answer", "content", "text"))


def tell(name: str, arguments: Mapping[str, Any], outcome: Outcome, spoken: str, person: str | None) -> str:
    """One call's outcome; `spoken` is what the person wrote, `person` their name where it is known."""
    action = describe_call(name, arguments, spoken)
    if outcome.ending == "rejected":
        return f"I did not {action}: {_rejection(outcome, person)}."
    if outcome.ending == "expired":
        return f"I did not {action}: nobody decided in time, so the request expired."
    if outcome.ending == "cancelled":
        return f"I did not {action}: the request was cancelled."
    if outcome.ending == "unknown":
        return f"I do not know whether I did {action}: {_clean(outcome.text)}"
    if outcome.ending == "failed":
        return f"I could not {action}. {_tool(name)} said: \u201c{_clean(outcome.text)}\u201d"
    return _tell_result(name, arguments, outcome.text, spoken)


def _rejection(outcome: Outcome, person: str | None) -> str:
    other = outcome.by is not None and person is not None and outcome.by.lower() != person.lower()
    if outcome.by and "policy" in outcome.by.lower():
        other = True
    return f"{outcome.by if other else 'you'} rejected it" + (f" ({outcome.reason})" if outcome.reason else "")


def _tell_result(name: str, arguments: Mapping[str, Any], text: str, spoken: str) -> str:
    remark, data = split_data(text)
    said = _tell_data(name, arguments, data, spoken) if data is not None else _tell_text(name, arguments, text)
    return f"{said} ({remark})" if remark and data is not None else said


def split_data(text: str) -> tuple[str, Any]:
    """The remark before a JSON value, and the value; None for a text that has none."""
    for match in re.finditer(r"(?m)^\s*(?=[{\[])|(?<=:\s)(?=[{\[])", text):
        try:
            data = json.loads(text[match.end() :])
        except ValueError:  # prose with a bracket
            continue
        return text[: match.start()].strip(" \n:."), data
    return "", None


def _tell_data(name: str, arguments: Mapping[str, Any], data: Any, spoken: str) -> str:
    if isinstance(data, dict) and len(data) == 1:
        key, inner = next(iter(data.items()))
        if inner is not None and (isinstance(inner, list) or key in _WRAPPERS):
            data = inner
    if isinstance(data, dict):
        return _tell_moment(data, spoken) or _tell_conversion(data, spoken) or _tell_fields(name, data)
    if isinstance(data, list):
        return _tell_list(name, data)
    return _tell_text(name, arguments, str(data))


def _moment(data: Mapping[str, Any]) -> tuple[str, datetime] | None:
    zone = next((data[key] for key in ("timezone", "time_zone", "tz", "zone") if isinstance(data.get(key), str)), None)
    stamp = next((data[key] for key in ("datetime", "time", "iso", "now", "local_time", "date_time")
                  if isinstance(data.get(key), str)), None)  # fmt: skip
    if zone is None or stamp is None:
        return None
    try:
        return zone, datetime.fromisoformat(stamp)
    except ValueError:  # a stamp in another form is told as a field
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
    source_place, target_place = place_name(source_zone, spoken), place_name(target_zone, spoken)
    days = (target.date() - source.date()).days
    shift = {0: "", 1: " on the next day", -1: " on the day before"}.get(days, f" on {_date_in_words(target)}")
    return f"{source:%H:%M} in {source_place} is {target:%H:%M}{shift} in {target_place}."


def _tell_fields(name: str, data: Mapping[str, Any]) -> str:
    if isinstance(data.get("expression"), str) and "result" in data:
        return f"{data['expression']} = {data['result']}."
    if not data:
        return f"{_tool(name)} answered with nothing."
    if all(not isinstance(value, dict | list) for value in data.values()) and len(data) <= 6:
        return f"{_tool(name)} says: {', '.join(f'{_label(key)} {_plain(value)}' for key, value in data.items())}."
    return f"{_tool(name)} says:\n\n" + "\n".join(f"- {_label(key)}: {_plain(value)}" for key, value in data.items())


def _tell_list(name: str, items: Sequence[Any]) -> str:
    if not items:
        return f"{_tool(name)} found nothing."
    lines = "\n".join(f"- {_item(item)}" for item in items[:20])
    more = f"\n- \u2026 and {len(items) - 20} more" if len(items) > 20 else ""
    return f"{_tool(name)} found {len(items)}:\n\n{lines}{more}"


def _item(item: Any) -> str:
    if not isinstance(item, dict):
        return _plain(item)
    title = next((item[key] for key in ("title", "name", "id") if item.get(key)), None)
    body = next((item[key] for key in ("text", "content", "body", "description", "value") if item.get(key)), None)
    if title is None:
        return ", ".join(f"{_label(key)} {_plain(value)}" for key, value in item.items())
    return f"**{_plain(title)}**" + (f": {_plain(body)}" if body else "")


def _tell_text(name: str, arguments: Mapping[str, Any], text: str) -> str:
    cleaned = text.strip()
    if not cleaned:
        return f"Done: {describe_call(name, arguments, '')}."
    expression = arguments.get("expression")
    if isinstance(expression, str) and re.fullmatch(r"-?[\d.,]+(?:e[+-]?\d+)?", cleaned, re.IGNORECASE):
        return f"{expression} = {cleaned}."
    if "\n" in cleaned or len(cleaned) > 300:
        return f"{_tool(name)} answered:\n\n" + "\n".join(f"> {line}" for line in cleaned[:4000].splitlines())
    return f"{_tool(name)} answered: \u201c{cleaned}\u201d"


def _tool(name: str) -> str:
    words = " ".join(split_words(split_name(name)[1]))
    return words[:1].upper() + words[1:]


def _label(key: str) -> str:
    return " ".join(split_words(key)) or key


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nothing"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _clean(text: str) -> str:
    return re.sub(r"^Error executing tool \S+:\s*", "", text.strip())
