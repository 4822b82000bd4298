"""What connections to MCP servers cost, and what hostile ones can do to the process that serves people.

python -m benchmarks.connections [--connections 100] [--seconds 15] [--json]
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass

import psutil

from benchmarks.hostile_servers import PLAYS
from benchmarks.verdicts import percentile
from interlock_handlers.apart.household import Household
from interlock_handlers.apart.remote import RemoteHandler
from interlock_handlers.server_errors import NotExecuted, OutcomeUnknown, ServerUnavailable
from interlock_handlers.server_spec import ServerSpec

CALL_SECONDS = 5.0
TICK_SECONDS = 0.005


@dataclass(frozen=True)
class Report:
    """Times in milliseconds, memory in KiB; `hostile` is beside as many hostile servers as `servers` says."""

    connections: int
    connected: float
    each_kib: float
    servers: int
    lag_p99_alone: float
    lag_p99_hostile: float
    call_p50_alone: float
    call_p50_hostile: float
    grown_kib_here: float
    grown_kib_apart: float


async def measure(connections: int, seconds: float) -> Report:
    with ports(1) as ((good, *bad), _), ports(connections) as (many, _):
        async with kept() as household:
            handler = household.handler()
            await handler.connect(spec("first", good))
            took, each = await connect(household, many[:connections])
            before, apart_before = memory(), memory(household.pid)
            alone = await watched(handler, seconds)
            for number, port in enumerate(bad):
                await handler.connect(spec(f"hostile-{number}", port))
            tormenting = [
                asyncio.create_task(torment(handler, f"hostile-{number}")) for number in range(len(PLAYS))
            ]  # fmt: skip
            hostile = await watched(handler, seconds)
            for task in tormenting:
                task.cancel()
            await asyncio.gather(*tormenting, return_exceptions=True)
            report = Report(
                connections=connections,
                connected=took * 1000,
                each_kib=each,
                servers=len(PLAYS),
                lag_p99_alone=percentile(alone.lags, 99),
                lag_p99_hostile=percentile(hostile.lags, 99),
                call_p50_alone=percentile(alone.calls, 50),
                call_p50_hostile=percentile(hostile.calls, 50),
                grown_kib_here=memory() - before,
                grown_kib_apart=memory(household.pid) - apart_before,
            )
            await handler.aclose()
            return report


@asynccontextmanager
async def kept() -> AsyncIterator[Household]:
    household = Household([sys.executable, "-m", "interlock_servers.connections"], [])
    running = asyncio.create_task(household.run())
    yield household
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@contextmanager
def ports(good: int) -> Iterator[tuple[list[int], int]]:
    """Of so many good servers, and of the hostile ones after them; and the id of their process."""
    argv = [sys.executable, "-m", "benchmarks.hostile_servers", str(good)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            assert process.stdout is not None
            yield [int(port) for port in process.stdout.readline().split()], process.pid
        finally:
            process.kill()


async def connect(household: Household, many: Sequence[int]) -> tuple[float, float]:
    """Seconds to connect all at once, and KiB that each takes in the process that keeps them."""
    handlers = [household.handler() for _ in many]
    before, began = memory(household.pid), time.perf_counter()
    await asyncio.gather(*(handler.connect(spec("one", port)) for handler, port in zip(handlers, many, strict=True)))
    took, each = time.perf_counter() - began, (memory(household.pid) - before) / len(many)
    await asyncio.gather(*(handler.aclose() for handler in handlers))
    return took, each


@dataclass(frozen=True)
class Watched:
    """Seconds: how much later than it should this loop came to its work, and how long calls of a good server took."""

    lags: list[float]
    calls: list[float]


async def watched(handler: RemoteHandler, seconds: float) -> Watched:
    end, found = time.perf_counter() + seconds, Watched([], [])

    async def look() -> None:
        while time.perf_counter() < end:
            began = time.perf_counter()
            await asyncio.sleep(TICK_SECONDS)
            found.lags.append(time.perf_counter() - began - TICK_SECONDS)

    looking = asyncio.create_task(look())
    while time.perf_counter() < end:
        began = time.perf_counter()
        await handler.call("first", "act", {}, 60)
        found.calls.append(time.perf_counter() - began)
    await looking
    return found


async def torment(handler: RemoteHandler, server_id: str) -> None:
    """Calls a hostile server for as long as it lasts."""
    while True:
        try:
            await handler.call(server_id, "act", {}, CALL_SECONDS)
        except (ServerUnavailable, NotExecuted, OutcomeUnknown):
            await asyncio.sleep(TICK_SECONDS)


def spec(server_id: str, port: int) -> ServerSpec:
    return ServerSpec(server_id, server_id, "http", url=f"http://127.0.0.1:{port}/mcp")


def memory(pid: int | None = None) -> float:
    """KiB of a process, of this one if not said."""
    return float(psutil.Process(pid).memory_info().rss) / 1024


def show(report: Report) -> str:
    calls = report.call_p50_hostile / report.call_p50_alone
    lags = report.lag_p99_hostile / report.lag_p99_alone
    return "\n".join(
        (
            f"{report.connections} connections at once: {report.connected:,.0f} ms (goal: at most 2,000), "
            f"{report.each_kib:,.0f} KiB each (goal: at most 150)",
            f"{'beside ' + str(report.servers) + ' hostile servers':<44}{'alone':>10}{'hostile':>10}{'ratio':>8}",
            f"  {'lag of the loop that serves people, p99, ms':<42}{report.lag_p99_alone:>10.1f}"
            f"{report.lag_p99_hostile:>10.1f}{lags:>8.2f}   (goal: below 100)",
            f"  {'a call of another server, p50, ms':<42}{report.call_p50_alone:>10.1f}"
            f"{report.call_p50_hostile:>10.1f}{calls:>8.2f}",
            f"  memory grown, MiB: {report.grown_kib_here / 1024:.1f} here (goal: below 64), "
            f"{report.grown_kib_apart / 1024:.1f} in the process that keeps connections",
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.connections", description=__doc__)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    report = asyncio.run(measure(options.connections, options.seconds))
    print(json.dumps(asdict(report)) if options.json else show(report))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
