"""Everything that a process opens, in the order in which it is needed, closed in the opposite one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from interlock_handlers.outbound.outbound import Outbound
from interlock_platform.audit.service import Trail
from interlock_platform.audit.signing import Signer
from interlock_platform.chat.ending import Ending
from interlock_platform.chat.service import Chat
from interlock_platform.chat.threads import Threads
from interlock_platform.credentials.service import Credentials
from interlock_platform.database import OPERATOR_ROLE, QUEUE_ROLE, RUNTIME_ROLE, Database, conninfo, with_role
from interlock_platform.gate.decisions import Decisions
from interlock_platform.gate.expiry import Expiry
from interlock_platform.gate.inbox import Inbox
from interlock_platform.gate.ledger import Ledger
from interlock_platform.gate.proposer import Proposer
from interlock_platform.gate.sign_ins import SignIns
from interlock_platform.grants.service import Grants
from interlock_platform.holdings.erasing.eraser import Eraser
from interlock_platform.holdings.exporting.exporter import Exporter
from interlock_platform.holdings.retaining.retention import Retaining
from interlock_platform.identity.programs.tokens import Tokens
from interlock_platform.identity.store import SESSION_CHANNEL
from interlock_platform.keys.service import Keys
from interlock_platform.limits.admission import Admission
from interlock_platform.limits.budgets import Budgets
from interlock_platform.limits.knowing import Knowing
from interlock_platform.limits.operator import OperatorLimits, read_operator_limits
from interlock_platform.limits.rates import Rates
from interlock_platform.limits.reports import Reports
from interlock_platform.limits.setting import LimitSetting
from interlock_platform.logins.clients import Clients, our_client
from interlock_platform.logins.service import Logins
from interlock_platform.members.service import Members
from interlock_platform.migrate import migrate, role_password
from interlock_platform.policy.judging import Judging
from interlock_platform.policy.operator import install_policies, read_policies
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.live import LIVE_CHANNEL, LiveWriter, PostgresLive
from interlock_platform.runs.queue import Queue
from interlock_platform.runs.store import CANCEL_CHANNEL, THREAD_CHANNEL, USER_CHANNEL
from interlock_platform.secret_key import load_secret_key, load_vault_keys
from interlock_platform.settings import Settings
from interlock_platform.tools.catalogue import load_catalogue
from interlock_platform.tools.following import Following
from interlock_platform.tools.service import Tools
from interlock_platform.vault.keyring import Keyring
from interlock_platform.vault.service import Vault
from interlock_servers.connecting import Apart, Inside
from interlock_servers.owner_url import owner_url
from interlock_servers.start_progress import StartProgress

logger = logging.getLogger(__name__)

CHANNELS = (THREAD_CHANNEL, USER_CHANNEL, CANCEL_CHANNEL, LIVE_CHANNEL, SESSION_CHANNEL)
BLOCKING_THREADS = 64
"""Some providers' clients block a thread for as long as they stream."""


@dataclass(frozen=True)
class Resources:
    """What the doors are made of, and what a worker builds on."""

    settings: Settings
    runtime_url: str
    queue_url: str
    database: Database
    queue: Queue
    bell: Bell
    live: LiveWriter
    trail: Trail
    outbound: Outbound
    vault: Vault
    tools: Tools
    logins: Logins
    judging: Judging
    proposer: Proposer
    ending: Ending
    inbox: Inbox
    decisions: Decisions
    expiry: Expiry
    grants: Grants
    chat: Chat
    threads: Threads
    members: Members
    operator_limits: OperatorLimits
    admission: Admission
    budgets: Budgets
    reports: Reports
    limit_setting: LimitSetting
    exporter: Exporter
    eraser: Eraser
    retaining: Retaining
    keys: Keys
    tokens: Tokens


@asynccontextmanager
async def open_resources(settings: Settings, progress: StartProgress) -> AsyncIterator[Resources]:
    """Opens Postgres, brings it up to date, and makes the features on it. Raises what an operator can mend."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(BLOCKING_THREADS))
    catalogue = load_catalogue(settings.catalogue, settings.data_dir)
    policies = read_policies(settings.policies, catalogue.entries)
    operator_limits = read_operator_limits(settings.limits)
    async with AsyncExitStack() as stack:
        with progress.step("Starting Postgres", "Postgres ready"):
            owner = await stack.enter_async_context(owner_url(settings))
        with progress.step("Migrating the database", "Database up to date"):
            secret = load_secret_key(settings)
            await migrate(owner, secret)
        runtime = settings.database_runtime_url or with_role(owner, RUNTIME_ROLE, role_password(secret, RUNTIME_ROLE))
        queue_url = with_role(owner, QUEUE_ROLE, role_password(secret, QUEUE_ROLE))
        database = Database.connect(runtime)
        stack.push_async_callback(database.close)
        operator = Database.connect(with_role(owner, OPERATOR_ROLE, role_password(secret, OPERATOR_ROLE)), pool_size=1)
        stack.push_async_callback(operator.close)
        await install_policies(database, owner, policies)
        queue = Queue(queue_url)
        await stack.enter_async_context(queue.app.open_async())
        bell = Bell(conninfo(runtime), CHANNELS)
        await in_background(stack, bell.run())
        await bell.listening.wait()
        rates = Rates(database)
        knowing = Knowing(database, operator_limits, rates)
        await in_background(stack, knowing.follow(bell))
        budgets = Budgets(database, knowing, operator_limits, settings.model)
        admission = Admission(database, knowing, rates, budgets)
        judging, outbound = Judging(), Outbound(catalogue.allowed)
        vault = Vault(Keyring(load_vault_keys(settings)))
        credentials = Credentials(database, vault, outbound)
        stack.push_async_callback(credentials.keeper.aclose)
        connecting = Apart(catalogue.allowed) if settings.connections == "apart" else Inside(outbound)
        stack.push_async_callback(connecting.aclose)
        tools = Tools(database, catalogue, secret, judging.usual_verdicts, connecting.handler, credentials, queue)
        stack.push_async_callback(tools.handlers.aclose)
        await in_background(stack, tools.handlers.sweep())
        await in_background(stack, Following(tools, bell).run())
        server_names = {server_id: entry.spec.name for server_id, entry in catalogue.entries.items()}
        ledger = Ledger(queue, server_names)
        ending = Ending(ledger, queue)
        grants = Grants(database, judging, server_names)
        members = Members(database, ending, timedelta(minutes=settings.session_idle_minutes))
        specs = [entry.spec for entry in catalogue.entries.values()]
        proposer = Proposer(ledger, judging, tools, settings.approval_minutes)
        yield Resources(
            settings=settings,
            runtime_url=runtime,
            queue_url=queue_url,
            database=database,
            queue=queue,
            bell=bell,
            live=await _live(stack, settings, database, bell),
            trail=Trail(database, Signer(secret)),
            outbound=outbound,
            vault=vault,
            tools=tools,
            logins=Logins(
                database,
                credentials.keeper,
                Clients(database, vault, our_client(settings.base_url)),
                tools,
                SignIns(database, ledger),
                outbound,
                secret,
            ),
            judging=judging,
            proposer=proposer,
            ending=ending,
            inbox=Inbox(database, ledger),
            decisions=Decisions(database, proposer, grants, tools, recent=timedelta(minutes=settings.step_up_minutes)),
            expiry=Expiry(database, ledger, settings.approval_minutes),
            grants=grants,
            chat=Chat(database, queue, ending, admission),
            threads=Threads(database, queue, ending),
            members=members,
            keys=Keys(database, ending),
            tokens=Tokens(secret, settings.base_url),
            operator_limits=operator_limits,
            admission=admission,
            budgets=budgets,
            reports=Reports(database, knowing, operator_limits, budgets),
            limit_setting=LimitSetting(database, knowing),
            exporter=Exporter(database, queue),
            eraser=Eraser(database, operator, queue, members, specs),
            retaining=Retaining(database, operator, queue),
        )


async def _live(stack: AsyncExitStack, settings: Settings, database: Database, bell: Bell) -> LiveWriter:
    if settings.redis_url is None:
        return PostgresLive(database)
    # Only where it is used: a start without Redis should not pay for its client.
    from interlock_platform.runs.live_redis import RedisLive

    live = RedisLive(settings.redis_url)
    stack.push_async_callback(live.aclose)
    await in_background(stack, live.relay(bell))
    return live


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
