"""What a long thread costs: bytes against its text, and a late turn against an early one.

python -m benchmarks.turns [--turns 500] [--characters 400] [--each]
"""

import argparse
import asyncio
import json
from dataclasses import asdict, dataclass
from statistics import median

from benchmarks.baselines import plain_langgraph, two_inserts
from benchmarks.instant_model import InstantModel, random_text
from benchmarks.serving import Client, interlock, query
from benchmarks.thread_size import Size, dropped, on_disk, rows_of, settled

EARLY = 10
WINDOW = 10
WARM_UP = 20


@dataclass(frozen=True)
class Report:
    """All figures of one run; bytes, and milliseconds as medians."""

    turns: int
    text_bytes: int
    rows: list[Size]
    disk: dict[str, tuple[int, int]]
    packed: dict[str, tuple[int, int]]
    early_ms: float
    late_ms: float
    short_beside_ms: float
    long_beside_ms: float
    two_inserts_ms: float
    langgraph_early_ms: float
    langgraph_late_ms: float
    langgraph_bytes: int

    @property
    def row_bytes(self) -> int:
        return sum(size.row_bytes for size in self.rows)


async def measure(turns: int, person: int, model: int) -> Report:
    """`person` and `model` are the characters that each of them says in a turn."""
    instant = InstantModel(characters=model)
    async with interlock(instant) as serving, Client.signed_in(serving.base_url) as client:
        warm = await client.new_thread()
        for _ in range(WARM_UP):
            await client.turn(warm, random_text(person))
        await dropped(client, serving.superuser, warm)
        before = await on_disk(serving.superuser, packed=True)

        thread = await client.new_thread()
        alone = max(EARLY + WINDOW // 2, turns - WINDOW)
        taken = [(await client.turn(thread, random_text(person))).end for _ in range(min(turns, alone))]
        # The rest of the turns, each beside the same turn of a thread that is still short: noise meets both.
        short = await client.new_thread()
        for _ in range(EARLY - 1):
            await client.turn(short, random_text(person))
        short_beside, long_beside = [], []
        for _ in range(turns - len(taken)):
            short_beside.append((await client.turn(short, random_text(person))).end)
            long_beside.append((await client.turn(thread, random_text(person))).end)
        taken += long_beside

        await settled(serving.superuser)
        rows = await rows_of(serving.superuser, thread)
        await dropped(client, serving.superuser, short)
        after = await on_disk(serving.superuser)
        packed = await on_disk(serving.superuser, packed=True)
        inserts = await two_inserts(serving.superuser, turns, person)
        # The same tables, but as the superuser and without the tenant's default: it is given one to fill in.
        tenant = (await query(serving.superuser, "select id from tenants"))[0][0]
        await query(serving.superuser, f"alter database interlock set app.tenant = '{tenant}'")
        plain, plain_bytes = await plain_langgraph(serving.superuser, instant, turns, person)
    return Report(
        turns=turns,
        text_bytes=turns * (person + model),
        rows=rows,
        disk=grown(before, after),
        packed=grown(before, packed),
        early_ms=window(taken, EARLY),
        late_ms=window(taken, turns),
        short_beside_ms=milliseconds(short_beside),
        long_beside_ms=milliseconds(long_beside),
        two_inserts_ms=milliseconds(inserts),
        langgraph_early_ms=window(plain, EARLY),
        langgraph_late_ms=window(plain, turns),
        langgraph_bytes=plain_bytes,
    )


def grown(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    return {table: (heap - before[table][0], rest - before[table][1]) for table, (heap, rest) in after.items()}


def window(seconds: list[float], turn: int) -> float:
    """The median around a turn, counted from 1, in milliseconds."""
    first = max(0, min(turn - 1 - WINDOW // 2, len(seconds) - WINDOW))
    return milliseconds(seconds[first : first + WINDOW])


def milliseconds(seconds: list[float]) -> float:
    return median(seconds) * 1000


def show(report: Report) -> str:
    text = report.text_bytes
    lines = [f"A thread of {report.turns} turns, {text:,} bytes of text", ""]
    lines += [f"{'rows of the thread':<22}{'rows':>7}{'bytes':>12}{'x text':>8}"]
    for size in report.rows:
        lines.append(f"  {size.table:<20}{size.rows:>7}{size.row_bytes:>12,}{size.row_bytes / text:>8.2f}")
    lines.append(f"  {'all':<20}{'':>7}{report.row_bytes:>12,}{report.row_bytes / text:>8.2f}   (goal: at most 3)")
    lines.append(f"  {'plain LangGraph':<20}{'':>7}{report.langgraph_bytes:>12,}{report.langgraph_bytes / text:>8.2f}")
    for title, sizes in (("on disk, VACUUM FULL", report.packed), ("on disk, VACUUM", report.disk)):
        lines += ["", f"{title:<22}{'tables':>12}{'indexes':>12}{'x text':>8}"]
        for table, (heap, rest) in sizes.items():
            lines.append(f"  {table:<20}{heap:>12,}{rest:>12,}{(heap + rest) / text:>8.2f}")
        heaps, rests = (sum(size[at] for size in sizes.values()) for at in (0, 1))
        lines.append(f"  {'all':<20}{heaps:>12,}{rests:>12,}{(heaps + rests) / text:>8.2f}")
    early, late = f"turn {EARLY}", f"turn {report.turns}"
    lines += ["", f"{'milliseconds a turn':<34}{early:>10}{late:>10}{'ratio':>8}"]
    for name, first, last in (
        ("Interlock, one after the other", report.early_ms, report.late_ms),
        ("Interlock, side by side", report.short_beside_ms, report.long_beside_ms),
        ("plain LangGraph (add_messages)", report.langgraph_early_ms, report.langgraph_late_ms),
    ):
        lines.append(f"  {name:<32}{first:>10.1f}{last:>10.1f}{last / first:>8.2f}")
    lines[-3] += "   (goal: at most 1.3)"
    lines.append(f"  {'two INSERTs and nothing else':<32}{report.two_inserts_ms:>10.1f}{report.two_inserts_ms:>10.1f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns", description=__doc__)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument(
        "--characters", type=int, default=400, help="of a turn: half of it the person's, half the model's"
    )
    parser.add_argument("--each", action="store_true", help="the person and the model say so many characters each")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    said = options.characters if options.each else options.characters // 2
    report = asyncio.run(measure(options.turns, said, said))
    print(json.dumps(asdict(report)) if options.json else show(report))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
