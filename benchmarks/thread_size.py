"""How many bytes a thread takes: its rows, and the tables with their indexes."""

import asyncio
from dataclasses import dataclass

from benchmarks.serving import Client, query

ROWS = {
    "threads": "select sum(pg_column_size(t.*)), count(*) from threads t where id::text = %s",
    "messages": "select sum(pg_column_size(t.*)), count(*) from messages t where thread_id::text = %s",
    "events": "select sum(pg_column_size(t.*)), count(*) from events t where thread_id::text = %s",
    "runs": "select sum(pg_column_size(t.*)), count(*) from runs t where thread_id::text = %s",
    "calls": "select sum(pg_column_size(t.*)), count(*) from calls t where thread_id::text = %s",
    "audit": "select sum(pg_column_size(t.*)), count(*) from audit t where target = %s",
    "checkpoints": "select sum(pg_column_size(t.*)), count(*) from checkpoints t where thread_id = %s",
    "checkpoint_blobs": "select sum(pg_column_size(t.*)), count(*) from checkpoint_blobs t where thread_id = %s",
    "checkpoint_writes": "select sum(pg_column_size(t.*)), count(*) from checkpoint_writes t where thread_id = %s",
    "procrastinate_jobs": "select sum(pg_column_size(t.*)), count(*) from procrastinate_jobs t "
    "where args ->> 'thread_id' = %s",
}
TABLES = (*ROWS, "procrastinate_events")


@dataclass(frozen=True)
class Size:
    """Bytes of a table: the thread's rows in it, the heap, and the indexes (and what is stored out of line)."""

    table: str
    row_bytes: int
    rows: int


async def rows_of(conninfo: str, thread_id: str) -> list[Size]:
    """The thread's rows, table by table; each with its header of 24 bytes."""
    found = []
    for table, statement in ROWS.items():
        row_bytes, rows = (await query(conninfo, statement, (thread_id,)))[0]
        found.append(Size(table, int(row_bytes or 0), int(rows)))
    return found


async def on_disk(conninfo: str, *, packed: bool = False) -> dict[str, tuple[int, int]]:
    """Of each table, the bytes of its heap and of everything else that belongs to it, after VACUUM.

    That leaves the room of rows that are gone, to be used again; with `packed`, VACUUM FULL leaves none.
    """
    sizes = {}
    for table in TABLES:
        await query(conninfo, f"vacuum {'full' if packed else ''} {table}")
        statement = "select pg_relation_size(%s::text::regclass), pg_total_relation_size(%s::text::regclass)"
        heap, total = (await query(conninfo, statement, (table, table)))[0]
        sizes[table] = (int(heap), int(total) - int(heap))
    return sizes


async def dropped(client: Client, conninfo: str, thread_id: str) -> None:
    """Deletes a thread, and the time has passed in which it could be brought back."""
    (await client.http.delete(f"/api/threads/{thread_id}")).raise_for_status()
    await query(conninfo, "update threads set deleted_at = deleted_at - interval '1 hour' where id = %s", (thread_id,))
    await query(conninfo, "update procrastinate_jobs set scheduled_at = now() where task_name = 'remove'")
    await settled(conninfo)


async def settled(conninfo: str) -> None:
    """Returns when no job is left that belongs to a turn: they are dropped when they are done."""
    async with asyncio.timeout(60):
        left = "select count(*) from procrastinate_jobs where task_name <> 'expire'"
        while (await query(conninfo, left))[0][0]:  # noqa: ASYNC110 - only the worker itself knows when it empties it
            await asyncio.sleep(0.1)
