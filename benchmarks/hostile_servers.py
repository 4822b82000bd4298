"""Servers for a benchmark, in a process of their own: `python -m benchmarks.hostile_servers GOOD` prints their ports.

The first GOOD ones answer as they should; the others each do their worst, once for every play there is.
"""

import asyncio
import sys
from contextlib import AsyncExitStack

from tests.mcp_servers import hostile_http as plays
from tests.mcp_servers.scripted import Play, scripted_server

PLAYS: tuple[Play, ...] = (
    plays.two_hundred_megabytes,
    plays.endless_body,
    plays.endless_comments,
    plays.an_event_of_48_mb,
    plays.a_million_notifications,
    plays.a_million_requests,
    plays.tiny_pieces,
    plays.a_byte_now_and_then,
    plays.silence,
    plays.a_gzip_bomb,
    plays.broken_off_for_ever,
    plays.progress_beyond_numbers,
    plays.answered_twice,
    *map(plays.answers, (plays.DEEP, plays.SURROGATE, plays.NAN, plays.NOT_UTF8, plays.WRONG_ID, plays.BATCH)),
    plays.answers(plays.LONG_ERROR),
)


async def serve(good: int) -> None:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(scripted_server()) for _ in range(good + len(PLAYS))]
        for server, play in zip(servers[good:], PLAYS, strict=True):
            server.script["tools/call"] = [play]
        print(*(server.port for server in servers), flush=True)  # noqa: T201 - read by whoever started it
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
