"""A process that shares the embedded Postgres of a directory until its standard input ends."""

import asyncio
import sys
from pathlib import Path

from interlock_servers.embedded import EmbeddedPostgres


async def hold(directory: Path) -> None:
    postgres = EmbeddedPostgres(directory)
    async with postgres as access:
        print(postgres.pid, access.owner_url, flush=True)  # noqa: T201 - it is the answer to the test
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(hold(Path(sys.argv[1])))
