"""A list that a server gives page by page."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from interlock_handlers.server_errors import ServerNonsense

MAX_PAGES = 100


class Page(Protocol):
    next_cursor: str | None


P = TypeVar("P", bound=Page)
T = TypeVar("T")


async def every_page(
    fetch: Callable[[str | None], Awaitable[P]], items: Callable[[P], Sequence[T]], most: int
) -> tuple[tuple[T, ...], bool]:
    """At most so many items of all pages, and whether these are all. Raises ServerNonsense where there is no end."""
    listed: list[T] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = await fetch(cursor)
        listed += items(page)
        if len(listed) > most:
            return tuple(listed[:most]), False
        if not page.next_cursor:
            return tuple(listed), True
        cursor = page.next_cursor
    raise ServerNonsense("The server's list has no end.")
