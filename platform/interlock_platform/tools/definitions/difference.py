"""What is other in a tool's definition than in the one before it, field by field, as people read it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Change = dict[str, str | None]
"""`field`, and its text `before` and `after`; null where it was not there, or is not there any more."""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Both as they were declared; in the order in which a person would want to know."""
    return [{"field": field, "before": old, "after": new} for field, old, new in _fields(before, after) if old != new]


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str | None]]:
    for field in ("title", "description"):
        yield field, before[field] or None, after[field] or None
    yield from _each("parameter", _parameters(before["input_schema"]), _parameters(after["input_schema"]))
    yield "rules for the parameters", _rest(before["input_schema"]), _rest(after["input_schema"])
    yield from _each("annotation", _texts(before["annotations"]), _texts(after["annotations"]))
    old, new = before["output_schema"] or {}, after["output_schema"] or {}
    yield from _each("result", _parameters(old), _parameters(new))
    yield "rules for the result", _rest(old), _rest(new)


def _each(
    kind: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[tuple[str, str | None, str | None]]:
    for name in dict.fromkeys([*before, *after]):
        yield f"{kind} {name}", before.get(name), after.get(name)


def _parameters(schema: Mapping[str, Any]) -> dict[str, str]:
    properties = schema.get("properties")
    required = schema.get("required")
    if not isinstance(properties, dict):
        return {}
    must = required if isinstance(required, list) else []
    return {name: f"{_text(each)}{' (required)' if name in must else ''}" for name, each in properties.items()}


def _rest(schema: Mapping[str, Any]) -> str | None:
    """What a schema says beside its properties."""
    rest = {key: value for key, value in schema.items() if key not in ("properties", "required")}
    return _text(rest) if rest else None


def _texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: _text(value) for name, value in (values or {}).items()}


def _text(value: Any) -> str:
    """JSON on lines that a person can read; the same for the same value, in whatever order its keys came."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
