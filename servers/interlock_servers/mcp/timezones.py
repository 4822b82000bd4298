"""Moments in time zones of the IANA database."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


class TimeError(ValueError):
    """A time or a time zone that does not exist; the message says which."""


@dataclass(frozen=True)
class ZonedTime:
    """A moment as the clocks of one time zone show it."""

    timezone: str
    datetime: str
    """ISO 8601 with the offset from UTC"""
    day_of_week: str
    is_dst: bool


@dataclass(frozen=True)
class Conversion:
    """The same moment in two time zones."""

    source: ZonedTime
    target: ZonedTime
    difference: str
    """what the target's clocks show more than the source's, as ±HH:MM"""


def current_time(timezone: str) -> ZonedTime:
    """Now; raises TimeError for an unknown zone."""
    return _zoned(datetime.now(_zone(timezone)))


def convert_time(time: str, from_timezone: str, to_timezone: str) -> Conversion:
    """`time` is HH:MM (today) or an ISO 8601 date and time, in `from_timezone` unless it carries an offset."""
    source_zone = _zone(from_timezone)
    source = _moment(time, source_zone)
    target = source.astimezone(_zone(to_timezone))
    ahead = (target.utcoffset() or timedelta()) - (source.utcoffset() or timedelta())
    minutes = round(ahead.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return Conversion(_zoned(source), _zoned(target), f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}")


def _moment(time: str, zone: ZoneInfo) -> datetime:
    clock = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", time.strip())
    try:
        if clock:
            hour, minute, second = (int(part or 0) for part in clock.groups())
            today: date = datetime.now(zone).date()
            return datetime(today.year, today.month, today.day, hour, minute, second, tzinfo=zone)
        moment = datetime.fromisoformat(time.strip())
    except ValueError as error:
        raise TimeError(f"“{time}” is not a time. Write HH:MM or an ISO 8601 date and time.") from error
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def _zone(name: str) -> ZoneInfo:
    known = _known().get(name.strip().lower().replace(" ", "_"))
    if known is None:
        raise TimeError(f"“{name}” is not a time zone. Write an IANA name such as Asia/Tokyo.")
    return ZoneInfo(known)


@cache
def _known() -> dict[str, str]:
    """Full names, and the city alone where only one zone has it."""
    names: dict[str, str] = {}
    cities: dict[str, list[str]] = {}
    for zone in available_timezones():
        names[zone.lower()] = zone
        cities.setdefault(zone.rpartition("/")[2].lower(), []).append(zone)
    return {city: zones[0] for city, zones in cities.items() if len(zones) == 1} | names


def _zoned(moment: datetime) -> ZonedTime:
    return ZonedTime(
        timezone=str(moment.tzinfo),
        datetime=moment.isoformat(timespec="seconds"),
        day_of_week=moment.strftime("%A"),
        is_dst=bool(moment.dst()),
    )
