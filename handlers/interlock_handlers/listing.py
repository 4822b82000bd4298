"""A list that a server gives page by page."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from pydantic import BaseModel

from interlock_handlers.limits import LIST_BYTES, LIST_PAGES, LIST_SECONDS
from interlock_handlers.server_errors import ServerNonsense


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
    seen: set[str] = set()
    size, begun = 0, time.monotonic()
    for _ in range(LIST_PAGES):
        page = await fetch(cursor)
        listed += items(page)
        size += len(page.model_dump_json()) if isinstance(page, BaseModel) else 0
        if size > LIST_BYTES:
            raise ServerNonsense(f"The server's list is larger than {LIST_BYTES // 1024 // 1024} MiB.")
        if len(listed) > most:
            return tuple(listed[:most]), False
        if not page.next_cursor:
            return tuple(listed), True
        cursor = page.next_cursor
        if cursor in seen or time.monotonic() - begun > LIST_SECONDS:
            break
        seen.add(cursor)
    raise ServerNonsense("The server's list has no end.")
