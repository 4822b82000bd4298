"""A stream in batches: what has come is passed on at most so often, and never held back while nothing comes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def in_batches(source: AsyncIterator[T], seconds: float) -> AsyncGenerator[list[T]]:
    """The first item at once, then all that came, at most every `seconds`; last, raises what the source raises."""
    items: list[T] = []
    news = asyncio.Event()

    async def read() -> None:
        # One task reads from beginning to end: providers' streams keep context variables between their items.
        async for item in source:
            items.append(item)
            news.set()

    reading = asyncio.create_task(read())
    reading.add_done_callback(lambda _: news.set())
    try:
        while True:
            await news.wait()
            news.clear()
            if items:
                batch = items.copy()
                items.clear()
                yield batch
            if reading.done() and not items:
                await reading
                return
            await asyncio.wait({reading}, timeout=seconds)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
