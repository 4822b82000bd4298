"""A connected tool as the rules see it: what it is called, what it says it does, what it takes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from interlock_handlers.demo.words import content_tokens, declared_action, split_words

Kind = Literal[
    "zone", "clock", "date", "expression", "number", "flag", "choice", "place", "title", "query", "text", "url",
    "email", "list", "object",
]  # fmt: skip

_PLACES = frozenset(("city", "location", "place", "town", "country", "destination", "origin"))
_TITLES = frozenset(("title", "name", "subject", "heading", "key", "id", "label", "path", "file", "filename", "slug"))
_QUERIES = frozenset(("query", "search", "q", "filter", "keyword", "keywords", "topic", "term", "pattern", "contains"))


@dataclass(frozen=True)
class Parameter:
    """One argument of a tool, with the kind of value that the rules look for."""

    name: str
    schema: Mapping[str, Any]
    required: bool
    kind: Kind

    @property
    def words(self) -> list[str]:
        return split_words(self.name)

    @property
    def label(self) -> str:
        return " ".join(self.words) or self.name


@dataclass(frozen=True)
class Tool:
    """A tool by its qualified name (`server__tool`)."""

    name: str
    server: str
    own_name: str
    description: str
    parameters: tuple[Parameter, ...]

    @property
    def title(self) -> str:
        """The name as people read it: `get_current_time` is "get current time"."""
        return " ".join(split_words(self.own_name))

    @property
    def action(self) -> str | None:
        return declared_action(self.own_name)

    @property
    def name_tokens(self) -> list[str]:
        tokens = content_tokens(self.own_name)
        numbers = sum(parameter.kind == "number" for parameter in self.parameters)
        if numbers > 1 and "add" in split_words(self.own_name):
            tokens.append("sum")
        return tokens or split_words(self.own_name)

    def required(self) -> list[Parameter]:
        return [parameter for parameter in self.parameters if parameter.required]


def split_name(qualified: str) -> tuple[str, str]:
    """`toolbox__write_note` is `("toolbox", "write_note")`; a name without a server has an empty one."""
    server, separator, own = qualified.partition("__")
    return (server, own) if separator and own else ("", qualified)


def plain_name(qualified: str) -> str:
    """A tool's own name, without its server and without the hash that long or ambiguous names end in."""
    own = split_name(qualified)[1]
    return re.sub(r"_[0-9a-f]{8}$", "", own) or own


def read_tools(declared: Sequence[Mapping[str, Any]]) -> list[Tool]:
    """Tools in the form that `bind_tools` passes on (OpenAI functions)."""
    return [_read_tool(entry.get("function", entry)) for entry in declared]


def _read_tool(function: Mapping[str, Any]) -> Tool:
    server, own_name = split_name(str(function["name"]))[0], plain_name(str(function["name"]))
    schema = function.get("parameters") or {}
    required = schema.get("required") or ()
    definitions = schema.get("$defs") or schema.get("definitions") or {}
    parameters = tuple(
        _read_parameter(name, _resolved(entry, definitions), name in required)
        for name, entry in (schema.get("properties") or {}).items()
    )
    return Tool(str(function["name"]), server, own_name, str(function.get("description") or ""), parameters)


def _resolved(entry: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """A property's schema with one `$ref` followed and `null` taken out of its alternatives."""
    if "$ref" in entry:
        entry = {**definitions.get(str(entry["$ref"]).rsplit("/", 1)[-1], {}), **entry}
    for alternatives in (entry.get("anyOf"), entry.get("oneOf")):
        solid = [option for option in alternatives or () if option.get("type") != "null"]
        if solid:
            return {**entry, **_resolved(solid[0], definitions)}
    return entry


def _read_parameter(name: str, schema: Mapping[str, Any], required: bool) -> Parameter:
    return Parameter(name, schema, required and "default" not in schema, _kind(name, schema))


def _type(schema: Mapping[str, Any]) -> str:
    declared = schema.get("type", "string")
    if isinstance(declared, list):
        return next((str(one) for one in declared if one != "null"), "string")
    return str(declared)


def _kind(name: str, schema: Mapping[str, Any]) -> Kind:
    if "enum" in schema or "const" in schema:
        return "choice"
    by_type: dict[str, Kind] = {
        "number": "number", "integer": "number", "boolean": "flag", "array": "list", "object": "object",
    }  # fmt: skip
    return by_type.get(_type(schema)) or _text_kind(name, schema)


def _text_kind(name: str, schema: Mapping[str, Any]) -> Kind:
    words, about = split_words(name), str(schema.get("description", "")).lower()
    form = str(schema.get("format", ""))
    if "timezone" in words or words[-2:] == ["time", "zone"] or "tz" in words or "iana" in about:
        return "zone"
    if form in ("uri", "url") or words[-1:] in (["url"], ["uri"], ["link"]):
        return "url"
    if form == "email" or words[-1:] == ["email"]:
        return "email"
    if form in ("date", "date-time") or {"date", "day", "deadline", "due"} & set(words):
        return "date"
    if form == "time" or "time" in words or "hh:mm" in about:
        return "clock"
    if {"expression", "formula", "expr", "equation"} & set(words) or "arithmetic expression" in about:
        return "expression"
    if _QUERIES & set(words):
        return "query"
    if _PLACES & set(words):
        return "place"
    return "title" if _TITLES & set(words) else "text"
