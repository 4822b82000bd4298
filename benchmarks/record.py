"""What the record costs: `record()` per transaction against a bare INSERT, how long it holds up others, verification.

python -m benchmarks.record [--transactions 500] [--entries 100000]
"""

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.export import export
from interlock_platform.audit.lines import LONGEST
from interlock_platform.audit.signing import Signer
from interlock_platform.audit.store import record
from interlock_platform.audit.verification import verify
from interlock_platform.database import RUNTIME_ROLE, Database, Scope, before_commit, with_role
from interlock_platform.migrate import migrate, role_password
from interlock_servers.embedded import EmbeddedPostgres
from interlock_servers.postgres_access import PostgresAccess

SECRET_KEY = "the-secret-key-of-the-benchmark-and-nothing-else"  # noqa: S105 - a key of nothing
WARM_UP = 50
BATCH = 2000
INSERT = text(
    "insert into messages (thread_id, id, run_id, seq, role, content) values (:thread, :id, :id, :n, 'u', 'x')"
)
THREAD = text("insert into threads (id, user_id, title) values (:id, :user, 'bench')")
USER = text("insert into users (id, issuer, subject, email, name, roles) values (:id, 'i', 's', 'e', 'n', '{}')")


@dataclass(frozen=True)
class Report:
    """Milliseconds of a transaction, median and 95th percentile, each kind in turn with the others.

    `insert`: one bare INSERT. `with_record`: the same, and an entry. `held`: of that, how long the tenant's head was
    held before the commit. `together`: a transaction of eight tasks of one tenant at once, all of them taken together.
    Seconds to export and to verify `entries` of them.
    """

    transactions: int
    insert: tuple[float, float]
    with_record: tuple[float, float]
    held: tuple[float, float]
    together: float
    entries: int
    bytes: int
    export_seconds: float
    verify_seconds: float

    @property
    def ratio(self) -> float:
        return self.with_record[0] / self.insert[0]


async def measure(transactions: int, entries: int) -> Report:
    async with database() as opened:
        bench = Bench(opened)
        await bench.begin()
        inserts, recorded, held = [], [], []
        for number in range(-WARM_UP, transactions):
            plain = await timed(bench.insert)
            with_entry = await timed(bench.insert_and_record)
            if number >= 0:
                inserts.append(plain)
                recorded.append(with_entry)
                held.append(bench.held)
        began = time.perf_counter()
        await asyncio.gather(*(bench.several(transactions // 8) for _ in range(8)))
        together = (time.perf_counter() - began) * 1000 / (transactions // 8 * 8)
        tenant = await many(opened, entries)
        with TemporaryDirectory(prefix="interlock-benchmark-") as folder:
            file = Path(folder) / "export.ndjson"
            export_seconds, verify_seconds = await out_and_back(opened, tenant, file)
            size = file.stat().st_size
    return Report(
        transactions, spread(inserts), spread(recorded), spread(held), together, entries, size,
        export_seconds, verify_seconds,
    )  # fmt: skip


class Bench:
    """Transactions of one tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._scope = Scope(tenant_id=uuid4())
        self._thread = uuid4()
        self._number = 0
        self.held = 0.0

    async def begin(self) -> None:
        user = uuid4()
        async with self._database.transaction(self._scope) as session:
            await session.execute(USER, {"id": user})
            await session.execute(THREAD, {"id": self._thread, "user": user})

    async def insert(self) -> None:
        async with self._database.transaction(self._scope) as session:
            await self._insert(session)

    async def insert_and_record(self) -> None:
        async with self._database.transaction(self._scope) as session:
            await self._insert(session)
            # The first work of all that comes last, and the last one: between them the record is chained.
            before_commit(session, self._before)
            record(session, None, "call.approved", str(uuid4()), seal="5" * 64, tool="notebook__add", attempt=0)
            before_commit(session, self._after)

    async def several(self, count: int) -> None:
        for _ in range(count):
            await self.insert_and_record()

    async def _insert(self, session: AsyncSession) -> None:
        self._number += 1
        await session.execute(INSERT, {"thread": self._thread, "id": uuid4(), "n": self._number})

    async def _before(self, session: AsyncSession) -> None:
        self.held = time.perf_counter()

    async def _after(self, session: AsyncSession) -> None:
        self.held = (time.perf_counter() - self.held) * 1000


@asynccontextmanager
async def database() -> AsyncIterator[Database]:
    """A migrated database on a Postgres of its own (fsync on), as the role that serves."""
    with TemporaryDirectory(prefix="interlock-benchmark-") as directory:
        folder = Path(directory)
        # Where root runs it, Postgres runs as somebody else who has to pass through.
        folder.chmod(0o711)  # noqa: ASYNC240 - nothing else runs yet
        async with EmbeddedPostgres(folder / "postgres") as access:
            opened = Database.connect(await runtime_url(access))
            yield opened
            await opened.close()


async def runtime_url(access: PostgresAccess) -> str:
    await migrate(access.owner_url, SECRET_KEY)
    return with_role(access.owner_url, RUNTIME_ROLE, role_password(SECRET_KEY, RUNTIME_ROLE))


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


async def many(database: Database, count: int) -> UUID:
    """A tenant with so many entries."""
    tenant = uuid4()
    for begin in range(0, count, BATCH):
        async with database.transaction(Scope(tenant_id=tenant)) as session:
            for number in range(begin, min(begin + BATCH, count)):
                record(session, tenant, "call.approved", str(uuid4()), seal=f"{number:064x}", tool="t", attempt=0)
    return tenant


async def out_and_back(database: Database, tenant: UUID, file: Path) -> tuple[float, float]:
    """Seconds to export, and to verify what was exported."""
    signer = Signer(SECRET_KEY)
    began = time.perf_counter()
    with file.open("wb") as out:
        async for piece in export(database, signer, tenant):
            out.write(piece)
    exported = time.perf_counter()
    with file.open("rb") as written:
        report = verify(iter(lambda: written.readline(LONGEST + 1), b""), public_key=signer.public_key)
    assert report.ok, report.findings
    return exported - began, time.perf_counter() - exported


def spread(values: list[float]) -> tuple[float, float]:
    return median(values), quantiles(values, n=20)[-1]


def show(report: Report) -> str:
    lines = [
        f"{report.transactions} transactions of each kind, in turn",
        "",
        f"{'milliseconds':<34}{'median':>9}{'p95':>9}",
    ]
    for name, (middle, high) in (
        ("one INSERT", report.insert),
        ("one INSERT, and an entry", report.with_record),
        ("  of it the head held, until COMMIT", report.held),
    ):
        lines.append(f"{name:<36}{middle:>7.2f}{high:>9.2f}")
    lines.append(f"{'ratio':<36}{report.ratio:>7.2f}")
    lines.append(f"{'one of eight at once, one tenant':<36}{report.together:>7.2f}")
    lines += ["", f"{report.entries:,} entries, {report.bytes:,} bytes"]
    lines.append(f"exported in {report.export_seconds:.1f} s, verified in {report.verify_seconds:.1f} s")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.record", description=__doc__)
    parser.add_argument("--transactions", type=int, default=500)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    report = asyncio.run(measure(options.transactions, options.entries))
    print(json.dumps(asdict(report) | {"ratio": report.ratio}) if options.json else show(report))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
