"""The rows of threads' logs: whoever appends holds the thread's row, so numbers have no gaps and no doubles."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import bindparam, column, delete, func, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from interlock_platform.database import before_commit
from interlock_platform.tables.conversation import Event, Message, Run, Thread

THREAD_CHANNEL = "interlock_thread"
USER_CHANNEL = "interlock_user"
CANCEL_CHANNEL = "interlock_cancel"
EVERYBODY = "*"
"""Stands on the users' channel in the place of a user."""

FORGET_JOBS = "delete from procrastinate_jobs where lock = any(%(locks)s) and status = 'todo'"
FETCH_JOB = "select * from interlock_fetch_job(%(worker_id)s, %(tenants)s::text[], %(counts)s::int[], %(most)s::int)"
"""Migration 0009 has it: it is procrastinate's own, but for the order of tenants."""

OPEN_STATES = ("queued", "running", "waiting")
CHECKPOINT_TABLES = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")

# The saver's own pruning takes fifteen statements, and it takes them at the end of every turn.
KEEP_LATEST = text("""
with latest as (
    select distinct on (checkpoint_ns) checkpoint_ns, checkpoint_id, checkpoint -> 'channel_versions' as versions
    from checkpoints where thread_id = :thread_id order by checkpoint_ns, checkpoint_id desc
),
writes as (delete from checkpoint_writes where thread_id = :thread_id),
blobs as (
    delete from checkpoint_blobs blob using latest
    where blob.thread_id = :thread_id and blob.checkpoint_ns = latest.checkpoint_ns
      and blob.version is distinct from latest.versions ->> blob.channel
)
delete from checkpoints old using latest
where old.thread_id = :thread_id and old.checkpoint_ns = latest.checkpoint_ns
  and old.checkpoint_id <> latest.checkpoint_id
""")

_HOLD = select(Thread).where(col(Thread.id) == bindparam("thread_id")).with_for_update()
_WRITE = text("""
with written as (
    insert into events (thread_id, seq, run_id, kind, body)
    select :thread_id, seq, run_id, kind, cast(body as json)
    from unnest(cast(:seqs as integer[]), cast(:run_ids as uuid[]), cast(:kinds as text[]), cast(:bodies as text[]))
      as entry (seq, run_id, kind, body)
),
numbered as (update threads set last_seq = :last_seq where id = :thread_id)
select pg_notify(:channel, :what)
""")
UNWRITTEN = "log_unwritten"

EventKind = Literal["run_started", "run_finished", "run_error", "tool_call", "call", "tool_result", "model_retry"]
SPANS: dict[str, int] = {"tool_call": 3}
"""How many numbers an entry takes, where it is not one."""


async def hold(session: AsyncSession, thread_id: UUID) -> Thread | None:
    """The thread, held until the transaction ends; every change of a thread's runs, calls and log begins here."""
    return (await session.scalars(_HOLD, {"thread_id": thread_id})).one_or_none()


@dataclass(frozen=True)
class Unwritten:
    """What a transaction has added to a thread's log, and is written as one when the transaction ends."""

    thread: Thread
    seqs: list[int] = field(default_factory=list)
    run_ids: list[UUID] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    bodies: list[str | None] = field(default_factory=list)


def append(
    session: AsyncSession, thread: Thread, run_id: UUID, kind: EventKind, body: dict[str, Any] | None = None
) -> None:
    """Adds an entry to the log of a thread that is held."""
    unwritten = _unwritten(session, thread)
    unwritten.seqs.append(_number(thread, SPANS.get(kind, 1)))
    unwritten.run_ids.append(run_id)
    unwritten.kinds.append(kind)
    unwritten.bodies.append(None if body is None else json.dumps(body))


def _unwritten(session: AsyncSession, thread: Thread) -> Unwritten:
    before_commit(session, _write)
    logs: dict[UUID, Unwritten] = session.info.setdefault(UNWRITTEN, {})
    return logs.setdefault(thread.id, Unwritten(thread))


async def _write(session: AsyncSession) -> None:
    """Writes what was appended so far, and rings once the transaction commits: whoever reads the log in it comes here
    first."""
    logs: dict[UUID, Unwritten] = session.info.pop(UNWRITTEN, {})
    for thread_id, each in logs.items():
        thread = each.thread
        written = {
            "thread_id": thread_id, "last_seq": thread.last_seq, "seqs": each.seqs, "run_ids": each.run_ids,
            "kinds": each.kinds, "bodies": each.bodies,
            "channel": THREAD_CHANNEL, "what": f"{thread.tenant_id}:{thread.user_id}:{thread_id}",
        }  # fmt: skip
        await session.execute(_WRITE, written)


def say(
    session: AsyncSession,
    thread: Thread,
    run_id: UUID,
    *,
    message_id: UUID,
    role: Literal["user", "assistant"],
    content: str,
    more: dict[str, Any] | None = None,
) -> int:
    """Adds a message to a thread that is held; returns the number of its first event."""
    _unwritten(session, thread)
    seq = _number(thread, 3 if content else 2)
    session.add(
        Message(thread_id=thread.id, id=message_id, run_id=run_id, seq=seq, role=role, content=content, more=more)
    )
    return seq


async def has_message(session: AsyncSession, thread_id: UUID, message_id: UUID) -> bool:
    return await session.get(Message, (thread_id, message_id)) is not None


def _number(thread: Thread, span: int) -> int:
    first = thread.last_seq + 1
    # It is written with the entries, and not once more by itself.
    set_committed_value(thread, "last_seq", thread.last_seq + span)
    return first


async def tell_user(session: AsyncSession, tenant_id: UUID, user_id: UUID, what: str) -> None:
    """Rings at every process where the user may be looking, once the transaction commits; `what` is `kind:id`."""
    await session.execute(select(func.pg_notify(USER_CHANNEL, f"{tenant_id}:{user_id}:{what}")))


async def tell_tenant(session: AsyncSession, tenant_id: UUID, what: str) -> None:
    """Rings, once the transaction commits, at every process where anybody of the tenant may be looking; `what` is
    `kind:id`. Each of them is told what it means for them, if it means anything."""
    await session.execute(select(func.pg_notify(USER_CHANNEL, f"{tenant_id}:{EVERYBODY}:{what}")))


async def ask_to_stop(session: AsyncSession, thread_id: UUID, what: UUID) -> None:
    """Rings at the worker that has this run, or this call."""
    await session.execute(select(func.pg_notify(CANCEL_CHANNEL, f"{thread_id}:{what}")))


async def run_of(session: AsyncSession, thread_id: UUID, run_id: UUID) -> Run | None:
    return await session.get(Run, (thread_id, run_id))


async def run_and_message(
    session: AsyncSession, thread_id: UUID, run_id: UUID, message_id: UUID
) -> tuple[Run | None, Message | None]:
    """A run of a thread that is held, and what was said in the thread under that id."""
    query = (
        select(Run, Message)
        .outerjoin(Message, (col(Message.thread_id) == thread_id) & (col(Message.id) == message_id))
        .where(col(Run.thread_id) == thread_id, col(Run.id) == run_id)
    )
    found = (await session.execute(query)).one_or_none()
    return (found[0], found[1]) if found else (None, None)


async def open_runs(session: AsyncSession, thread_id: UUID) -> Sequence[Run]:
    """The runs of the thread that have not ended, oldest first."""
    query = select(Run).where(col(Run.thread_id) == thread_id, col(Run.state).in_(OPEN_STATES))
    return (await session.scalars(query.order_by(col(Run.position)))).all()


async def is_told_as_running(session: AsyncSession, thread_id: UUID, run_id: UUID) -> bool:
    """Whether the log, as far as it goes, has the run begun and not ended."""
    await _write(session)
    kinds = ("run_started", "run_finished", "run_error")
    query = select(col(Event.kind)).where(col(Event.thread_id) == thread_id, col(Event.run_id) == run_id)
    last = await session.scalar(query.where(col(Event.kind).in_(kinds)).order_by(col(Event.seq).desc()).limit(1))
    return last == "run_started"


async def told_waits(session: AsyncSession, thread_id: UUID, run_id: UUID) -> set[str] | None:
    """The calls that the run waits for, as far as the log goes; None where it is told as running."""
    await _write(session)
    kinds = ("run_started", "run_finished", "run_error")
    query = select(Event).where(col(Event.thread_id) == thread_id, col(Event.run_id) == run_id)
    last = await session.scalar(query.where(col(Event.kind).in_(kinds)).order_by(col(Event.seq).desc()).limit(1))
    if last is None or last.kind == "run_started":
        return None
    return {each["id"] for each in (last.body or {}).get("interrupts", [])}


async def events_after(session: AsyncSession, thread_id: UUID, seq: int) -> Sequence[Event]:
    await _write(session)
    query = select(Event).where(col(Event.thread_id) == thread_id, col(Event.seq) > seq - 3)
    return (await session.scalars(query.order_by(col(Event.seq)))).all()


async def messages_after(session: AsyncSession, thread_id: UUID, seq: int) -> Sequence[Message]:
    query = select(Message).where(col(Message.thread_id) == thread_id, col(Message.seq) > seq - 3)
    return (await session.scalars(query.order_by(col(Message.seq)))).all()


async def keep_latest_checkpoint(session: AsyncSession, thread_id: UUID) -> None:
    """Drops what LangGraph keeps of the thread but its latest checkpoint, when a run has come to its end."""
    await session.execute(KEEP_LATEST, {"thread_id": str(thread_id)})


async def delete_checkpoints(session: AsyncSession, thread_id: UUID) -> None:
    """Drops what LangGraph keeps of the thread, in the transaction that drops the thread."""
    for name in CHECKPOINT_TABLES:
        await session.execute(delete(table(name)).where(column("thread_id") == str(thread_id)))
