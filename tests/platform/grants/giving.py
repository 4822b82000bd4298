"""What the tests of grants do again and again."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID, uuid4

from interlock_platform.database import Database, Scope
from tests.person import Person
from tests.platform.place import Place


@dataclass(frozen=True)
class Office:
    """Acme, where the journal's `record` is pinned under `definition_hash`."""

    place: Place
    database: Database
    tenant_id: UUID
    definition_hash: str

    @classmethod
    async def of(cls, place: Place, alice: Person, database: Database) -> Self:
        tools = (await alice.ok("GET", "/api/toolset"))["tools"]
        (pinned,) = [tool["definition_hash"] for tool in tools if tool["name"] == "journal__record"]
        return cls(place, database, UUID(await tenant_of(alice)), pinned)

    @property
    def scope(self) -> Scope:
        return Scope(tenant_id=self.tenant_id)

    def body(self, **more: Any) -> dict[str, Any]:
        return {"server": "journal", "tool": "record", "definition_hash": self.definition_hash, **more}

    async def give(self, by: Person, **more: Any) -> dict[str, Any]:
        """The grant that this person gives; fails if they may not."""
        grant: dict[str, Any] = await by.ok("POST", "/api/grants", self.body(**more))
        return grant

    async def refused(self, by: Person, **more: Any) -> tuple[int, dict[str, Any]]:
        """Why this person may not give the grant."""
        return await problem(by, "POST", "/api/grants", self.body(**more))

    async def rule(self, name: str, verdict: str = "ask", *, layer: str = "tenant", **more: Any) -> UUID:
        """Makes a rule of Acme's; with layer `platform` the operator's."""
        rule_id, columns = uuid4(), ["id", "tenant_id", "layer", "name", "verdict", *more]
        tenant = None if layer == "platform" else self.tenant_id
        await self.place.sql(
            f"insert into rules ({', '.join(columns)}) values ({', '.join('%s' for _ in columns)})",  # noqa: S608
            rule_id, tenant, layer, name, verdict, *more.values(),
        )  # fmt: skip
        return rule_id

    async def left(self) -> UUID:
        """Somebody of Acme whose account is disabled."""
        user_id = uuid4()
        await self.place.sql(
            "insert into users (id, tenant_id, issuer, subject, email, name, roles, disabled_at) "
            "values (%s, %s, 'nobody', %s, '', 'Dave', array['owner'], now())",
            user_id, self.tenant_id, user_id.hex,
        )  # fmt: skip
        return user_id


async def problem(by: Person, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    """What is answered to what is refused, without what differs each time."""
    answer = await by.api(method, path, body)
    said = answer.json()
    del said["request_id"]
    return answer.status_code, said


async def me(person: Person) -> str:
    user_id: str = (await person.ok("GET", "/api/me"))["user"]["id"]
    return user_id


async def tenant_of(person: Person) -> str:
    tenant_id: str = (await person.ok("GET", "/api/me"))["tenant"]["id"]
    return tenant_id


async def grants(person: Person, scope: str = "mine") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.ok("GET", f"/api/grants?scope={scope}"))["grants"]
    return found
