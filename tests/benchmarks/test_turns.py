"""The benchmarks run, and what does not depend on the machine is within its bounds."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.running import clean

CHECKOUT = Path(__file__).parents[2]


def test_a_thread_holds_at_most_three_times_its_text() -> None:
    report = run("turns", "--turns", "25")
    rows = sum(size["row_bytes"] for size in report["rows"])
    assert report["text_bytes"] == 25 * 400
    # What a thread has once, however long it is, weighs more in a short one.
    once = sum(size["row_bytes"] for size in report["rows"] if size["table"].startswith(("threads", "checkpoint")))
    assert (rows - once) / report["text_bytes"] < 2.75
    assert once < 4000
    assert rows < report["langgraph_bytes"]


def test_the_latency_of_all_kinds_of_turns_is_measured() -> None:
    report = run("latency", "--turns", "3", "--pieces", "2", "--pace", "0.001")
    assert 0 < report["direct_first"] <= report["direct_end"] < report["end"]
    assert 0 < report["first"] <= report["end"]
    assert report["tool"] > 0


def run(benchmark: str, *options: str) -> dict[str, Any]:
    argv = [sys.executable, "-m", f"benchmarks.{benchmark}", *options, "--json"]
    ran = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=False, env=clean({}), timeout=300)
    assert ran.returncode == 0, ran.stderr[-3000:]
    report: dict[str, Any] = json.loads(ran.stdout)
    return report
