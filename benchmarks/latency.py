"""What Interlock adds to a model's own time: to the first text, to the whole answer, and to a turn with a tool.

python -m benchmarks.latency [--turns 30] [--pieces 20] [--pace 0.02]
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from langchain_core.messages import HumanMessage
from tests.mcp_servers import journal
from tests.mcp_servers.process import free_port, running

from benchmarks.instant_model import USE, InstantModel, random_text
from benchmarks.serving import Client, Turn, interlock
from interlock_handlers.server_spec import ServerSpec

CHARACTERS = 400
WARM_UP = 10
TOOL = "journal__record"


@dataclass(frozen=True)
class Report:
    """Medians in milliseconds."""

    direct_first: float
    direct_end: float
    first: float
    end: float
    tool: float


async def measure(turns: int, pieces: int, pace: float) -> Report:
    model = InstantModel(characters=CHARACTERS, pieces=pieces, seconds_per_piece=pace)
    direct = [await ask(model) for _ in range(turns)]
    with TemporaryDirectory(prefix="interlock-benchmark-") as directory:
        folder, port = Path(directory), free_port()
        argv = [sys.executable, str(Path(journal.__file__)), "--journal", str(folder / "journal"), "--http", str(port)]
        with running(argv, port, folder / "log"):
            spec = ServerSpec("journal", "Journal", "http", url=f"http://127.0.0.1:{port}/mcp")
            async with interlock(model, spec) as serving, Client.signed_in(serving.base_url) as client:
                (await client.http.post("/api/servers/journal/connect")).raise_for_status()
                thread = await client.new_thread()
                for _ in range(WARM_UP):
                    await client.turn(thread, random_text(CHARACTERS))
                ours = [await client.turn(thread, random_text(CHARACTERS)) for _ in range(turns)]
                tools = [
                    await client.turn(thread, f"{USE}{TOOL} value-{number}", approve=True) for number in range(turns)
                ]
    return Report(
        direct_first=milliseconds([turn.first_text for turn in direct]),
        direct_end=milliseconds([turn.end for turn in direct]),
        first=milliseconds([turn.first_text for turn in ours]),
        end=milliseconds([turn.end for turn in ours]),
        tool=milliseconds([turn.end for turn in tools]),
    )


async def ask(model: InstantModel) -> Turn:
    """The model's own time, with nobody between."""
    began, first = time.perf_counter(), 0.0
    async for _ in model.astream([HumanMessage(random_text(CHARACTERS))]):
        first = first or time.perf_counter()
    return Turn(first - began, time.perf_counter() - began)


def milliseconds(seconds: list[float]) -> float:
    return median(seconds) * 1000


def show(report: Report) -> str:
    lines = [f"{'milliseconds (medians)':<34}{'the model':>11}{'Interlock':>11}{'added':>8}{'ratio':>8}"]
    for name, direct, ours in (
        ("to the first text", report.direct_first, report.first),
        ("to the end of the run", report.direct_end, report.end),
        ("a tool, approved at once: to the end", report.direct_end, report.tool),
    ):
        lines.append(f"  {name:<32}{direct:>11.1f}{ours:>11.1f}{ours - direct:>8.1f}{ours / direct:>8.2f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--pieces", type=int, default=20, help="in which the model streams its answer")
    parser.add_argument("--pace", type=float, default=0.02, help="seconds before each piece")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    report = asyncio.run(measure(options.turns, options.pieces, options.pace))
    print(json.dumps(asdict(report)) if options.json else show(report))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
