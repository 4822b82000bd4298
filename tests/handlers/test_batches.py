"""Streams in batches."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from interlock_handlers.batches import in_batches


async def test_nothing_is_held_back_while_the_source_is_silent() -> None:
    silence = asyncio.Event()

    async def source() -> AsyncIterator[str]:
        yield "This"
        yield " goes on"
        await silence.wait()
        yield " and ends"

    came: list[str] = []
    async with asyncio.timeout(30):
        async for batch in in_batches(source(), 0.01):
            came.extend(batch)
            if came == ["This", " goes on"]:
                silence.set()
    assert came == ["This", " goes on", " and ends"]


async def test_many_items_come_in_few_batches() -> None:
    async def source() -> AsyncIterator[int]:
        for number in range(1000):
            yield number
            await asyncio.sleep(0)

    batches = [batch async for batch in in_batches(source(), 60)]
    assert [number for batch in batches for number in batch] == list(range(1000))
    assert len(batches) <= 3


async def test_what_came_before_an_error_is_passed_on_and_then_the_error() -> None:
    async def source() -> AsyncIterator[str]:
        yield "half"
        raise ConnectionError("cut")

    batches = in_batches(source(), 0.01)
    assert await anext(batches) == ["half"]
    with pytest.raises(ConnectionError, match="cut"):
        await anext(batches)


async def test_a_reader_that_goes_away_ends_the_source() -> None:
    ended = asyncio.Event()

    async def source() -> AsyncIterator[str]:
        try:
            yield "first"
            await asyncio.Event().wait()
        finally:
            ended.set()

    batches = in_batches(source(), 0.01)
    assert await anext(batches) == ["first"]
    await batches.aclose()
    assert ended.is_set()
