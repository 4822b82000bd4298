"""A thread's log: what a transaction adds is numbered as it is said, read by it, and written with it or not at all."""

from uuid import uuid4

import pytest

from interlock_platform.database import Database
from interlock_platform.runs import store
from interlock_platform.tables.conversation import Thread
from tests.platform.policy.tenant import make_tenant


class Undone(Exception):
    """What a transaction ends in that is to leave nothing."""


async def test_what_is_added_to_a_log_is_read_in_its_transaction_and_gone_with_it(database: Database) -> None:
    tenant, thread_id, run_id = await make_tenant(database), uuid4(), uuid4()
    body = {"z": "\u0001\ud800 é", "a": [1, None]}

    async def add(number: int, *, undo: bool = False) -> None:
        async with database.transaction(tenant.scope) as session:
            thread = await store.hold(session, thread_id)
            assert thread is not None
            store.append(session, thread, run_id, "run_started")
            store.append(session, thread, run_id, "tool_call", body)
            assert thread.last_seq == number + 3
            assert await store.is_told_as_running(session, thread_id, run_id)
            store.append(session, thread, run_id, "run_finished")
            assert not await store.is_told_as_running(session, thread_id, run_id)
            if undo:
                raise Undone

    async with database.transaction(tenant.scope) as session:
        session.add(Thread(id=thread_id, user_id=tenant.people["bob"], title=""))
    with pytest.raises(Undone):
        await add(1, undo=True)
    await add(1)
    await add(6)
    async with database.transaction(tenant.scope) as session:
        thread = await store.hold(session, thread_id)
        events = await store.events_after(session, thread_id, 0)
        assert thread is not None
        assert thread.last_seq == 10
    assert [event.seq for event in events] == [1, 2, 5, 6, 7, 10]
    assert [event.body for event in events] == [None, body, None] * 2
    assert list(events[1].body or {}) == ["z", "a"]
