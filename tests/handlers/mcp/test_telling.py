"""What a server may tell during a call, and how much of it is heard."""

from typing import Any

import mcp_types as types
import pytest

from interlock_handlers.telling import AT_ONCE, MAX_CHARACTERS, LogLine, Progress, Teller


@pytest.fixture
def heard() -> list[Progress | LogLine]:
    return []


def line(data: Any) -> types.LoggingMessageNotificationParams:
    return types.LoggingMessageNotificationParams(level="warning", logger="l" * 500, data=data)


async def test_a_million_messages_are_heard_in_part(heard: list[Progress | LogLine]) -> None:
    teller = Teller(heard.append)
    for number in range(10_000):
        teller.progress(number, None, "again")
    assert AT_ONCE <= len(heard) < AT_ONCE + 100


async def test_long_texts_are_cut_and_odd_ones_are_mended(heard: list[Progress | LogLine]) -> None:
    teller = Teller(heard.append)
    teller.progress(1, float("inf"), "x" * 5000)
    teller.line(line({"a": ["\0", float("nan"), "\ud800"]}))
    assert heard[0] == Progress(1, None, "x" * (MAX_CHARACTERS - 1) + "…")
    assert heard[1] == LogLine("warning", "l" * 99 + "…", '{"a": ["\ufffd", null, "?"]}')


async def test_progress_that_is_no_number_is_not_told(heard: list[Progress | LogLine]) -> None:
    teller = Teller(heard.append)
    teller.progress(float("nan"), 1, None)
    teller.progress(1, 0, None)
    assert heard == [Progress(1, None, None)]


async def test_a_listener_that_fails_harms_no_call(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Progress | LogLine) -> None:
        raise ValueError

    Teller(broken).progress(1, 2, None)
    assert "could not be handed on" in caplog.text
