"""What a call does, in words: `look up the time in Tokyo`."""

from collections.abc import Mapping
from typing import Any

from interlock_handlers.demo.places import city_of, find_places
from interlock_handlers.demo.tools import plain_name
from interlock_handlers.demo.words import split_words

_VERB_LIST = """
    add append book calculate cancel check close compute convert create delete echo edit execute fetch find
    generate get gzip list look make move open post print publish put query read remove rename run save search
    send set show simulate start stop toggle translate trigger update upload write
"""
_VERBS = frozenset(_VERB_LIST.split())


_DONE = {
    "write": "wrote", "create": "created", "add": "added", "save": "saved", "delete": "deleted", "remove": "removed",
    "make": "made", "put": "put", "send": "sent", "set": "set", "update": "updated", "run": "ran", "toggle": "toggled",
}  # fmt: skip


def place_name(zone: str, spoken: str) -> str:
    """The name that the person used for a time zone, or the city in the zone's own name."""
    return next((place.name for place in find_places(spoken) if place.zone == zone), city_of(zone))


def describe_call(name: str, arguments: Mapping[str, Any], spoken: str) -> str:
    """A call as an infinitive without `to`: `write the note "Groceries"`, `get sum (a: 2, b: 3)`."""
    words = split_words(plain_name(name))
    zones = [value for key, value in arguments.items() if "zone" in key.lower() or key == "tz"]
    if "time" in words and zones and all(isinstance(zone, str) for zone in zones):
        return _describe_time(words, arguments, [place_name(zone, spoken) for zone in zones])
    if words[-2:] == ["current", "time"]:
        return "look up the time"
    if isinstance(expression := arguments.get("expression"), str):
        return f"calculate {expression}"
    verb = " ".join(words) if words and words[0] in _VERBS else f"use {' '.join(words)}"
    title = arguments.get("title") or arguments.get("name")
    if words[-1:] == ["note"] and isinstance(title, str):
        return f"{words[0]} the note \u201c{title}\u201d"
    if not arguments:
        return verb
    return f"{verb} ({', '.join(f'{key}: {_short(value)}' for key, value in arguments.items())})"


def describe_done(name: str, arguments: Mapping[str, Any]) -> str:
    """The same as done: `I wrote the note "A"`."""
    verb, _, rest = describe_call(name, arguments, "").partition(" ")
    return f"I {_DONE[verb]} {rest}".strip() if verb in _DONE else f"Done: {verb} {rest}".strip()


def tool_label(name: str) -> str:
    """A tool's own name as words, at the start of a sentence."""
    words = " ".join(split_words(plain_name(name)))
    return words[:1].upper() + words[1:]


def _describe_time(words: list[str], arguments: Mapping[str, Any], places: list[str]) -> str:
    if len(places) == 1:
        return f"look up the time in {places[0]}"
    source = next((key for key in arguments if "source" in key or "from" in key), None)
    if source and list(arguments).index(source) > next(i for i, key in enumerate(arguments) if "zone" in key.lower()):
        places = places[::-1]
    clock = next((value for key, value in arguments.items() if key == "time"), "the time")
    return f"convert {clock} from {places[0]} to {places[1]}"


def _short(value: Any) -> str:
    text = f"\u201c{value}\u201d" if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}\u2026"
