"""Cities, countries and time zones that a sentence names."""

import re
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

_CITIES = {
    "mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata", "new delhi": "Asia/Kolkata", "bangalore": "Asia/Kolkata",
    "bengaluru": "Asia/Kolkata", "chennai": "Asia/Kolkata", "hyderabad": "Asia/Kolkata", "pune": "Asia/Kolkata",
    "san francisco": "America/Los_Angeles", "seattle": "America/Los_Angeles", "san diego": "America/Los_Angeles",
    "las vegas": "America/Los_Angeles", "portland": "America/Los_Angeles", "silicon valley": "America/Los_Angeles",
    "la": "America/Los_Angeles", "nyc": "America/New_York", "boston": "America/New_York", "miami": "America/New_York",
    "washington": "America/New_York", "philadelphia": "America/New_York", "atlanta": "America/New_York",
    "houston": "America/Chicago", "dallas": "America/Chicago", "austin": "America/Chicago",
    "ottawa": "America/Toronto", "montreal": "America/Toronto", "rio": "America/Sao_Paulo",
    "rio de janeiro": "America/Sao_Paulo", "brasilia": "America/Sao_Paulo",
    "beijing": "Asia/Shanghai", "shenzhen": "Asia/Shanghai", "guangzhou": "Asia/Shanghai", "osaka": "Asia/Tokyo",
    "kyoto": "Asia/Tokyo", "hanoi": "Asia/Ho_Chi_Minh", "saigon": "Asia/Ho_Chi_Minh", "islamabad": "Asia/Karachi",
    "abu dhabi": "Asia/Dubai", "tel aviv": "Asia/Jerusalem", "ankara": "Europe/Istanbul",
    "munich": "Europe/Berlin", "hamburg": "Europe/Berlin", "frankfurt": "Europe/Berlin", "cologne": "Europe/Berlin",
    "geneva": "Europe/Zurich", "basel": "Europe/Zurich", "bern": "Europe/Zurich", "milan": "Europe/Rome",
    "naples": "Europe/Rome", "venice": "Europe/Rome", "barcelona": "Europe/Madrid", "lyon": "Europe/Paris",
    "marseille": "Europe/Paris", "porto": "Europe/Lisbon", "edinburgh": "Europe/London",
    "manchester": "Europe/London", "the hague": "Europe/Amsterdam", "rotterdam": "Europe/Amsterdam",
    "gothenburg": "Europe/Stockholm", "krakow": "Europe/Warsaw", "kyiv": "Europe/Kyiv",
    "cape town": "Africa/Johannesburg", "pretoria": "Africa/Johannesburg", "wellington": "Pacific/Auckland",
    "canberra": "Australia/Sydney",
    "germany": "Europe/Berlin", "france": "Europe/Paris", "spain": "Europe/Madrid", "italy": "Europe/Rome",
    "england": "Europe/London", "scotland": "Europe/London", "uk": "Europe/London", "austria": "Europe/Vienna",
    "switzerland": "Europe/Zurich", "sweden": "Europe/Stockholm", "norway": "Europe/Oslo", "poland": "Europe/Warsaw",
    "denmark": "Europe/Copenhagen", "finland": "Europe/Helsinki", "greece": "Europe/Athens",
    "netherlands": "Europe/Amsterdam", "belgium": "Europe/Brussels", "ireland": "Europe/Dublin",
    "india": "Asia/Kolkata", "china": "Asia/Shanghai", "japan": "Asia/Tokyo", "south korea": "Asia/Seoul",
    "korea": "Asia/Seoul", "thailand": "Asia/Bangkok", "vietnam": "Asia/Ho_Chi_Minh", "israel": "Asia/Jerusalem",
    "argentina": "America/Argentina/Buenos_Aires", "kenya": "Africa/Nairobi", "nigeria": "Africa/Lagos",
    "south africa": "Africa/Johannesburg", "california": "America/Los_Angeles", "texas": "America/Chicago",
    "florida": "America/New_York", "utc": "UTC", "gmt": "UTC",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "edt": "America/New_York", "est": "America/New_York", "cst": "America/Chicago", "cet": "Europe/Paris",
    "cest": "Europe/Paris", "bst": "Europe/London", "ist": "Asia/Kolkata", "jst": "Asia/Tokyo",
}  # fmt: skip

# Names of zones that are everyday words first.
_EVERYDAY_WORDS = """
    act center central east eastern easter factory general greenwich hst knox local lhi met mountain mst navajo
    north nsw pacific prc roc rok samoa south troll universal wake west wet eet yap zulu
"""
_NOT_PLACES = frozenset(_EVERYDAY_WORDS.split())
_NEEDS_CAPITALS = frozenset(("la", "ist", "pt", "act", "uk", "est", "cet"))


@dataclass(frozen=True)
class Place:
    """A place named in a text: its time zone, the name as written, and where it stands."""

    zone: str
    name: str
    start: int
    end: int


@cache
def _zones() -> dict[str, str]:
    found: dict[str, str] = {}
    for zone in sorted(available_timezones()):
        city = zone.rsplit("/", 1)[-1].replace("_", " ").lower()
        if not zone.startswith(("Etc/", "posix", "right", "SystemV/")) and city not in _NOT_PLACES and city.isascii():
            found.setdefault(city, zone)
    return found | _CITIES


@cache
def _by_full_name() -> dict[str, str]:
    return {zone.lower(): zone for zone in available_timezones()}


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_zones(), key=len, reverse=True)
    return re.compile(r"(?<![\w/])(?:" + "|".join(map(re.escape, names)) + r")(?![\w/])", re.IGNORECASE)


def _meant(text: str, match: re.Match[str]) -> bool:
    name = match.group()
    if name.lower() in _NEEDS_CAPITALS:
        return name.isupper()
    if name[0].isupper() or text.strip(" ?!.").lower() == name.lower():
        return True
    return bool(re.search(r"(?:\b(?:in|from|to|into|for|at|and|or|of|is|am|pm|vs)|[,:\d=])\s*(?:the\s+)?$",
                          text[: match.start()], re.IGNORECASE))  # fmt: skip


def _offset_zone(sign: str, hours: str) -> str:
    # The names of these zones count westwards: UTC+2 is Etc/GMT-2.
    return f"Etc/GMT{'-' if sign == '+' else '+'}{int(hours)}"


def find_places(text: str) -> list[Place]:
    """The places in a text, in order: IANA names, cities, some countries, abbreviations, `UTC+2`."""
    found = [
        Place(_by_full_name()[match.group().lower()], match.group(), match.start(), match.end())
        for match in re.finditer(r"\b[A-Za-z]+(?:/[A-Za-z_+\-0-9]+)+", text)
        if match.group().lower() in _by_full_name()
    ]
    found += [
        Place(zone, match.group(), match.start(), match.end())
        for match in re.finditer(r"\b(?:UTC|GMT)\s?([+-])\s?(\d{1,2})\b", text)
        if (zone := _offset_zone(match[1], match[2])) in available_timezones()
    ]
    exact = list(found)
    found.extend(
        Place(_zones()[match.group().lower()], match.group(), match.start(), match.end())
        for match in _pattern().finditer(text)
        if _meant(text, match) and not any(one.start < match.end() and match.start() < one.end for one in exact)
    )
    return sorted(found, key=lambda place: place.start)


def city_of(zone: str) -> str:
    """How people call a time zone: `America/New_York` is New York."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")
