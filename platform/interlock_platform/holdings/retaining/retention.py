"""Retention: what is chosen, what that would delete, and the daily sweep that deletes it."""

from dataclasses import asdict
from uuid import UUID

from interlock_platform.audit.store import record
from interlock_platform.chat.store import erase_thread
from interlock_platform.database import Database, Scope
from interlock_platform.features.store import hold
from interlock_platform.holdings.retaining import store
from interlock_platform.holdings.retaining.kept import KINDS, Kept
from interlock_platform.principal import Principal
from interlock_platform.runs import store as runs
from interlock_platform.runs.queue import Queue
from interlock_platform.runs.store import tell_user


class Retaining:
    """`operator` is a database of the operator's role: it knows which tenants there are."""

    def __init__(self, database: Database, operator: Database, queue: Queue) -> None:
        self._database = database
        self._operator = operator
        self._queue = queue

    async def show(self, who: Principal) -> Kept:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            return await store.kept(session)

    async def preview(self, who: Principal, wanted: Kept) -> dict[str, int]:
        """How much of what this would delete now."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            found: dict[str, int] = {}
            for kind in KINDS:
                days = getattr(wanted, kind)
                found[kind] = await store.count(session, kind, days) if days else 0
            return found

    async def set(self, who: Principal, wanted: Kept) -> Kept:
        """It counts from the next sweep on."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await hold(session, who.tenant_id)
            before = await store.kept(session)
            if wanted != before:
                await store.keep(session, wanted, who.user_id)
                record(
                    session, who.user_id, "retention.set", str(who.tenant_id),
                    before=asdict(before), after=asdict(wanted),
                )  # fmt: skip
            return wanted

    async def sweep_all(self) -> None:
        """Has each tenant swept, by a job of its own."""
        async with self._operator.transaction(Scope()) as session:
            tenants = await store.tenants(session)
        for tenant_id in tenants:
            async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
                await self._queue.sweep(session, tenant_id)

    async def sweep(self, tenant_id: UUID) -> None:
        """Deletes what the tenant keeps no longer. Interrupted, it is done again, and what is gone is gone."""
        scope = Scope(tenant_id=tenant_id)
        async with self._database.transaction(scope) as session:
            kept = await store.kept(session)
            threads = await store.old_threads(session, kept.threads) if kept.threads else ()
        for thread_id in threads:
            await self._sweep_thread(tenant_id, thread_id, kept.threads or 0)
        async with self._database.transaction(scope) as session:
            swept = {
                kind: await store.sweep(session, kind, days)
                for kind in KINDS
                if kind != "threads" and (days := getattr(kept, kind)) is not None
            }
            if any(swept.values()):
                record(session, None, "retention.swept", str(tenant_id), swept=swept)

    async def _sweep_thread(self, tenant_id: UUID, thread_id: UUID, days: int) -> None:
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            thread = await runs.hold(session, thread_id)
            if thread is None or not await store.is_old(session, thread_id, days):
                return
            user_id = thread.user_id
            locks = await erase_thread(session, thread_id)
            record(session, None, "thread.deleted", str(thread_id))
            await tell_user(session, tenant_id, user_id, f"thread.deleted:{thread_id}")
        await self._queue.forget(locks)
