"""Times in time zones."""

from datetime import UTC, datetime, timedelta

import pytest

from interlock_servers.mcp.timezones import TimeError, convert_time, current_time


def test_the_time_now_is_that_of_the_zone() -> None:
    tokyo = current_time("Asia/Tokyo")
    assert tokyo.datetime.endswith("+09:00")
    assert abs(datetime.fromisoformat(tokyo.datetime) - datetime.now(UTC)) < timedelta(seconds=5)
    assert current_time("tokyo").timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("time", "source", "target", "expected", "difference"),
    [
        ("2026-01-15T12:00", "Europe/Berlin", "Asia/Tokyo", "2026-01-15T20:00:00+09:00", "+08:00"),
        ("2026-07-15T12:00", "Europe/Berlin", "America/New_York", "2026-07-15T06:00:00-04:00", "-06:00"),
        ("2026-01-15T12:00", "UTC", "Asia/Kathmandu", "2026-01-15T17:45:00+05:45", "+05:45"),
        ("2026-01-15T12:00:00Z", "Asia/Tokyo", "UTC", "2026-01-15T12:00:00+00:00", "-09:00"),
    ],
)
def test_a_time_is_converted(time: str, source: str, target: str, expected: str, difference: str) -> None:
    conversion = convert_time(time, source, target)
    assert (conversion.target.datetime, conversion.difference) == (expected, difference)


def test_a_clock_time_is_today() -> None:
    source = convert_time("14:30", "UTC", "Asia/Tokyo").source
    assert source.datetime.endswith("T14:30:00+00:00")
    assert source.datetime.startswith(datetime.now(UTC).date().isoformat())


@pytest.mark.parametrize("zone", ["Atlantis", "", "../etc/passwd", "Asia"])
def test_an_unknown_zone_is_named(zone: str) -> None:
    with pytest.raises(TimeError, match="is not a time zone"):
        current_time(zone)


@pytest.mark.parametrize("time", ["25:00", "noon", "", "2026-02-30T12:00"])
def test_an_impossible_time_is_named(time: str) -> None:
    with pytest.raises(TimeError, match="is not a time"):
        convert_time(time, "UTC", "UTC")
