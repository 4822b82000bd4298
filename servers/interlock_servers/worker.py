"""The worker as a process of its own."""

import asyncio

from rich.console import Console

from interlock_platform.settings import Settings
from interlock_servers.resources import open_resources
from interlock_servers.start_progress import StartProgress
from interlock_servers.stopping import until_stopped
from interlock_servers.working import working


def run(settings: Settings) -> None:
    """`interlock worker`: until SIGINT or SIGTERM."""
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    console = Console(stderr=True)
    progress = StartProgress(console)
    async with open_resources(settings, progress) as resources, working(resources, progress):
        console.print(f"The worker is ready in {progress.seconds:.1f} s")
        await until_stopped()
