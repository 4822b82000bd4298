"""Live text by Redis, where several processes serve: it spares Postgres the traffic, and holds no truth."""

import asyncio
import json
import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

from interlock_platform.runs.bell import Bell
from interlock_platform.runs.live import LIVE_CHANNEL, LiveProgress, LiveText

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class RedisLive:
    """Both ends: what workers write is rung at every process's bell."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url)

    async def write(self, piece: LiveText | LiveProgress) -> None:
        """Sends a piece round. Without Redis the text is missed here and now; the stored message brings it."""
        try:
            await self._redis.publish(LIVE_CHANNEL, json.dumps(piece.wire()))
        except RedisError as error:
            logger.warning("Redis takes no live text: %s", error)

    async def relay(self, bell: Bell) -> None:
        """Passes on what comes, until cancelled."""
        while True:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(LIVE_CHANNEL)
                    async for message in subscription.listen():
                        if message["type"] == "message":
                            bell.ring(LIVE_CHANNEL, message["data"].decode())
            except RedisError as error:
                logger.warning("Redis brings no live text: %s", error)
            await asyncio.sleep(RETRY_SECONDS)

    async def aclose(self) -> None:
        await self._redis.aclose()
