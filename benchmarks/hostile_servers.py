"""Servers for a benchmark, in a process of their own: `python -m benchmarks.hostile_servers GOOD` prints their ports.

The first GOOD ones answer as they should; the others each do their worst, once for every play there is. In life they
are on other machines, so theirs is a lower priority here.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from tests.mcp_servers import hostile_http as plays
from tests.mcp_servers.scripted import Play, scripted_server

from interlock_handlers.apart.remote import RemoteHandler
from interlock_handlers.server_errors import NotExecuted, OutcomeUnknown, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec

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


CALL_SECONDS = 5.0
PAUSE_SECONDS = 0.02
"""Between calls of a hostile server: the gate takes as long for one."""


@contextmanager
def ports(good: int) -> Iterator[list[int]]:
    """Of so many good servers, and of the hostile ones after them."""
    argv = [sys.executable, "-m", "benchmarks.hostile_servers", str(good)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            assert process.stdout is not None
            yield [int(port) for port in process.stdout.readline().split()]
        finally:
            process.kill()


@asynccontextmanager
async def tormented(handler: RemoteHandler, server_ids: Sequence[str]) -> AsyncIterator[None]:
    """Inside, each of these servers is called again and again, all at once."""
    tasks = [asyncio.create_task(torment(handler, server_id)) for server_id in server_ids]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def torment(handler: RemoteHandler, server_id: str) -> None:
    while True:
        try:
            await handler.call(server_id, "act", {}, CALL_SECONDS)
        except (ServerUnavailable, NotExecuted, OutcomeUnknown):
            # That is what it is there for.
            await asyncio.sleep(PAUSE_SECONDS)


def spec(server_id: str, port: int) -> ServerSpec:
    return ServerSpec(server_id, server_id, "http", url=f"http://127.0.0.1:{port}/mcp")


async def serve(good: int) -> None:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(scripted_server()) for _ in range(good + len(PLAYS))]
        for server, play in zip(servers[good:], PLAYS, strict=True):
            server.script["tools/call"] = [play]
        print(*(server.port for server in servers), flush=True)  # noqa: T201 - read by whoever started it
        await asyncio.Event().wait()


if __name__ == "__main__":
    os.nice(19)
    asyncio.run(serve(int(sys.argv[1])))
