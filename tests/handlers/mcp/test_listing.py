"""Lists that come page by page."""

from dataclasses import dataclass

import pytest

from interlock_handlers.listing import every_page
from interlock_handlers.server_errors import ServerNonsense


@dataclass
class Numbers:
    numbers: list[int]
    next_cursor: str | None


async def ten_a_page(cursor: str | None) -> Numbers:
    first = int(cursor or 0)
    return Numbers(list(range(first, first + 10)), str(first + 10) if first < 50 else None)


async def test_all_pages_are_read() -> None:
    assert await every_page(ten_a_page, lambda page: page.numbers, 100) == (tuple(range(60)), True)


async def test_what_is_too_much_is_left_out_and_it_is_said_so() -> None:
    assert await every_page(ten_a_page, lambda page: page.numbers, 25) == (tuple(range(25)), False)


async def test_pages_without_an_end_are_not_read_for_ever() -> None:
    asked = 0

    async def empty(cursor: str | None) -> Numbers:
        nonlocal asked
        asked += 1
        return Numbers([], str(asked))

    with pytest.raises(ServerNonsense):
        await every_page(empty, lambda page: page.numbers, 10)
    assert asked == 100


async def test_a_page_that_leads_to_itself_is_read_twice() -> None:
    asked = 0

    async def the_same(_cursor: str | None) -> Numbers:
        nonlocal asked
        asked += 1
        return Numbers([], "again")

    with pytest.raises(ServerNonsense, match="no end"):
        await every_page(the_same, lambda page: page.numbers, 10)
    assert asked == 2
