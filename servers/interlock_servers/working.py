"""Working on jobs: what a process needs for it beside the doors, and the loop that takes jobs out of the queue."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from procrastinate import App
from procrastinate.exceptions import ConnectorException

from interlock_handlers.llm import LLMHandler
from interlock_handlers.models import DEMO, load_model
from interlock_handlers.registry import Registry
from interlock_handlers.sandbox.probe import containment as strongest
from interlock_platform import faults
from interlock_platform.chat.driver import Driver
from interlock_platform.chat.threads import Threads
from interlock_platform.chat.titles import Titles
from interlock_platform.database import conninfo
from interlock_platform.gate.artifacts.room import Room
from interlock_platform.gate.executor import Executor
from interlock_platform.gate.expiry import Expiry
from interlock_platform.gate.holding import Holding
from interlock_platform.gate.inputs import Inputs
from interlock_platform.gate.progress import Reports
from interlock_platform.gate.proposals import Proposals
from interlock_platform.gate.revalidation import Revalidation
from interlock_platform.gate.samplings import Samplings
from interlock_platform.gate.writer import Writer
from interlock_platform.holdings.erasing.eraser import Eraser
from interlock_platform.holdings.exporting.exporter import Exporter
from interlock_platform.holdings.retaining.retention import Retaining
from interlock_platform.runs.checkpoints import TenantSaver, checkpoint_pool
from interlock_platform.runs.fair import PLACES
from interlock_platform.runs.queue import (
    ADVANCE,
    ENTITLE,
    ERASE,
    EXECUTE,
    EXPIRE,
    EXPORT,
    REMOVE,
    REVALIDATE,
    SWEEP,
    SWEEP_ALL,
    WRITE,
    TryAgain,
)
from interlock_platform.runs.recovery import Liveness
from interlock_platform.runs.stops import Stops
from interlock_platform.tools.service import UserKey
from interlock_servers.resources import Resources, in_background
from interlock_servers.start_progress import StartProgress

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 1.0
GRACEFUL_SECONDS = 5.0
RESTART_SECONDS = 1.0
DAILY = "17 3 * * *"
"""When organisations are swept of what they keep no longer, in UTC."""


@dataclass(frozen=True)
class Work:
    """What does each kind of job."""

    driver: Driver
    executor: Executor
    writer: Writer
    expiry: Expiry
    revalidation: Revalidation
    titles: Titles
    threads: Threads

    def register(self, app: App) -> None:
        @app.task(name=ADVANCE, retry=TryAgain())
        async def advance(tenant_id: str, thread_id: str) -> None:
            faults.reach("advance.begin")
            await self.driver.drive(UUID(tenant_id), UUID(thread_id))

        @app.task(name=EXECUTE, retry=TryAgain())
        async def execute(tenant_id: str, call_id: str) -> None:
            faults.reach("execute.begin")
            await self.executor.execute(UUID(tenant_id), UUID(call_id))

        @app.task(name=WRITE, retry=TryAgain())
        async def write(tenant_id: str, call_id: str) -> None:
            await self.writer.write(UUID(tenant_id), UUID(call_id))

        @app.task(name=EXPIRE, retry=TryAgain())
        async def expire(tenant_id: str, call_id: str) -> None:
            faults.reach("expire.begin")
            await self.expiry.expire(UUID(tenant_id), UUID(call_id))

        @app.task(name=REVALIDATE, retry=TryAgain())
        async def revalidate(tenant_id: str, user_id: str) -> None:
            await self.revalidation.revalidate(UUID(tenant_id), UUID(user_id))

        @app.task(name=ENTITLE, retry=TryAgain())
        async def entitle(tenant_id: str, thread_id: str) -> None:
            await self.titles.entitle(UUID(tenant_id), UUID(thread_id))

        @app.task(name=REMOVE, retry=TryAgain())
        async def remove(tenant_id: str, thread_id: str) -> None:
            await self.threads.remove(UUID(tenant_id), UUID(thread_id))


@dataclass(frozen=True)
class Housekeeping:
    """What does the jobs that are about what is held."""

    exporter: Exporter
    eraser: Eraser
    retaining: Retaining

    def register(self, app: App) -> None:
        @app.task(name=EXPORT, retry=TryAgain())
        async def export(tenant_id: str, job_id: str) -> None:
            await self.exporter.export(UUID(tenant_id), UUID(job_id))

        @app.task(name=ERASE, retry=TryAgain())
        async def erase(tenant_id: str, job_id: str) -> None:
            await self.eraser.erase(UUID(tenant_id), UUID(job_id))

        @app.task(name=SWEEP, retry=TryAgain())
        async def sweep(tenant_id: str) -> None:
            await self.retaining.sweep(UUID(tenant_id))

        # Of no tenant, and in the turn of one that there is not.
        @app.periodic(cron=DAILY, task_kwargs={"tenant_id": str(UUID(int=0))})
        @app.task(name=SWEEP_ALL, retry=TryAgain())
        async def sweep_all(timestamp: int, tenant_id: str) -> None:
            await self.retaining.sweep_all()


@asynccontextmanager
async def working(resources: Resources, progress: StartProgress) -> AsyncIterator[None]:
    """Works on jobs while the block runs; at its end, jobs under way get a few seconds, then are handed on.

    Raises UnknownModel.
    """
    settings, database = resources.settings, resources.database
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    with progress.step("Loading the model", f"Model {settings.model} loaded"):
        model = await asyncio.to_thread(load_model, settings.model, base_url=settings.model_base_url, api_key=key)
    with progress.step("Looking for what holds commands", "Commands are held") as step:
        containment = await asyncio.to_thread(strongest)
        step.done = f"Commands are held by {containment.name}"
    async with AsyncExitStack() as stack:
        checkpoints = await stack.enter_async_context(checkpoint_pool(resources.runtime_url))

        async def make_llm(user: UserKey) -> LLMHandler:
            return LLMHandler(model, TenantSaver(checkpoints, user.tenant_id))

        llms: Registry[UserKey, LLMHandler] = Registry(make_llm)
        await in_background(stack, llms.sweep())
        liveness, stops = Liveness(conninfo(resources.queue_url)), Stops(database)
        room = Room(settings.artifact_mebibytes)
        inputs = Inputs(resources.proposer.ledger, Samplings(resources.proposer, room), settings.approval_minutes)
        executor = Executor(
            database,
            resources.proposer,
            inputs,
            room,
            Holding(database, resources.proposer.ledger, inputs, resources.bell),
            Reports(resources.live),
            resources.tools,
            name=liveness.process_name,
            timeout_seconds=settings.call_timeout_seconds,
        )
        stack.push_async_callback(executor.aclose)
        writer = Writer(
            database,
            resources.proposer,
            inputs,
            llms,
            executor.stopping,
            resources.budgets,
            model=settings.model,
            name=liveness.process_name,
        )
        stack.push_async_callback(writer.aclose)
        proposals = Proposals(database, resources.proposer, executor, resources.admission, resources.budgets)
        titles = Titles(database, resources.queue, llms, by_model=settings.titles == "model" and settings.model != DEMO)
        driver = Driver(database, llms, proposals, resources.ending, resources.live, stops, titles)
        revalidation = Revalidation(database, resources.proposer.ledger, resources.tools.servers)
        Housekeeping(resources.exporter, resources.eraser, resources.retaining).register(resources.queue.app)
        work = Work(driver, executor, writer, resources.expiry, revalidation, titles, resources.threads)
        work.register(resources.queue.app)
        await in_background(stack, stops.obey(resources.bell))
        await in_background(stack, executor.stopping.obey(resources.bell))
        await in_background(stack, liveness.keep())
        await in_background(stack, _take_jobs(resources.queue.app, liveness))
        yield


async def _take_jobs(app: App, liveness: Liveness) -> None:
    while True:
        try:
            await app.run_worker_async(
                concurrency=PLACES,
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                shutdown_graceful_timeout=GRACEFUL_SECONDS,
                delete_jobs="successful",
                install_signal_handlers=False,
                worker_middleware=[liveness.vouch],
            )
        except ConnectorException as error:
            if cancelled():
                # Its end was asked for, and only the last words of it could not be written.
                raise asyncio.CancelledError from error
            logger.warning("The queue can't be reached: %s", error.__cause__)
        await liveness.forget()
        # A worker ends by itself when Postgres goes away; it begins again until it is stopped.
        await asyncio.sleep(RESTART_SECONDS)


def cancelled() -> bool:
    """Whether somebody asked this task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
