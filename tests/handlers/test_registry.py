"""Handlers by user: one each, whoever asks, until nobody has for long."""

import asyncio

import pytest

from interlock_handlers import registry as registry_module
from interlock_handlers.registry import Registry


class Handler:
    def __init__(self, key: str) -> None:
        self.key = key
        self.busy = False
        self.closed = asyncio.Event()

    async def aclose(self) -> None:
        self.closed.set()


class Making:
    """Makes handlers, once it is let to."""

    def __init__(self) -> None:
        self.made: list[Handler] = []
        self.may = asyncio.Event()
        self.may.set()
        self.broken = False

    async def __call__(self, key: str) -> Handler:
        await self.may.wait()
        if self.broken:
            raise ConnectionError("not now")
        handler = Handler(key)
        self.made.append(handler)
        return handler


async def test_concurrent_calls_for_one_key_make_one_handler() -> None:
    making = Making()
    making.may.clear()
    registry: Registry[str, Handler] = Registry(making)
    getting = [asyncio.create_task(registry.get(key)) for key in ("alice", "bob") * 8]
    await asyncio.sleep(0)
    making.may.set()
    found = await asyncio.gather(*getting)
    assert len(making.made) == 2
    assert {handler.key for handler in found} == {"alice", "bob"}


async def test_making_one_does_not_hold_up_another() -> None:
    making = Making()
    registry: Registry[str, Handler] = Registry(making)
    bob = await registry.get("bob")
    making.may.clear()
    slow = asyncio.create_task(registry.get("alice"))
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        assert await registry.get("bob") is bob
    making.may.set()
    await slow


async def test_a_handler_that_could_not_be_made_is_made_the_next_time() -> None:
    making = Making()
    making.broken = True
    registry: Registry[str, Handler] = Registry(making)
    with pytest.raises(ConnectionError):
        await registry.get("alice")
    making.broken = False
    assert (await registry.get("alice")).key == "alice"


async def test_a_dropped_handler_is_closed_and_made_anew() -> None:
    registry: Registry[str, Handler] = Registry(Making())
    first = await registry.get("alice")
    await registry.drop("alice")
    assert first.closed.is_set()
    assert await registry.get("alice") is not first


async def test_what_is_idle_is_dropped_unless_it_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "SWEEP_SECONDS", 0.001)
    registry: Registry[str, Handler] = Registry(Making(), idle_seconds=-1)
    idle, busy = await registry.get("alice"), await registry.get("bob")
    busy.busy = True
    sweeping = asyncio.create_task(registry.sweep())
    async with asyncio.timeout(30):
        await idle.closed.wait()
        busy_before = await registry.get("bob")
        busy.busy = False
        await busy.closed.wait()
    assert busy_before is busy
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)


async def test_what_is_used_is_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "SWEEP_SECONDS", 0.001)
    registry: Registry[str, Handler] = Registry(Making(), idle_seconds=3600)
    used = await registry.get("alice")
    sweeping = asyncio.create_task(registry.sweep())
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert await registry.get("alice") is used
    assert not sweeping.done()
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)


async def test_closing_closes_every_handler() -> None:
    registry: Registry[str, Handler] = Registry(Making())
    handlers = [await registry.get(key) for key in ("alice", "bob")]
    await registry.aclose()
    assert all(handler.closed.is_set() for handler in handlers)
