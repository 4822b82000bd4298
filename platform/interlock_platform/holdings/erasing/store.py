"""Deleting rows, some at a time: each statement may be done again, and then does nothing."""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, or_, select, table, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.holdings.erasing.names import without_name
from interlock_platform.holdings.inventory import Holding
from interlock_platform.holdings.store import of_person, table_of
from interlock_platform.runs import store as runs
from interlock_platform.runs.store import CHECKPOINT_TABLES, OPEN_STATES
from interlock_platform.tables.conversation import Event, Run, Thread
from interlock_platform.tables.identity import ERASED, ERASED_NAME, Tenant, User
from interlock_platform.tables.ledger import Approval, Call
from interlock_platform.tables.tooling import Connection

BATCH = 500
ENDED = text(
    "with gone as (delete from audit where tenant_id = :tenant) "
    "update audit_heads set seq = 0, hash = '' where tenant_id = :tenant"
)


async def users(session: AsyncSession) -> Sequence[UUID]:
    return (await session.scalars(select(col(User.id)).order_by(col(User.id)))).all()


async def thread_ids(session: AsyncSession, user_id: UUID | None) -> Sequence[UUID]:
    query = select(col(Thread.id)).order_by(col(Thread.id))
    if user_id is not None:
        query = query.where(col(Thread.user_id) == user_id)
    return (await session.scalars(query)).all()


async def under_way(session: AsyncSession, user_id: UUID | None) -> bool:
    """Whether anything of theirs still runs: a run that its worker has not ended, a call that was sent."""
    open_run = select(Run).join(Thread, col(Thread.id) == col(Run.thread_id)).where(col(Run.state).in_(OPEN_STATES))
    sent = select(Call).where(col(Call.state).in_(("started", "input_required")))
    if user_id is not None:
        open_run, sent = open_run.where(col(Thread.user_id) == user_id), sent.where(col(Call.user_id) == user_id)
    return bool(await session.scalar(select(or_(open_run.exists(), sent.exists()))))


async def delete_some(session: AsyncSession, holding: Holding, user_id: UUID | None, job_id: UUID) -> int:
    """How many rows of the table went: those of a person, or without one the tenant's. The job itself stays."""
    rows = table_of(holding)
    conditions = []
    if user_id is not None:
        mine = of_person(holding, user_id)
        if mine is None:
            return 0
        conditions.append(mine)
    if holding.table == "data_jobs":
        conditions.append(rows.columns["id"] != job_id)
    keys = tuple(rows.primary_key.columns)
    some = select(*keys).where(*conditions).limit(BATCH)
    gone = await session.execute(delete(rows).where(tuple_(*keys).in_(some)).returning(keys[0]))
    return len(gone.all())


async def delete_checkpoints(session: AsyncSession) -> None:
    """What is left of the tenant's, of whatever chat."""
    for name in CHECKPOINT_TABLES:
        await session.execute(delete(table(name)))


async def servers_of(session: AsyncSession, user_id: UUID) -> Sequence[str]:
    """Those that the person is connected to."""
    query = select(col(Connection.server_id)).where(col(Connection.user_id) == user_id)
    return (await session.scalars(query)).all()


async def threads_that_name(session: AsyncSession, user_id: UUID) -> Sequence[UUID]:
    """Others' chats in which this person decided something."""
    decided = select(col(Call.thread_id)).where(
        or_(
            col(Call.decided_by) == user_id,
            col(Call.resolved_by) == user_id,
            col(Call.id).in_(select(col(Approval.call_id)).where(col(Approval.user_id) == user_id)),
        )
    )
    query = select(col(Thread.id)).where(col(Thread.id).in_(decided), col(Thread.user_id) != user_id)
    return (await session.scalars(query.order_by(col(Thread.id)))).all()


async def forget_name(session: AsyncSession, thread_id: UUID, user: User) -> None:
    """Of a chat that is held: its log, and what its graph keeps where nothing goes on from there."""
    if user.name and user.name != ERASED_NAME:
        query = select(Event).where(col(Event.thread_id) == thread_id, col(Event.body).is_not(None))
        for event in await session.scalars(query):
            body = without_name(event.body, str(user.id), user.name)
            if body != event.body:
                where = (col(Event.thread_id) == thread_id, col(Event.seq) == event.seq)
                await session.execute(
                    update(Event).where(*where).values(body=json.loads(json.dumps(body))),
                    execution_options={"synchronize_session": False},
                )
    goes_on = select(Run).where(col(Run.thread_id) == thread_id, col(Run.state).in_((*OPEN_STATES, "failed")))
    if not await session.scalar(select(goes_on.exists())):
        await runs.delete_checkpoints(session, thread_id)


async def empty_user(session: AsyncSession, user_id: UUID) -> None:
    """The row that stands for them from now on; whoever signs in as they did is somebody new."""
    await session.execute(
        update(User)
        .where(col(User.id) == user_id)
        .values(issuer=ERASED, subject=str(user_id), email="", name=ERASED_NAME, roles=[], roles_set=True)
    )


async def close_everybody(session: AsyncSession) -> None:
    """Nobody of the tenant comes in any more."""
    closed = update(User).where(col(User.disabled_at).is_(None)).values(disabled_at=func.now())
    await session.execute(closed)


async def end_tenant(session: AsyncSession, tenant_id: UUID) -> None:
    """The last of it: its people, with whatever still names them, and every word in its own row."""
    await session.execute(delete(User).where(col(User.tenant_id) == tenant_id))
    emptied = update(Tenant).where(col(Tenant.id) == tenant_id)
    await session.execute(emptied.values(slug=str(tenant_id), name=ERASED))


async def record_of(session: AsyncSession, tenant_id: UUID) -> tuple[int, str, str | None]:
    """(number, hash, action) of the last entry of the tenant's record; as the operator's role."""
    found = await session.execute(
        text(
            "select head.seq, head.hash, (select action from audit where tenant_id = :tenant and seq = head.seq) "
            "from audit_heads head where head.tenant_id = :tenant for update"
        ),
        {"tenant": tenant_id},
    )
    row = found.one_or_none()
    return (row[0], row[1], row[2]) if row else (0, "", None)


async def end_record(session: AsyncSession, tenant_id: UUID) -> None:
    """All entries go; as the operator's role."""
    await session.execute(ENDED, {"tenant": tenant_id})
