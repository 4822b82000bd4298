"""Which of the places in a sentence is the source, which the target."""

import re

from interlock_handlers.demo.clause import Clause
from interlock_handlers.demo.filling import Filling
from interlock_handlers.demo.moments import find_clock_times
from interlock_handlers.demo.places import Place, find_places
from interlock_handlers.demo.tools import Parameter

_SOURCE, _TARGET = frozenset(("source", "from", "origin")), frozenset(("target", "to", "destination", "into"))


def assign_zones(clause: Clause, filling: Filling) -> None:
    """Give each time zone argument its place: by `from` and `to`, else the one beside the clock time is the source."""
    wanted = filling.open("zone")
    places = find_places(clause.rest) if wanted else []
    left = list(places)
    for parameter in sorted(wanted, key=lambda one: not _SOURCE & set(one.words)):
        if (place := _choose(parameter, left, clause.rest, len(wanted))) is not None:
            left.remove(place)
            filling.put(parameter, place.zone, 0.8)
    for place in places:
        clause.take(place.start, place.end)
    filling.spare_places = left


def _choose(parameter: Parameter, places: list[Place], text: str, wanted: int) -> Place | None:
    if not places:
        return None
    words = set(parameter.words)
    if words & _SOURCE:
        before = [place for place in places if re.search(r"\bfrom\s+(?:the\s+)?$", text[: place.start], re.IGNORECASE)]
        if before:
            return before[0]
        beside = _beside_the_clock(places, text)
        return beside if beside and (len(places) > 1 or not _is_target(places[0], text)) else None
    if words & _TARGET and wanted > 1:
        return next((place for place in places if _is_target(place, text)), places[0])
    return places[0]


def _is_target(place: Place, text: str) -> bool:
    return bool(re.search(r"\b(?:to|into)\s+(?:the\s+)?$", text[: place.start], re.IGNORECASE))


def _beside_the_clock(places: list[Place], text: str) -> Place | None:
    clocks = find_clock_times(text)
    candidates = [place for place in places if not _is_target(place, text)] or places
    if not clocks:
        return candidates[0]
    clock = clocks[0]
    return min(candidates, key=lambda place: min(abs(place.start - clock.end), abs(clock.start - place.end)))
