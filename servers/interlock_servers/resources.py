"""Everything that a process opens, in the order in which it is needed, closed in the opposite one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from interlock_handlers.llm import LLMHandler
from interlock_handlers.models import load_model
from interlock_handlers.registry import Registry
from interlock_platform.chat.driver import Driver
from interlock_platform.chat.ending import Ending
from interlock_platform.chat.service import Chat
from interlock_platform.database import QUEUE_ROLE, RUNTIME_ROLE, Database, conninfo, with_role
from interlock_platform.gate.decisions import Decisions
from interlock_platform.gate.executor import Executor
from interlock_platform.gate.ledger import Ledger
from interlock_platform.gate.proposals import Proposals
from interlock_platform.migrate import migrate, role_password
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.checkpoints import TenantSaver, checkpoint_pool
from interlock_platform.runs.live import LIVE_CHANNEL, LiveWriter, PostgresLive
from interlock_platform.runs.queue import Queue
from interlock_platform.runs.recovery import Liveness
from interlock_platform.runs.stops import Stops
from interlock_platform.runs.store import CANCEL_CHANNEL, THREAD_CHANNEL, USER_CHANNEL
from interlock_platform.secret_key import load_secret_key
from interlock_platform.settings import Settings
from interlock_platform.tools.catalogue import load_catalogue
from interlock_platform.tools.service import Tools, UserKey
from interlock_servers.owner_url import owner_url
from interlock_servers.start_progress import StartProgress

logger = logging.getLogger(__name__)

BLOCKING_THREADS = 64
"""Some providers' clients block a thread for as long as they stream."""


@dataclass(frozen=True)
class Resources:
    """What doors and workers are made of."""

    settings: Settings
    database: Database
    queue: Queue
    bell: Bell
    stops: Stops
    liveness: Liveness
    tools: Tools
    decisions: Decisions
    executor: Executor
    chat: Chat
    driver: Driver


@asynccontextmanager
async def open_resources(settings: Settings, progress: StartProgress) -> AsyncIterator[Resources]:
    """Opens Postgres, brings it up to date, and makes the features on it. Raises what an operator can mend."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(BLOCKING_THREADS))
    catalogue = load_catalogue(settings.catalogue, settings.data_dir)
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    async with AsyncExitStack() as stack:
        with progress.step("Starting Postgres", "Postgres ready"):
            owner = await stack.enter_async_context(owner_url(settings))
        with progress.step("Migrating the database", "Database up to date"):
            secret = load_secret_key(settings)
            await migrate(owner, secret)
        with progress.step("Loading the model", f"Model {settings.model} loaded"):
            model = await asyncio.to_thread(load_model, settings.model, base_url=settings.model_base_url, api_key=key)
        runtime = settings.database_runtime_url or with_role(owner, RUNTIME_ROLE, role_password(secret, RUNTIME_ROLE))
        queue_url = with_role(owner, QUEUE_ROLE, role_password(secret, QUEUE_ROLE))
        database = Database.connect(runtime)
        stack.push_async_callback(database.close)
        checkpoints = checkpoint_pool(runtime)
        await stack.enter_async_context(checkpoints)
        queue = Queue(queue_url)
        await stack.enter_async_context(queue.app.open_async())
        bell = Bell(conninfo(runtime), (THREAD_CHANNEL, USER_CHANNEL, CANCEL_CHANNEL, LIVE_CHANNEL))
        await in_background(stack, bell.run())
        await bell.listening.wait()

        live: LiveWriter = PostgresLive(database)
        if settings.redis_url is not None:
            # Only where it is used: a start without Redis should not pay for its client.
            from interlock_platform.runs.live_redis import RedisLive

            live = by_redis = RedisLive(settings.redis_url)
            stack.push_async_callback(by_redis.aclose)
            await in_background(stack, by_redis.relay(bell))

        tools = Tools(database, catalogue)
        stack.push_async_callback(tools.handlers.aclose)
        await in_background(stack, tools.handlers.sweep())

        async def make_llm(user: UserKey) -> LLMHandler:
            return LLMHandler(model, TenantSaver(checkpoints, user.tenant_id))

        llms: Registry[UserKey, LLMHandler] = Registry(make_llm)
        await in_background(stack, llms.sweep())
        ledger = Ledger(queue, {spec.id: spec.name for spec in catalogue.values()})
        liveness = Liveness(conninfo(queue_url))
        seconds = settings.call_timeout_seconds
        executor = Executor(database, ledger, tools, name=liveness.process_name, timeout_seconds=seconds)
        stack.push_async_callback(executor.aclose)
        proposals = Proposals(database, ledger, executor, settings.approval_minutes)
        ending, stops = Ending(ledger, queue), Stops(database)
        yield Resources(
            settings=settings,
            database=database,
            queue=queue,
            bell=bell,
            stops=stops,
            liveness=liveness,
            tools=tools,
            decisions=Decisions(database, ledger),
            executor=executor,
            chat=Chat(database, queue, ending),
            driver=Driver(database, llms, proposals, ending, live, stops, checkpoints),
        )


async def in_background(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Runs until the stack closes."""
    task = asyncio.create_task(work)
    task.add_done_callback(_tell_if_broken)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)


def _tell_if_broken(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("Something that has to run has ended", exc_info=error)
