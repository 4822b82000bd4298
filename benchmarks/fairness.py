"""What 500 queued runs of one tenant do to a single run of another.

python -m benchmarks.fairness [--runs 500] [--times 10]
"""

import argparse
import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from statistics import median

from benchmarks.instant_model import InstantModel
from benchmarks.serving import Client, interlock, query

WARM_UP = 5


@dataclass(frozen=True)
class Report:
    """Seconds that a run of the one who has few takes, alone and behind the others' queue; `left` were still queued."""

    runs: int
    quiet: float
    behind: float
    worst: float
    left: int

    @property
    def delay(self) -> float:
        return self.worst - self.quiet


async def measure(runs: int, times: int, seconds_per_piece: float) -> Report:
    """Each answer is 10 pieces, `seconds_per_piece` apart."""
    async with AsyncExitStack() as stack:
        serving = await stack.enter_async_context(interlock(InstantModel(seconds_per_piece=seconds_per_piece)))
        many = await stack.enter_async_context(Client.signed_in(serving.base_url, "alice"))
        few = await stack.enter_async_context(Client.signed_in(serving.base_url, "mallory"))
        thread = await few.new_thread()
        for _ in range(WARM_UP):
            await few.turn(thread, "Hello")
        quiet = [(await few.turn(thread, "Hello")).end for _ in range(times)]
        threads = [await many.new_thread() for _ in range(runs)]
        burst = [asyncio.create_task(many.turn(each, "Hello")) for each in threads]
        queued = "select count(*) from runs where state = 'queued'"
        # All of them are accepted before the one is said.
        while (await query(serving.superuser, "select count(*) from runs"))[0][0] < runs + WARM_UP + times:  # noqa: ASYNC110 - a table tells of no event
            await asyncio.sleep(0.05)
        behind: list[float] = []
        left = (await query(serving.superuser, queued))[0][0]
        while len(behind) < times and not all(task.done() for task in burst):
            behind.append((await few.turn(thread, "Hello")).end)
        await asyncio.gather(*burst)
    return Report(runs, median(quiet), median(behind), max(behind), left)


def show(report: Report) -> str:
    return "\n".join((
        f"{report.runs} runs of one tenant at once, {report.left} of them queued when the other's first run began",
        f"a run of the other, alone    {report.quiet:8.3f} s",
        f"behind them, median          {report.behind:8.3f} s   x {report.behind / report.quiet:.1f}",
        f"behind them, worst           {report.worst:8.3f} s   {report.delay:+.3f} s   (goal: at most + 1 s)",
    ))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seconds-per-piece", type=float, default=0.1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    report = asyncio.run(measure(options.runs, options.times, options.seconds_per_piece))
    print(json.dumps(asdict(report)) if options.json else show(report))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
