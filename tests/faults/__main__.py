"""python -m tests.faults [--each N] [--random N] [--lanes N] [--seed N] [--plan NAME]: kills at full length.

It goes on where it stopped, as long as the seed is the same; `--plan` plays one plan of an earlier run again.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from interlock_platform.faults import POINTS
from tests.faults.campaign import Goal, a_postgres, long_run
from tests.faults.ground import a_ground
from tests.faults.lane import a_lane
from tests.faults.plans import named
from tests.faults.report import RANDOM, Report, told

LINES_EVERY = 50


class Shown:
    """The tallies as they grow: a table on a terminal, now and then a line elsewhere."""

    def __init__(self, console: Console, report: Report, goal: Goal) -> None:
        self._console = console
        self._report = report
        self._goal = goal
        self._next = 0
        self.live = Live(self._view(), console=console, auto_refresh=False, transient=False)

    def tell(self, name: str, breaches: list[str]) -> None:
        for breach in breaches:
            self._console.print(Text(f"{name}: {breach}", style="red"))
        if self._console.is_terminal:
            self.live.update(self._view(), refresh=True)
        elif self._report.kills >= self._next:
            self._next = self._report.kills + LINES_EVERY
            self._console.print(self._line())

    def _line(self) -> str:
        report = self._report
        rate = report.kills / max(report.seconds, 1) * 60
        return (
            f"{report.kills:,} kills, {self._goal.missing(report):,} to go, {rate:.0f} a minute; "
            f"broken: {report.breaches}; true state shown within {report.shown_within(0.95):.1f} s (p95); "
            f"seed {report.seed}"
        )

    def _view(self) -> Group:
        table = Table(box=None, pad_edge=False)
        for heading in ("point", "kills", "of", "beside", "effects", "unknown", "late", "broken", "slowest"):
            table.add_column(heading, justify="left" if heading == "point" else "right")
        for name in (*POINTS, RANDOM):
            tally = self._report.tally(name)
            cells = (tally.kills, self._goal.of(name), tally.more, tally.effects, tally.unknown, tally.late)
            table.add_row(name, *(f"{cell:,}" for cell in (*cells, tally.breaches)), f"{tally.slowest:.1f} s")
        return Group(table, Text(self._line()))


async def run(options: argparse.Namespace, console: Console) -> bool:
    """Whether nothing broke. SIGTERM ends it as Ctrl-C does: with all that it started."""
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    if options.plan:
        async with a_postgres() as postgres, a_ground(postgres) as ground, a_lane(ground) as lane:
            played = await lane.play(named(options.plan))
        console.print(f"killed {len(played.deaths)} processes; broken: {len(played.breaches)}")
        for breach in told(played):
            console.print(breach, markup=False)
        return not played.breaches
    report, goal = Report.load(options.report, options.seed), Goal(options.each, options.random)
    shown = Shown(console, report, goal)
    with shown.live:
        await long_run(report, goal, options.lanes, shown.tell, lambda: report.save(options.report))
    return not report.breaches


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Kills at full length.")
    parser.add_argument("--each", type=int, default=70, help="kills at each point")
    parser.add_argument("--random", type=int, default=10_000, help="kills anywhere, at any time")
    parser.add_argument("--lanes", type=int, default=4, help="servers that are killed at the same time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, default=Path("test-results/kills.json"))
    parser.add_argument("--plan", help="play this one plan: SEED/POINT/NUMBER or SEED/random/NUMBER")
    options = parser.parse_args()
    try:
        sys.exit(not asyncio.run(run(options, Console())))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit("Stopped. It goes on there when it is started again.")


if __name__ == "__main__":
    main()
