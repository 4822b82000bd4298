"""What people are warned of in a tool's definition: what can't be seen, what is too long, what looks like another."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from interlock_handlers.convert import MAX_DESCRIPTION
from interlock_handlers.definition import NAME_LENGTH, ToolDefinition
from interlock_handlers.visible import hides_something, look, mixes_scripts

Mark = dict[str, str]
MAX_TITLE = 100


def marks(definitions: Iterable[ToolDefinition], among: Iterable[ToolDefinition]) -> dict[tuple[str, str], list[Mark]]:
    """The marks of each definition, by server and tool; names are compared with all those `among` which it is."""
    named: dict[str, set[tuple[str, str]]] = {}
    for each in among:
        named.setdefault(look(each.name), set()).add((each.server_id, each.name))
    return {(each.server_id, each.name): list(_marks(each, named)) for each in definitions}


def _marks(definition: ToolDefinition, named: Mapping[str, set[tuple[str, str]]]) -> Iterator[Mark]:
    hidden = [where for where, text in _texts(definition) if hides_something(text)]
    if hidden:
        places = ", ".join(dict.fromkeys(hidden))
        yield _mark("invisible", f"There are characters that nobody sees in: {places}. They were taken out.")
    if len(definition.name) > NAME_LENGTH or len(definition.title or "") > MAX_TITLE:
        yield _mark("too_long", "Its name is too long to be shown or sent whole.")
    if len(definition.description) > MAX_DESCRIPTION:
        yield _mark("too_long", f"The model reads the first {MAX_DESCRIPTION:,} characters of its description only.")
    others = {name for _, name in named.get(look(definition.name), ()) if name != definition.name}
    if others:
        alike = ", ".join(f"“{name}”" for name in sorted(others)[:3])
        yield _mark("confusable", f"Its name can be taken for that of another tool: {alike}.")
    elif mixes_scripts(definition.name) or mixes_scripts(definition.title or ""):
        yield _mark("confusable", "Its name has letters of another script that look like plain ones.")


def _mark(kind: str, message: str) -> Mark:
    return {"kind": kind, "message": message}


def _texts(definition: ToolDefinition) -> Iterator[tuple[str, str]]:
    yield "the name", definition.name
    yield "the title", definition.title or ""
    yield "the description", definition.description
    for text in _strings(definition.input_schema):
        yield "the parameters", text
    for text in _strings(definition.output_schema):
        yield "the result", text


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
