"""A tenant with people, straight in the tables: for tests of the policy that need no browser."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from interlock_platform.database import Database, Scope
from interlock_platform.policy.judging import Judged, Judging
from interlock_platform.tables.identity import Tenant, User
from interlock_platform.tables.policy import Grant, Rule, ToolClass

PEOPLE = {"alice": ["owner"], "bob": ["member"], "carol": ["approver"]}


@dataclass(frozen=True)
class TestTenant:
    """One of them; `people` has their ids."""

    __test__ = False

    database: Database
    id: UUID = field(default_factory=uuid4)
    people: dict[str, UUID] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        return Scope(tenant_id=self.id)

    async def add(self, *rows: Rule | Grant | ToolClass | Tenant | User) -> None:
        async with self.database.transaction(self.scope) as session:
            session.add_all(rows)

    async def sql(self, statement: str, **values: Any) -> None:
        async with self.database.transaction(self.scope) as session:
            await session.execute(text(statement), values)

    async def judge(self, judging: Judging, **call: Any) -> Judged:
        asked: dict[str, Any] = {
            "server_id": "files", "tool": "write", "definition_hash": "h1", "arguments": {},
            "requester": self.people.get("bob"), "thread_id": None, **call,
        }  # fmt: skip
        async with self.database.transaction(self.scope) as session:
            return await judging.judge(session, **asked)


async def make_tenant(database: Database, **people: list[str]) -> TestTenant:
    """With these people and their roles; alice, bob and carol where none are said."""
    tenant = TestTenant(database)
    await tenant.add(Tenant(id=tenant.id, slug=str(tenant.id), name="Acme"))
    for name, roles in (people or PEOPLE).items():
        tenant.people[name] = uuid4()
        await tenant.add(
            User(
                id=tenant.people[name],
                issuer="i",
                subject=name,
                email=f"{name}@acme.test",
                name=name.title(),
                roles=roles,
            )
        )
    return tenant


def rule(layer: str, verdict: str, name: str = "", **more: Any) -> Rule:
    return Rule(id=uuid4(), layer=layer, verdict=verdict, name=name or f"{layer} {verdict} {uuid4()}", **more)
