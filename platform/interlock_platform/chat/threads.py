"""A person's threads as a list: made, named, pinned, put away, deleted and brought back."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.store import record
from interlock_platform.chat import store
from interlock_platform.chat.ending import Ending
from interlock_platform.chat.store import Overview, Place
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem, not_found
from interlock_platform.gate import store as ledger
from interlock_platform.principal import Principal
from interlock_platform.runs import store as runs
from interlock_platform.runs.queue import Queue
from interlock_platform.tables.conversation import Thread

NEW_TITLE = "New chat"
PAGE = 50
MAX_TITLE = 120
MAX_PINNED = 50
UNDO = timedelta(minutes=2)
"""How long a deleted thread can be brought back."""


@dataclass(frozen=True)
class Changes:
    """What to change of a thread; None leaves it as it is."""

    title: str | None = None
    pinned: bool | None = None
    archived: bool | None = None


class Threads:
    """Each person's own: to everybody else they are as if they were not there."""

    def __init__(self, database: Database, queue: Queue, ending: Ending) -> None:
        self._database = database
        self._queue = queue
        self._ending = ending

    async def page(self, who: Principal, search: str, *, archived: bool, cursor: str | None) -> dict[str, Any]:
        before = read_cursor(cursor) if cursor else None
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            found = await store.list_threads(
                session, who.user_id, search=search, archived=archived, before=before, limit=PAGE + 1
            )
        page = found[:PAGE]
        following = write_cursor(page[-1].thread) if len(found) > PAGE else None
        return {"threads": [overview.wire() for overview in page], "next": following}

    async def create(self, who: Principal, title: str | None) -> dict[str, Any]:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            whose = "person" if title else "words"
            thread = Thread(id=uuid4(), user_id=who.user_id, title=title or NEW_TITLE, title_by=whose)
            session.add(thread)
            await session.flush()
            await _tell(session, who, thread.id)
            return Overview(thread, "idle", 0).wire()

    async def show(self, who: Principal, thread_id: UUID) -> dict[str, Any]:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            return (await find_own(session, who, thread_id)).wire()

    async def change(self, who: Principal, thread_id: UUID, changes: Changes) -> dict[str, Any]:
        """What is put away is no longer pinned, and what is pinned is brought back. Raises `too_many_pinned`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            thread = await hold_own(session, who, thread_id)
            now = await ledger.now(session)
            if changes.title is not None:
                thread.title, thread.title_by = changes.title, "person"
            if changes.archived is not None:
                thread.archived_at = (thread.archived_at or now) if changes.archived else None
                thread.pinned_at = None if changes.archived else thread.pinned_at
            if changes.pinned and thread.pinned_at is None:
                if await store.count_pinned(session, who.user_id) >= MAX_PINNED:
                    message = f"{MAX_PINNED} chats are pinned, and that is the most. Unpin one first."
                    raise Problem("too_many_pinned", 409, message)
                thread.pinned_at, thread.archived_at = now, None
            elif changes.pinned is False:
                thread.pinned_at = None
            await _tell(session, who, thread_id)
            await session.flush()
            return (await find_own(session, who, thread_id)).wire()

    async def delete(self, who: Principal, thread_id: UUID) -> None:
        """From now on it is as if it were gone, and after a while it is. What waits in it is cancelled.

        Raises `thread_busy` while something runs in it.
        """
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            thread = await hold_own(session, who, thread_id)
            if (await find_own(session, who, thread_id)).state == "running":
                raise Problem("thread_busy", 409, "Something is running in this chat. Stop it first, then delete it.")
            for run in await runs.open_runs(session, thread_id):
                await self._ending.stop(session, thread, run, who.user_id, f"{who.name} deleted the chat.")
            thread.deleted_at = await ledger.now(session)
            await self._queue.remove(session, who.tenant_id, thread_id, thread.deleted_at + UNDO)
            record(session, who.user_id, "thread.deleted", str(thread_id))
            await runs.tell_user(session, who.tenant_id, who.user_id, f"thread.deleted:{thread_id}")

    async def restore(self, who: Principal, thread_id: UUID) -> dict[str, Any]:
        """Brings back what was deleted a moment ago; what was cancelled stays so."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            thread = await store.hold_own(session, who.user_id, thread_id, deleted=True)
            if thread is None:
                raise not_found()
            thread.deleted_at = None
            record(session, who.user_id, "thread.restored", str(thread_id))
            await _tell(session, who, thread_id)
            await session.flush()
            return (await find_own(session, who, thread_id)).wire()

    async def remove(self, tenant_id: UUID, thread_id: UUID) -> None:
        """Drops everything of a deleted thread but the record, unless it was brought back meanwhile."""
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            thread = await runs.hold(session, thread_id)
            if thread is None or thread.deleted_at is None:
                return
            # Deleted, brought back and deleted again: the job of the second time is on its way.
            if thread.deleted_at + UNDO > await ledger.now(session):
                return
            locks = await store.erase_thread(session, thread_id)
        await self._queue.forget(locks)


async def find_own(session: AsyncSession, who: Principal, thread_id: UUID) -> Overview:
    """Raises `not_found`."""
    found = await store.find_thread(session, who.user_id, thread_id)
    if found is None:
        raise not_found()
    return found


async def hold_own(session: AsyncSession, who: Principal, thread_id: UUID) -> Thread:
    """Raises `not_found`."""
    thread = await store.hold_own(session, who.user_id, thread_id)
    if thread is None:
        raise not_found()
    return thread


async def _tell(session: AsyncSession, who: Principal, thread_id: UUID) -> None:
    await runs.tell_user(session, who.tenant_id, who.user_id, f"thread:{thread_id}")


def write_cursor(last: Thread) -> str:
    at = last.updated_at.isoformat() if last.updated_at else ""
    place = json.dumps([last.pinned_at is not None, at, str(last.id)])
    return base64.urlsafe_b64encode(place.encode()).decode()


def read_cursor(cursor: str) -> Place:
    try:
        pinned, at, thread_id = json.loads(base64.urlsafe_b64decode(cursor))
        return bool(pinned), datetime.fromisoformat(at), UUID(thread_id)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise Problem("invalid", 422, "This cursor is not one that was given out.") from error
