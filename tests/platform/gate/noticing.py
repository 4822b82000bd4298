"""What one change of a call leaves behind: its entries in the record and in the log, its jobs, and who is rung for."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg

from interlock_platform.database import conninfo
from interlock_platform.gate.store import Whole
from interlock_platform.runs.store import USER_CHANNEL
from interlock_platform.tables.ledger import Call
from tests.conftest import Urls
from tests.platform.gate.desk import DEFINITION, Desk, held


@dataclass(frozen=True)
class Noticed:
    """`result` is what the change returned, the rest what it left, in order."""

    result: Any
    deeds: list[tuple[str, UUID | None, dict[str, Any]]]
    log: list[tuple[str, dict[str, Any]]]
    jobs: list[tuple[str, str, Any]]
    rings: list[str]

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.log]

    @property
    def tasks(self) -> list[tuple[str, str]]:
        return [(task, lock) for task, lock, _ in self.jobs]


@dataclass(frozen=True)
class Watch:
    """Watches one desk; rings are heard on a connection of its own."""

    desk: Desk
    connection: psycopg.AsyncConnection[Any]

    async def over(self, change: Coroutine[Any, Any, Any]) -> Noticed:
        before = await self._seen()
        await self._rings()
        result = await change
        after = await self._seen()
        deeds, log, jobs = (new[len(old) :] for old, new in zip(before, after, strict=True))
        return Noticed(result, deeds, log, jobs, await self._rings())

    async def _seen(self) -> tuple[list[Any], ...]:
        deeds = await self.desk.rows("select action, actor, data from audit order by seq")
        log = await self.desk.rows("select kind, body from events order by created_at, thread_id, seq")
        jobs = await self.desk.rows("select task_name, lock, scheduled_at from procrastinate_jobs order by id")
        return tuple([tuple(row.values()) for row in rows] for rows in (deeds, log, jobs))

    async def _rings(self) -> list[str]:
        """Whatever was rung until now, without the tenant."""
        await self.connection.execute(f"notify {USER_CHANNEL}, 'now'")
        rung = []
        async for notice in self.connection.notifies():
            if notice.payload == "now":
                break
            rung.append(notice.payload)
        return [each.partition(":")[2] for each in rung if each.startswith(str(self.desk.tenant.id))]


@asynccontextmanager
async def watching(desk: Desk, urls: Urls) -> AsyncIterator[Watch]:
    async with await psycopg.AsyncConnection.connect(conninfo(urls.runtime), autocommit=True) as connection:
        await connection.execute(f"listen {USER_CHANNEL}")
        yield Watch(desk, connection)


async def enter(desk: Desk, thread_id: UUID, run_id: UUID, **more: Any) -> Whole:
    """A call with these columns, as it is: for what no policy makes."""
    async with desk.database.transaction(desk.tenant.scope) as session:
        thread = await held(session, thread_id)
        at = (await desk.rows("select now() + interval '1 hour' as at"))[0]["at"]
        columns: dict[str, Any] = {
            "id": uuid4(), "thread_id": thread_id, "run_id": run_id, "user_id": thread.user_id,
            "tool_call_id": f"tool-{uuid4().hex}", "position": 0, "name": DEFINITION.qualified_name,
            "server_id": "journal", "tool": "record", "definition_hash": DEFINITION.hash, "arguments": "{}",
            "seal": "a" * 64, "policy_version": "0.0", "verdict": "ask", "trace": [], "terms": {},
            "state": "proposed", "expires_at": at, **more,
        }  # fmt: skip
        return await desk.ledger.enter(session, thread, Call(**columns))
