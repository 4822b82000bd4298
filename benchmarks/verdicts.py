"""What the gate costs: a verdict under many rules and grants, and an allowed call until it starts.

python -m benchmarks.verdicts [--verdicts 2000] [--calls 200] [--rules 1000] [--grants 10000]
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from unittest.mock import patch
from uuid import UUID, uuid4

import psycopg
from langchain_core.messages import AIMessage
from rich.console import Console
from tests.mcp_servers import journal
from tests.mcp_servers.process import free_port
from tests.mcp_servers.process import running as running_server
from tests.running import catalogue_file

from benchmarks.policy_rows import HASH, Filled, fill
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.server_spec import ServerSpec
from interlock_platform import faults
from interlock_platform.database import conninfo
from interlock_platform.gate.artifacts.room import Room
from interlock_platform.gate.executor import Executor
from interlock_platform.gate.holding import Holding
from interlock_platform.gate.inputs import Inputs
from interlock_platform.gate.progress import Reports
from interlock_platform.gate.proposals import Proposals, RunGate
from interlock_platform.gate.samplings import Samplings
from interlock_platform.settings import Settings
from interlock_platform.tools.service import UserKey
from interlock_servers.embedded import EmbeddedPostgres
from interlock_servers.postgres_access import DATABASE, SUPERUSER
from interlock_servers.resources import Resources, open_resources
from interlock_servers.start_progress import StartProgress

WARM_UP = 30
STARTED = "call.before_send"
"""The fault point that is reached when `started` is committed and nothing was sent yet."""


@dataclass(frozen=True)
class Report:
    """Milliseconds; `looked_at` is how many rules and grants the longest trace of a verdict tells of."""

    rules: int
    grants: int
    looked_at: int
    insert_p50: float
    insert_p95: float
    verdict_p50: float
    verdict_p95: float
    call_p50: float
    call_p95: float
    listing_p50: float
    """What the server takes of a call's time before it starts: it is asked what it declares."""


async def measure(verdicts: int, calls: int, rules: int, grants: int) -> Report:
    async with opened() as (resources, superuser):
        filled = await fill(resources.database, rules, grants)
        async with await psycopg.AsyncConnection.connect(superuser, autocommit=True) as connection:
            await connection.execute("analyze")
            await connection.execute("create table bare (id uuid primary key, content text)")
            judged, looked_at, bare = await judge_calls(resources, filled, connection, verdicts)
            run, listing, more = await run_calls(resources, filled, connection, calls)
    return Report(
        rules=rules,
        grants=grants,
        looked_at=looked_at,
        insert_p50=percentile(bare + more, 50),
        insert_p95=percentile(bare + more, 95),
        verdict_p50=percentile(judged, 50),
        verdict_p95=percentile(judged, 95),
        call_p50=percentile(run, 50),
        call_p95=percentile(run, 95),
        listing_p50=percentile(listing, 50),
    )


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Resources, str]]:
    """What a process opens, with the journal server in its catalogue; and how Postgres is reached as the superuser."""
    with TemporaryDirectory(prefix="interlock-benchmark-") as directory:
        folder, port = Path(directory), free_port()
        # Where root runs it, Postgres runs as somebody else who has to pass through.
        folder.chmod(0o711)  # noqa: ASYNC240 - nothing else runs yet
        argv = [sys.executable, str(Path(journal.__file__)), "--journal", str(folder / "journal"), "--http", str(port)]
        with running_server(argv, port, folder / "log"):
            spec = ServerSpec("journal", "Journal", "http", url=f"http://127.0.0.1:{port}/mcp")
            async with EmbeddedPostgres(folder / "postgres") as access:
                settings = Settings(
                    _env_file=None,
                    data_dir=folder,
                    database_url=access.owner_url,
                    catalogue=catalogue_file(folder, spec),
                    log_level="warning",
                )
                async with open_resources(settings, StartProgress(Console(quiet=True))) as resources:
                    yield resources, conninfo(access.url(SUPERUSER, access.superuser_password, DATABASE))


async def judge_calls(
    resources: Resources, filled: Filled, connection: psycopg.AsyncConnection, times: int
) -> tuple[list[float], int, list[float]]:
    """Seconds of verdicts, half of them by rules and half by a grant, each beside a bare INSERT; the longest trace."""
    seconds, bare, looked_at = [], [], 0
    for number in range(WARM_UP + times):
        async with resources.database.transaction(filled.scope) as session:
            began = time.perf_counter()
            judged = await resources.judging.judge(
                session, server_id="journal", tool=("record", "asked")[number % 2], definition_hash=HASH,
                arguments={"value": f"value {number}"}, requester=filled.user_id, thread_id=filled.thread_id,
            )  # fmt: skip
            seconds.append(time.perf_counter() - began)
        assert judged.verdict.verdict == "allow", judged.verdict.decisive
        looked_at = max(looked_at, len(judged.verdict.trace))
        bare.append(await insert(connection))
    return seconds[WARM_UP:], looked_at, bare[WARM_UP:]


async def run_calls(
    resources: Resources, filled: Filled, connection: psycopg.AsyncConnection, times: int
) -> tuple[list[float], list[float], list[float]]:
    """Seconds from the model's message to `started`, of calls that rules allow, without those that the server takes to
    say what it declares; those; and a bare INSERT beside each."""
    key = UserKey(filled.tenant_id, filled.user_id)
    await resources.tools.connect(key, "journal")
    ledger = resources.proposer.ledger
    room = Room(resources.settings.artifact_mebibytes)
    inputs = Inputs(ledger, Samplings(resources.proposer, room), resources.settings.approval_minutes)
    holding = Holding(resources.database, ledger, inputs, resources.bell)
    executor = Executor(
        resources.database,
        resources.proposer,
        inputs,
        room,
        holding,
        Reports(resources.live),
        resources.tools,
        name="benchmark",
        timeout_seconds=60,
    )
    toolset = await resources.tools.current(key)
    proposals = Proposals(resources.database, resources.proposer, executor, resources.admission, resources.budgets)
    gate = RunGate(proposals, key, filled.thread_id, filled.run_id, toolset)
    handler = (await resources.tools.handlers.get(key)).handler
    seconds, listing, bare, ends = list[float](), list[float](), list[float](), list[float]()
    ask = handler.list_tools

    async def timed(server_id: str) -> tuple[ToolDefinition, ...]:
        began = time.perf_counter()
        declared = await ask(server_id)
        listing.append(time.perf_counter() - began)
        return declared

    def reached(point: str) -> None:
        if point == STARTED:
            ends.append(time.perf_counter())

    with patch.object(faults, "reach", reached), patch.object(handler, "list_tools", timed):
        for number in range(WARM_UP + times):
            call = {"id": f"call-{number}", "name": "journal__record", "args": {"value": f"value {number}"}}
            message = AIMessage(id=str(uuid4()), content="", tool_calls=[call])
            began = time.perf_counter()
            (proposed,) = await gate.propose(message)
            await gate.execute(proposed.call_id)  # type: ignore[union-attr]  # it is allowed, not refused
            seconds.append(ends[-1] - began - listing[-1])
            assert len(ends) == len(listing) == number + 1
            bare.append(await insert(connection))
    await executor.aclose()
    return seconds[WARM_UP:], listing[WARM_UP:], bare[WARM_UP:]


async def insert(connection: psycopg.AsyncConnection) -> float:
    """Seconds of one INSERT and its commit, and nothing else."""
    values: tuple[UUID, str] = (uuid4(), "x" * 200)
    began = time.perf_counter()
    await connection.execute("insert into bare values (%s, %s)", values)
    return time.perf_counter() - began


def percentile(seconds: list[float], percent: int) -> float:
    """In milliseconds."""
    return quantiles(seconds, n=100)[percent - 1] * 1000


def show(report: Report) -> str:
    lines = [
        f"{report.rules:,} rules, {report.grants:,} grants; a trace of {report.looked_at}",
        f"{'milliseconds':<34}{'p50':>8}{'p95':>8}{'x INSERT':>10}{'p95':>8}",
    ]
    for name, p50, p95, goal in (
        ("one bare INSERT", report.insert_p50, report.insert_p95, ""),
        ("a verdict", report.verdict_p50, report.verdict_p95, "   (goal: p95 at most 1)"),
        ("an allowed call, until it starts", report.call_p50, report.call_p95, "   (goal: p95 at most 10)"),
    ):
        ratios = f"{p50 / report.insert_p50:>10.2f}{p95 / report.insert_p95:>8.2f}"
        lines.append(f"  {name:<32}{p50:>8.2f}{p95:>8.2f}{ratios}{goal}")
    lines.append(f"  {'beside it, the server says what it declares':<43}{report.listing_p50:>5.2f} (p50)")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts", description=__doc__)
    parser.add_argument("--verdicts", type=int, default=2000)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--grants", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    report = asyncio.run(measure(options.verdicts, options.calls, options.rules, options.grants))
    print(json.dumps(asdict(report)) if options.json else show(report))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
