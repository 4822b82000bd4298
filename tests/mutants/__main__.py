"""`python -m tests.mutants [MODULE…]`: tries the mutants of the gate's core, and prints how many nobody noticed."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.mutants.targets import TARGETS
from tests.mutants.trial import Trial, a_postgres

MOST_ALIVE = 0.10
REPORT = Path("test-results") / "mutants.json"


def try_one(name: str) -> dict[str, Any]:
    """One module, in this process."""
    target = TARGETS[name]
    started = time.monotonic()
    with a_postgres() if target.database else nullcontext() as access:
        trial = Trial(target, access)
        took = trial.baseline()
        tried = []
        for each in trial.run(at_once=os.cpu_count() or 1):
            tried.append(each)
            sys.stderr.write(f"\r{name}: {len(tried)} tried " if sys.stderr.isatty() else "")
    fates = Counter(each.fate for each in tried)
    return {
        "module": name,
        "mutants": len(tried),
        "killed": fates["killed"],
        "too slow": fates["too slow"],
        "alive": [str(each.mutant) for each in tried if each.fate == "alive"],
        "seconds of the tests": round(took, 2),
        "seconds": round(time.monotonic() - started, 1),
    }


def show(reports: list[dict[str, Any]], console: Console) -> None:
    table = Table("Module", "Mutants", "Killed", "Too slow", "Alive", "", "Seconds", title="Mutants")
    for each in reports:
        alive = len(each["alive"])
        share = f"{alive / each['mutants']:.1%}"
        figures = (each["mutants"], each["killed"], each["too slow"], alive, share, each["seconds"])
        table.add_row(each["module"], *map(str, figures))
    for each in reports:
        for line in each["alive"]:
            console.print(f"{each['module']}:{line}", highlight=False, markup=False, soft_wrap=True)
    console.print(table)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", choices=[*TARGETS, []], help="none: all of them")
    parser.add_argument("--one", choices=list(TARGETS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(try_one(options.one)))  # noqa: T201 - read by the process that started this one
        return 0
    console = Console()
    reports = []
    for name in options.modules or TARGETS:
        # A process of its own: what it has imported is what this module's mutants need.
        with console.status(f"{name} …"):
            ran = subprocess.run(
                [sys.executable, "-m", "tests.mutants", "--one", name], stdout=subprocess.PIPE, text=True
            )
        if ran.returncode:
            return ran.returncode
        reports.append(json.loads(ran.stdout.splitlines()[-1]))
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(reports, indent=1))
    show(reports, console)
    alive = sum(len(each["alive"]) for each in reports)
    return int(alive > MOST_ALIVE * sum(each["mutants"] for each in reports))


if __name__ == "__main__":
    sys.exit(main())
