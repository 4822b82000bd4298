"""The worker: takes jobs and drives what they name to rest."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from rich.console import Console

from interlock_platform.runs.queue import ADVANCE, EXECUTE, EXPIRE, TryAgain
from interlock_platform.settings import Settings
from interlock_servers.resources import Resources, in_background, open_resources
from interlock_servers.start_progress import StartProgress

logger = logging.getLogger(__name__)

CONCURRENCY = 50
POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 1.0
GRACEFUL_SECONDS = 5.0
RESTART_SECONDS = 1.0


def register_tasks(app: App, resources: Resources) -> None:
    """What a worker does for each kind of job."""

    @app.task(name=ADVANCE, retry=TryAgain())
    async def advance(tenant_id: str, thread_id: str) -> None:
        await resources.driver.drive(UUID(tenant_id), UUID(thread_id))

    @app.task(name=EXECUTE, retry=TryAgain())
    async def execute(tenant_id: str, call_id: str) -> None:
        await resources.executor.execute(UUID(tenant_id), UUID(call_id))

    @app.task(name=EXPIRE, retry=TryAgain())
    async def expire(tenant_id: str, call_id: str) -> None:
        await resources.decisions.expire(UUID(tenant_id), UUID(call_id))


@asynccontextmanager
async def working(resources: Resources) -> AsyncIterator[None]:
    """Works on jobs while the block runs; at its end, jobs under way get a few seconds, then are handed on."""
    register_tasks(resources.queue.app, resources)
    async with AsyncExitStack() as stack:
        await in_background(stack, resources.stops.obey(resources.bell))
        await in_background(stack, resources.liveness.keep())
        await in_background(stack, _work(resources))
        yield


async def _work(resources: Resources) -> None:
    while True:
        try:
            await resources.queue.app.run_worker_async(
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                shutdown_graceful_timeout=GRACEFUL_SECONDS,
                delete_jobs="successful",
                install_signal_handlers=False,
                worker_middleware=[resources.liveness.vouch],
            )
        except ConnectorException as error:
            if cancelled():
                # Its end was asked for, and only the last words of it could not be written.
                raise asyncio.CancelledError from error
            logger.warning("The queue can't be reached: %s", error.__cause__)
        await resources.liveness.forget()
        # A worker ends by itself when Postgres goes away; it begins again until it is stopped.
        await asyncio.sleep(RESTART_SECONDS)


def cancelled() -> bool:
    """Whether somebody asked this task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def run(settings: Settings) -> None:
    """`interlock worker`: until SIGINT or SIGTERM."""
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    console = Console(stderr=True)
    progress = StartProgress(console)
    async with open_resources(settings, progress) as resources, working(resources):
        console.print(f"The worker is ready in {progress.seconds:.1f} s")
        await until_stopped()


async def until_stopped() -> None:
    """Returns at the first SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
