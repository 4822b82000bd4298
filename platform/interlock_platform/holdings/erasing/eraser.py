"""Deleting a person or a tenant: step by step, each in a transaction of its own, so that whoever dies is followed by
somebody who goes on."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.server_spec import ServerSpec
from interlock_platform.audit.store import record
from interlock_platform.chat.store import erase_thread
from interlock_platform.database import Database, Scope
from interlock_platform.holdings import store
from interlock_platform.holdings.erasing import store as erasing
from interlock_platform.holdings.erasing.folders import remove_folders
from interlock_platform.holdings.inventory import HOLDINGS
from interlock_platform.members.service import Members
from interlock_platform.runs import store as runs
from interlock_platform.runs.queue import Queue
from interlock_platform.runs.store import tell_user
from interlock_platform.tables.holdings import DataJob

LOOK_AGAIN = timedelta(seconds=1)
"""How long something that still runs is waited for, before it is looked at again."""


class Eraser:
    """`operator` is a database of the operator's role, `specs` the servers of the operator's file."""

    def __init__(
        self, database: Database, operator: Database, queue: Queue, members: Members, specs: Sequence[ServerSpec]
    ) -> None:
        self._database = database
        self._operator = operator
        self._queue = queue
        self._members = members
        self._specs = specs

    async def erase(self, tenant_id: UUID, job_id: UUID) -> None:
        """Does what the job says, or puts it off: until its time has come, and until nothing runs any more."""
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            job = await store.job(session, job_id, hold=True)
            if job is None or job.state in ("done", "cancelled"):
                return
            if job.due_at is not None and job.due_at > await store.now(session):
                return await self._queue.erase(session, tenant_id, job_id, at=job.due_at)
            await self._close(session, tenant_id, job)
            if await erasing.under_way(session, job.user_id):
                await store.move(session, job_id, state="running", step="stopping")
                at = await store.now(session) + LOOK_AGAIN
                return await self._queue.erase(session, tenant_id, job_id, at=at)
            threads = await erasing.thread_ids(session, job.user_id)
            total = len(threads) + len(HOLDINGS)
            await store.move(session, job_id, state="running", step="chats", done=0, total=total)
        user_id = job.user_id
        people = [user_id] if user_id is not None else await self._people(tenant_id)
        for done, thread_id in enumerate(threads, 1):
            await self._erase_thread(tenant_id, job_id, thread_id, done)
        for done, holding in enumerate(HOLDINGS, len(threads) + 1):
            if not holding.stays:
                await self._erase_rows(tenant_id, job_id, user_id, holding.table, done)
        for each in people:
            await self._queue.forget([f"revalidation:{each}"])
            await asyncio.to_thread(remove_folders, self._specs, each.hex)
        if user_id is not None:
            await self._end_person(tenant_id, job_id, user_id)
        else:
            await self._end_tenant(tenant_id)

    async def _close(self, session: AsyncSession, tenant_id: UUID, job: DataJob) -> None:
        """From now on nothing new begins. Done again each time: what began in the same moment is stopped as well."""
        if job.user_id is not None:
            user = await store.person(session, job.user_id)
            assert user is not None, "their row is the last to be changed"
            return await self._members.close(session, job.asked_by, user)
        tenant = await store.hold_tenant(session, tenant_id)
        if tenant.erased_at is None:
            tenant.erased_at = await store.now(session)
        for user_id in await erasing.users(session):
            user = await store.person(session, user_id)
            assert user is not None, "it was read in this transaction"
            await self._members.close(session, job.asked_by, user)
        await erasing.close_everybody(session)

    async def _people(self, tenant_id: UUID) -> Sequence[UUID]:
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            return await erasing.users(session)

    async def _erase_thread(self, tenant_id: UUID, job_id: UUID, thread_id: UUID, done: int) -> None:
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            await store.move(session, job_id, step="chats", done=done)
            thread = await runs.hold(session, thread_id)
            if thread is None:
                return
            locks = await erase_thread(session, thread_id)
            record(session, None, "thread.deleted", str(thread_id))
        await self._queue.forget(locks)

    async def _erase_rows(self, tenant_id: UUID, job_id: UUID, user_id: UUID | None, table: str, done: int) -> None:
        holding = next(each for each in HOLDINGS if each.table == table)
        while True:
            async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
                await store.move(session, job_id, step=table, done=done)
                connected = await erasing.servers_of(session, user_id) if table == "connections" and user_id else ()
                if holding.owner == "thread_text":
                    if user_id is None:
                        await erasing.delete_checkpoints(session)
                    return
                gone = await erasing.delete_some(session, holding, user_id, job_id)
                for server_id in connected:
                    # Whichever process holds the connection lets it go.
                    await tell_user(session, tenant_id, user_id or job_id, f"catalogue:{server_id}")
            if not gone:
                return

    async def _end_person(self, tenant_id: UUID, job_id: UUID, user_id: UUID) -> None:
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            named = await erasing.threads_that_name(session, user_id)
        for thread_id in named:
            async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
                user = await store.person(session, user_id)
                if user is not None and await runs.hold(session, thread_id) is not None:
                    await erasing.forget_name(session, thread_id, user)
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            await erasing.empty_user(session, user_id)
            record(session, None, "member.erased", str(user_id))
            await store.move(session, job_id, state="done", step="", done=0, total=0, ended_at=func.now())

    async def _end_tenant(self, tenant_id: UUID) -> None:
        """The record gives way to one entry that names its end, and the rest goes with the people."""
        async with self._operator.transaction(Scope(tenant_id=tenant_id)) as session:
            entries, head, last = await erasing.record_of(session, tenant_id)
            if last != "tenant.erased":
                await erasing.end_record(session, tenant_id)
                record(session, None, "tenant.erased", str(tenant_id), entries=entries, head=head)
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            await erasing.end_tenant(session, tenant_id)
