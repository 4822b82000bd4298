"""What the checker looks at: tables and journals, and what clients were told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from tests.faults.arming import Killed
from tests.faults.returning import Noted

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]

QUERIES = {
    "threads": "select id, last_seq from threads where {of}",
    "runs": "select thread_id, id, state, position from runs where {of_thread}",
    "messages": "select thread_id, id, run_id, seq, role, content, more, created_at from messages where {of_thread}",
    "events": "select thread_id, run_id, seq, kind, body, created_at from events where {of_thread}",
    "calls": "select * from calls where {of_thread}",
    "audit": "select seq, at, actor, action, target, data from audit where {of_call} order by tenant_id, seq",
    "jobs": "select task_name, status, attempts, args from procrastinate_jobs where task_name <> 'expire'",
}
MOVING = ("runs", "calls", "jobs")
"""What tells whether anything still moves."""
OF_THREADS = {
    "of": "id = any(%(threads)s)",
    "of_thread": "thread_id = any(%(threads)s)",
    "of_call": "target in (select id::text from calls where thread_id = any(%(threads)s))",
}
OF_ALL = dict.fromkeys(OF_THREADS, "true")


@dataclass(frozen=True)
class Death:
    """A process that was killed: when it was seen to be dead, and at which point it was, if at one."""

    pid: int
    at: float
    killed: Killed | None


@dataclass(frozen=True)
class Breach:
    """Something that may never be, and whose it is."""

    sentence: str
    thread_id: UUID | None = None
    call_id: UUID | None = None


@dataclass(frozen=True)
class Seen:
    """All that is known after everything came to rest."""

    tables: Tables
    journal: Rows
    asked: Rows = field(default_factory=list)
    noted: Noted = field(default_factory=Noted)
    deaths: Sequence[Death] | None = None
    """None: whoever asks does not know who was killed."""
    shown: Mapping[str, Rows] = field(default_factory=dict)
    """thread -> the events that its client has"""


async def read(
    connection: psycopg.AsyncConnection[DictRow],
    threads: Sequence[UUID] | None = None,
    names: Collection[str] = QUERIES.keys(),
) -> Tables:
    """The rows of these threads, or of all, as they are at one moment; of the tables of these names."""
    where = {name: sql.SQL(text) for name, text in (OF_ALL if threads is None else OF_THREADS).items()}
    parameters = {} if threads is None else {"threads": list(threads)}
    tables: Tables = {}
    async with connection.transaction():
        await connection.execute("set transaction isolation level repeatable read")
        for name in names:
            cursor = await connection.execute(sql.SQL(QUERIES[name]).format(**where), parameters or None)
            tables[name] = await cursor.fetchall()
    return tables
