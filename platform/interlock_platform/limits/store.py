"""The rows of limits, of what was handed out of rates, of what was used, and of what is held for work under way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.limits.kinds import Kind
from interlock_platform.tables.conversation import Message, Run, Thread
from interlock_platform.tables.identity import Tenant, User
from interlock_platform.tables.limits import Limit, Reservation, Usage

BUDGET_LOCK = 0x1E80

# `granted` is what this statement gave: `returning` knows only the row as it is afterwards.
_LEASE = text("""
insert into rate_windows (subject, kind, minute, used, granted)
values (:subject, :kind, floor(extract(epoch from now()) / 60), least(:wanted, :most), least(:wanted, :most))
on conflict (tenant_id, subject, kind) do update set
    minute = excluded.minute,
    granted = case when rate_windows.minute = excluded.minute
        then greatest(least(:wanted, :most - rate_windows.used), 0) else excluded.granted end,
    used = case when rate_windows.minute = excluded.minute
        then rate_windows.used + greatest(least(:wanted, :most - rate_windows.used), 0) else excluded.used end
returning granted, used, 60 - mod(extract(epoch from now()), 60) as seconds
""")

_TIMES = text("""
with utc as (select (now() at time zone 'utc') as at)
select at::date as today, date_trunc('month', at)::date as month,
       (date_trunc('day', at) + interval '1 day') at time zone 'utc' as tomorrow,
       (date_trunc('month', at) + interval '1 month') at time zone 'utc' as next_month, now() as now
from utc
""")

_ALIVE = text(
    "exists (select from runs where runs.thread_id = reservations.thread_id and runs.id = reservations.work_id "
    "and runs.state = 'running') or exists (select from calls where calls.id = reservations.work_id "
    "and calls.state = 'started')"
)

_ADD = """
insert into usage (user_id, day, model, input_tokens, output_tokens, cost, calls, answers)
values (:user_id, (now() at time zone 'utc')::date, :model, :input_tokens, :output_tokens, :cost, :calls, :answers)
on conflict (tenant_id, user_id, day, model) do update set
    input_tokens = usage.input_tokens + excluded.input_tokens,
    output_tokens = usage.output_tokens + excluded.output_tokens,
    cost = usage.cost + excluded.cost, calls = usage.calls + excluded.calls, answers = usage.answers + excluded.answers
"""
_SPEND = text(_ADD)
# In one round trip: every message of every run does this.
_SPEND_OF_RUN = text(f"""
with spent as ({_ADD})
update runs set input_tokens = input_tokens + :input_tokens, output_tokens = output_tokens + :output_tokens,
    cost = cost + :cost, settled = cast(:answer as uuid)
where thread_id = :thread_id and id = :run_id
""")  # noqa: S608 - both are our own words


@dataclass(frozen=True)
class Lease:
    """So much of a minute's amount for one process, until the minute ends; `used` by all of them."""

    granted: int
    used: int
    seconds: float


@dataclass(frozen=True)
class Times:
    """The database's day and month, and when the next ones begin."""

    today: date
    month: date
    tomorrow: datetime
    next_month: datetime
    now: datetime

    def ends(self, period: str) -> datetime:
        return self.tomorrow if period == "day" else self.next_month


@dataclass(frozen=True)
class Total:
    """`counts` are input tokens, output tokens, cost, calls and answers."""

    user_id: UUID
    model: str
    counts: tuple[int, ...]


async def lease(session: AsyncSession, subject: str, kind: str, wanted: int, most: int) -> Lease:
    """Takes up to `wanted` of what is left this minute of `most`."""
    asked = {"subject": subject, "kind": kind, "wanted": wanted, "most": most}
    row = (await session.execute(_LEASE, asked)).one()
    return Lease(row.granted, row.used, float(row.seconds))


async def limits(session: AsyncSession) -> Sequence[Limit]:
    """What is set in the transaction's tenant."""
    return (await session.scalars(select(Limit).order_by(col(Limit.scope), col(Limit.kind)))).all()


async def slug(session: AsyncSession, tenant_id: UUID) -> str:
    return await session.scalar(select(col(Tenant.slug)).where(col(Tenant.id) == tenant_id)) or ""


async def remove(session: AsyncSession, scope: str, role: str | None, user_id: UUID | None, kind: str) -> Limit | None:
    """The limit that was there."""
    query = delete(Limit).where(
        col(Limit.scope) == scope,
        col(Limit.role).is_not_distinct_from(role),
        col(Limit.user_id).is_not_distinct_from(user_id),
        col(Limit.kind) == kind,
    )
    return (await session.scalars(query.returning(Limit))).one_or_none()


async def user(session: AsyncSession, user_id: UUID) -> User | None:
    return await session.get(User, user_id)


async def names(session: AsyncSession) -> dict[UUID, str]:
    """Everybody of the tenant."""
    return {each.id: each.name for each in await session.execute(select(col(User.id), col(User.name)))}


async def times(session: AsyncSession) -> Times:
    row = (await session.execute(_TIMES)).one()
    return Times(row.today, row.month, row.tomorrow, row.next_month, row.now)


async def hold_budgets(session: AsyncSession, tenant_id: UUID) -> None:
    """Until the transaction ends, nobody else of the tenant looks whether something is left."""
    key = int.from_bytes(tenant_id.bytes[:4], signed=True)
    await session.execute(select(func.pg_advisory_xact_lock(BUDGET_LOCK, key)))


async def used(session: AsyncSession, kind: Kind, since: date, user_id: UUID | None) -> int:
    """By one person, or by the whole tenant."""
    total: Any = {
        "tokens": col(Usage.input_tokens) + col(Usage.output_tokens),
        "money": col(Usage.cost),
        "calls": col(Usage.calls),
    }[kind.unit]
    query = select(func.coalesce(func.sum(total), 0)).where(col(Usage.day) >= since)
    if user_id is not None:
        query = query.where(col(Usage.user_id) == user_id)
    return int((await session.execute(query)).scalar_one())


async def held(session: AsyncSession, unit: str, user_id: UUID | None, *, but: UUID | None) -> int:
    """What is reserved for models that are being asked now, but for this work."""
    if unit == "calls":
        return 0
    amount = col(Reservation.tokens) if unit == "tokens" else col(Reservation.cost)
    query = select(func.coalesce(func.sum(amount), 0)).where(_ALIVE)
    if but is not None:
        query = query.where(col(Reservation.work_id) != but)
    if user_id is not None:
        query = query.where(col(Reservation.user_id) == user_id)
    return int((await session.execute(query)).scalar_one())


async def reserve(session: AsyncSession, user_id: UUID, thread_id: UUID, work_id: UUID, tokens: int, cost: int) -> None:
    """In the place of what was reserved for this work before; what no work is behind any more goes."""
    await session.execute(delete(Reservation).where(~_alive_or(work_id)))
    await session.merge(
        Reservation(
            tenant_id=await session.scalar(select(col(Thread.tenant_id)).where(col(Thread.id) == thread_id)),
            thread_id=thread_id, work_id=work_id, user_id=user_id, tokens=tokens, cost=cost,
        )
    )  # fmt: skip


def _alive_or(work_id: UUID) -> Any:
    return (col(Reservation.work_id) == work_id) | _ALIVE


async def release(session: AsyncSession, thread_id: UUID, work_id: UUID) -> None:
    await session.execute(
        delete(Reservation).where(col(Reservation.thread_id) == thread_id, col(Reservation.work_id) == work_id)
    )


async def spend(
    session: AsyncSession,
    user_id: UUID,
    model: str,
    *,
    input_tokens: int = 0,
    output_tokens: int = 0,
    cost: int = 0,
    calls: int = 0,
    answers: int = 0,
    run: Run | None = None,
    answer: UUID | None = None,
) -> None:
    """Adds to what the person used today, and to what a run used: for an `answer` of it."""
    spent: dict[str, Any] = {
        "user_id": user_id, "model": model, "input_tokens": input_tokens, "output_tokens": output_tokens,
        "cost": cost, "calls": calls, "answers": answers,
    }  # fmt: skip
    if run is None:
        await session.execute(_SPEND, spent)
    else:
        of_run = {"answer": answer, "thread_id": run.thread_id, "run_id": run.id}
        await session.execute(_SPEND_OF_RUN, {**spent, **of_run})


async def usage(session: AsyncSession, since: date, until: date, user_id: UUID | None) -> Sequence[Usage]:
    """What one person, or everybody, used from a day to a day, both included; newest first."""
    query = select(Usage).where(col(Usage.day) >= since, col(Usage.day) <= until)
    if user_id is not None:
        query = query.where(col(Usage.user_id) == user_id)
    return (await session.scalars(query.order_by(col(Usage.day).desc(), col(Usage.model)))).all()


async def totals(session: AsyncSession, since: date, until: date) -> list[Total]:
    """What everybody used of each model; who used most comes first."""
    sums = [
        func.sum(column)
        for column in (
            col(Usage.input_tokens), col(Usage.output_tokens), col(Usage.cost), col(Usage.calls), col(Usage.answers),
        )
    ]  # fmt: skip
    query = (
        select(col(Usage.user_id), col(Usage.model), *sums)
        .where(col(Usage.day) >= since, col(Usage.day) <= until)
        .group_by(col(Usage.user_id), col(Usage.model))
        .order_by((sums[0] + sums[1]).desc())
    )
    return [Total(user_id, model, tuple(map(int, counts))) for user_id, model, *counts in await session.execute(query)]


async def latest_runs(session: AsyncSession, user_id: UUID, limit: int) -> list[tuple[Run, str, datetime | None]]:
    """The person's latest runs, each with its thread's title and when it was asked for."""
    query = (
        select(Run, col(Thread.title), col(Message.created_at))
        .join(Thread, col(Thread.id) == col(Run.thread_id))
        .join(Message, (col(Message.thread_id) == col(Run.thread_id)) & (col(Message.seq) == col(Run.position)))
        .where(col(Thread.user_id) == user_id)
        .order_by(col(Message.created_at).desc())
        .limit(limit)
    )
    return [(run, title, at) for run, title, at in await session.execute(query)]
