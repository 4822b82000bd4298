"""The gate without doors, servers and workers: a tenant's ledger and decisions on real Postgres.

Its people are alice (owner), bob (member), carol and dave (approvers); there is one tool, that was declared.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from interlock_handlers.definition import ToolDefinition
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_spec import ServerSpec
from interlock_platform.chat.ending import Ending
from interlock_platform.credentials.service import Credentials
from interlock_platform.database import Database
from interlock_platform.gate import store
from interlock_platform.gate.decisions import Decisions
from interlock_platform.gate.expiry import Expiry
from interlock_platform.gate.inbox import Inbox
from interlock_platform.gate.ledger import Ledger
from interlock_platform.gate.proposer import Proposer, Wanted
from interlock_platform.gate.seal import canonical
from interlock_platform.gate.store import CallState, Whole
from interlock_platform.grants.service import Grants
from interlock_platform.policy.judging import Judging
from interlock_platform.principal import Principal
from interlock_platform.runs import store as runs
from interlock_platform.runs.queue import Queue
from interlock_platform.tables.conversation import Run, Thread
from interlock_platform.tools import store as connections
from interlock_platform.tools.entries.entry import Catalogue, Entry
from interlock_platform.tools.service import Tools
from interlock_platform.vault.keyring import Keyring
from interlock_platform.vault.service import Vault
from interlock_servers.connecting import Inside
from tests.conftest import Urls
from tests.platform.policy.tenant import TestTenant, make_tenant

PEOPLE = {"alice": ["owner"], "bob": ["member"], "carol": ["approver"], "dave": ["approver"]}
MINUTES = 60
DEFINITION = ToolDefinition(
    server_id="journal",
    name="record",
    title="Record",
    description="Record a value in the journal.",
    input_schema={"type": "object", "properties": {"value": {"type": "string"}}, "required": ["value"]},
    output_schema=None,
    annotations=None,
)


@dataclass(frozen=True)
class Desk:
    """One tenant's gate."""

    tenant: TestTenant
    tools: Tools
    ledger: Ledger
    proposer: Proposer
    decisions: Decisions
    expiry: Expiry
    inbox: Inbox
    ending: Ending

    @property
    def database(self) -> Database:
        return self.tenant.database

    def who(self, name: str) -> Principal:
        return Principal(self.tenant.id, self.tenant.people[name], uuid4(), name.title(), "", frozenset(PEOPLE[name]))

    async def thread(self, of: str = "bob", title: str = "Chat", run: str = "running") -> tuple[UUID, UUID]:
        """A thread and its run, in this state."""
        thread_id, run_id = uuid4(), uuid4()
        async with self.database.transaction(self.tenant.scope) as session:
            session.add(Thread(id=thread_id, user_id=self.tenant.people[of], title=title))
            await session.flush()
            session.add(Run(thread_id=thread_id, id=run_id, state=run, position=1))
        return thread_id, run_id

    async def propose(self, thread_id: UUID, run_id: UUID, *values: str, unattended: bool = False) -> list[UUID]:
        """A call of the tool for each value, in one transaction."""
        async with self.database.transaction(self.tenant.scope) as session:
            thread = await held(session, thread_id)
            proposed = [
                await self.proposer.propose(session, thread, wanted(run_id, value, at, unattended), str(uuid4()))
                for at, value in enumerate(values)
            ]
            return [row.id for row in proposed]

    async def move(
        self, call_id: UUID, old: tuple[CallState, ...], new: CallState, actor: UUID | None = None, **more: Any
    ) -> Whole | None:
        async with self.database.transaction(self.tenant.scope) as session:
            found = await store.find(session, call_id)
            assert found is not None
            thread = await held(session, found.call.thread_id)
            return await self.ledger.move(session, thread, call_id, old, new, actor=actor, **more)

    async def cancel(self, thread_id: UUID, run_id: UUID, by: str) -> None:
        """Somebody stops the run."""
        async with self.database.transaction(self.tenant.scope) as session:
            thread, run = await held(session, thread_id), await runs.run_of(session, thread_id, run_id)
            assert run is not None
            await self.ending.cancel(session, thread, run, self.tenant.people[by], "The run was stopped.")

    async def whole(self, call_id: UUID) -> Whole:
        async with self.database.transaction(self.tenant.scope) as session:
            found = await store.find(session, call_id)
        assert found is not None
        return found

    async def run_out(self, call_id: UUID) -> None:
        """Its time is up."""
        await self.tenant.sql("update calls set expires_at = now() - interval '1 day' where id = :id", id=call_id)

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.database.transaction(self.tenant.scope) as session:
            return [dict(row) for row in (await session.execute(text(query), values)).mappings()]

    async def deeds(self, call_id: UUID) -> list[str]:
        """What the record says of the call, in order."""
        found = await self.rows("select action from audit where target = :id order by seq", id=str(call_id))
        return [row["action"] for row in found]

    async def log(self, thread_id: UUID) -> list[dict[str, Any]]:
        return await self.rows("select seq, kind, body from events where thread_id = :id order by seq", id=thread_id)


async def held(session: Any, thread_id: UUID) -> Thread:
    thread = await runs.hold(session, thread_id)
    assert thread is not None
    return thread


def wanted(run_id: UUID, value: str, position: int = 0, unattended: bool = False) -> Wanted:
    arguments = canonical({"value": value})
    return Wanted(run_id, unattended, f"tool-{uuid4().hex}", position, DEFINITION, arguments)


@asynccontextmanager
async def open_desk(urls: Urls) -> AsyncIterator[Desk]:
    database, queue = Database.connect(urls.runtime), Queue(urls.queue)
    async with queue.app.open_async():
        yield await make_desk(database, queue)
    await database.close()


async def make_desk(database: Database, queue: Queue) -> Desk:
    """A new tenant with a desk of its own."""
    return await desk_of(await make_tenant(database, **PEOPLE), queue)


async def desk_of(tenant: TestTenant, queue: Queue) -> Desk:
    """The desk of a tenant that there is."""
    database = tenant.database
    spec = ServerSpec("journal", "Journal", "http", url="http://127.0.0.1:9/mcp")
    catalogue = Catalogue({"journal": Entry(spec)})
    judging, names = Judging(), {"journal": "The journal"}
    outbound = Outbound()
    credentials = Credentials(database, Vault(Keyring(["a secret"])), outbound)
    tools = Tools(database, catalogue, "a secret", judging.usual_verdicts, Inside(outbound).handler, credentials, queue)
    async with database.transaction(tenant.scope) as session:
        await tools.pin(session, DEFINITION)
        for user_id in tenant.people.values():
            await connections.want(session, user_id, DEFINITION.server_id)
    ledger = Ledger(queue, names)
    proposer = Proposer(ledger, judging, tools, MINUTES)
    decisions = Decisions(database, proposer, Grants(database, judging, names), tools)
    return Desk(
        tenant, tools, ledger, proposer, decisions, Expiry(database, ledger, MINUTES), Inbox(database, ledger),
        Ending(ledger, queue),
    )  # fmt: skip


def arguments_of(whole: Whole) -> Any:
    return json.loads(whole.call.arguments)
