"""A tenant with many rules and grants, and a call that some of them are about."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from interlock_platform.database import Database, Scope
from interlock_platform.tables.conversation import Run, Thread
from interlock_platform.tables.identity import Tenant, User
from interlock_platform.tables.policy import Grant, Rule

SERVERS = ["journal", *(f"server-{n}" for n in range(19))]
TOOLS = ["record", "asked", *(f"tool-{n}" for n in range(8))]
USERS = THREADS = 100
CONDITION = "has(arguments.value) && arguments.value.startsWith('{}-')"
HASH = "0" * 64


@dataclass(frozen=True)
class Filled:
    """Whose calls are judged; the run of the thread is under way."""

    tenant_id: UUID
    user_id: UUID
    thread_id: UUID
    run_id: UUID

    @property
    def scope(self) -> Scope:
        return Scope(tenant_id=self.tenant_id)


async def fill(database: Database, rules: int, grants: int) -> Filled:
    """Of the rules a tenth is of the tenant, a fifth of servers, two fifths of tools, a fifth of people and a tenth of
    chats; a third has a condition. Of the grants each is for one person and one tool; a tenth has a condition.

    Calls of `record` are allowed by rules, calls of `asked` by a grant.
    """
    filled = Filled(uuid4(), uuid4(), uuid4(), uuid4())
    users = [filled.user_id, *(uuid4() for _ in range(USERS - 1))]
    threads = [filled.thread_id, *(uuid4() for _ in range(THREADS - 1))]
    async with database.transaction(filled.scope) as session:
        session.add(Tenant(id=filled.tenant_id, slug="benchmark", name="Benchmark"))
        await session.flush()
        session.add_all(
            User(id=each, issuer="i", subject=str(each), email=f"{each}@test", name="Somebody", roles=["member"])
            for each in users
        )
        await session.flush()
        session.add_all(Thread(id=each, user_id=filled.user_id, title="") for each in threads)
        await session.flush()
        session.add(Run(thread_id=filled.thread_id, id=filled.run_id, state="running", position=1))
        session.add_all(_rule(number, users, threads) for number in range(rules - 1))
        session.add(_about("tool", "asked", verdict="ask", server_id="journal", tool="asked"))
        session.add_all(_grant(number, users) for number in range(grants))
    return filled


def _rule(number: int, users: list[UUID], threads: list[UUID]) -> Rule:
    kind, within = number % 10, number // 10
    server, tool = SERVERS[within % len(SERVERS)], TOOLS[within // len(SERVERS) % len(TOOLS)]
    conditional = number % 3 == 0
    said: dict[str, Any] = {
        "verdict": "ask" if conditional else "allow",
        "condition": CONDITION.format(number) if conditional else None,
    }
    if kind == 0:
        return _about("tenant", number, server_id=server if within % 2 else None, **said)
    if kind < 3:
        return _about("server", number, server_id=server, **said)
    if kind < 7:
        return _about("tool", number, server_id=server, tool=tool, **said)
    if kind < 9:
        return _about("user", number, user_id=users[within % len(users)], **said)
    return _about("thread", number, thread_id=threads[within % len(threads)], **said)


def _about(layer: str, name: int | str, **more: Any) -> Rule:
    return Rule(id=uuid4(), layer=layer, name=f"{layer} {name}", **more)


def _grant(number: int, users: list[UUID]) -> Grant:
    user, rest = users[number % len(users)], number // len(users)
    server, tool = SERVERS[rest % len(SERVERS)], TOOLS[1 + rest // len(SERVERS) % (len(TOOLS) - 1)]
    return Grant(
        id=uuid4(), user_id=user, server_id=server, tool=tool, definition_hash=HASH, given_by=user,
        condition=CONDITION.format(number) if number % 10 == 9 else None,
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )  # fmt: skip
