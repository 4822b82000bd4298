"""What connections to MCP servers cost, and what hostile ones can do to the process that serves people.

python -m benchmarks.connections [--connections 100] [--seconds 15] [--json]
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from tests.mcp_servers import journal
from tests.mcp_servers.process import free_port, running

from benchmarks.hostile_servers import PLAYS, ports, spec, tormented
from benchmarks.verdicts import percentile
from interlock_handlers.apart.household import Household
from interlock_handlers.apart.remote import RemoteHandler
from interlock_handlers.server_spec import ServerSpec

TICK_SECONDS = 0.005
CALL_PAUSE_SECONDS = 0.1
"""Between calls of the good server: nobody has a hundred of them a second to make, and more wait for their turn."""


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
    first_after_kill: float
    grown_kib_here: float
    grown_kib_apart: float


async def measure(connections: int, seconds: float) -> Report:
    back = await first_call_after_kill()
    with ports(1) as (good, *bad), ports(connections) as many:
        async with kept() as household:
            handler = household.handler()
            await handler.connect(spec("first", good))
            took, each = await connect(household, many[:connections])
            before, apart_before = memory(), memory(household.pid)
            alone = await watched(handler, seconds)
            for number, port in enumerate(bad):
                await handler.connect(spec(f"hostile-{number}", port))
            async with tormented(handler, [f"hostile-{number}" for number in range(len(bad))]):
                hostile = await watched(handler, seconds)
            report = Report(
                connections=connections,
                connected=took * 1000,
                each_kib=each,
                servers=len(PLAYS),
                lag_p99_alone=percentile(alone.lags, 99),
                lag_p99_hostile=percentile(hostile.lags, 99),
                call_p50_alone=percentile(alone.calls, 50),
                call_p50_hostile=percentile(hostile.calls, 50),
                first_after_kill=back * 1000,
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


async def connect(household: Household, many: Sequence[int]) -> tuple[float, float]:
    """Seconds to connect all at once, and KiB that each takes in the process that keeps them."""
    handlers = [household.handler() for _ in many]
    before, began = memory(household.pid), time.perf_counter()
    await asyncio.gather(*(handler.connect(spec("one", port)) for handler, port in zip(handlers, many, strict=True)))
    took, each = time.perf_counter() - began, (memory(household.pid) - before) / len(many)
    await asyncio.gather(*(handler.aclose() for handler in handlers))
    return took, each


async def first_call_after_kill() -> float:
    """Seconds from the moment at which the killed server listens again."""
    with TemporaryDirectory(prefix="interlock-benchmark-") as directory:
        folder, port = Path(directory), free_port()
        argv = [sys.executable, str(Path(journal.__file__)), "--journal", str(folder / "journal"), "--http", str(port)]
        with running(argv, port, folder / "log") as server:
            async with kept() as household:
                handler = household.handler()
                await handler.connect(ServerSpec("journal", "Journal", "http", url=f"http://127.0.0.1:{port}/mcp"))
                await handler.call("journal", "record", {"value": "before"}, 20)
                with server.again():
                    began = time.perf_counter()
                    await handler.list_tools("journal")
                    await handler.call("journal", "record", {"value": "after"}, 20)
                    took = time.perf_counter() - began
                    await handler.aclose()
                    return took


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
    while len(found.calls) < 2 or time.perf_counter() < end:
        began = time.perf_counter()
        await handler.call("first", "act", {}, 60)
        found.calls.append(time.perf_counter() - began)
        await asyncio.sleep(CALL_PAUSE_SECONDS)
    await looking
    return found


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
            f"  the first call after kill -9 and restart: {report.first_after_kill:,.0f} ms (goal: at most 1,000)",
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
