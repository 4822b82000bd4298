"""Whoever names people in rules and grants sees who belongs to the organisation, and nobody beyond it."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
from fastapi import FastAPI

from interlock_platform.database import Database, conninfo
from interlock_platform.http.authentication import Authentication
from interlock_platform.http.problems import install_problems
from interlock_platform.identity.members.routes import member_routes
from interlock_platform.principal import Principal
from tests.conftest import Urls

ACME, GLOBEX = uuid4(), uuid4()
PEOPLE: list[tuple[UUID, str, list[str], bool]] = [
    (ACME, "carol", ["approver", "owner"], True),
    (ACME, "Alice", ["viewer"], True),
    (ACME, "Bob", [], True),
    (ACME, "Gone", ["owner"], False),
    (GLOBEX, "Mallory", ["owner"], True),
]


async def people(urls: Urls) -> dict[str, UUID]:
    """Makes both organisations; the ids of their people by name."""
    found = {}
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        for tenant in (ACME, GLOBEX):
            await connection.execute("insert into tenants (id, slug, name) values (%s, %s, 'T')", (tenant, tenant.hex))
        for tenant, name, roles, active in PEOPLE:
            found[name] = uuid4()
            await connection.execute(
                "insert into users (id, tenant_id, issuer, subject, email, name, roles, disabled_at) "
                "values (%s, %s, 'i', %s, %s, %s, %s, case when %s then null else now() end)",
                (found[name], tenant, name, f"{name}@x.example", name, roles, active),
            )
    return found


async def members(database: Database, tenant_id: UUID, *roles: str) -> tuple[int, Any]:
    """What somebody of the tenant with these roles is answered."""

    async def authenticate(secret: str | None) -> Principal:
        return Principal(tenant_id, uuid4(), uuid4(), "Me", "me@x.example", frozenset(roles))

    app = FastAPI()
    app.state.authentication = Authentication("session", authenticate)
    install_problems(app)
    app.include_router(member_routes(database))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://here") as client:
        answer = await client.get("/api/members")
    return answer.status_code, answer.json()


async def test_the_members_are_those_of_the_tenant_who_can_sign_in(database: Database, urls: Urls) -> None:
    ids = await people(urls)
    status, said = await members(database, ACME, "approver")
    assert status == 200
    assert said == {
        "members": [
            {"id": str(ids["Alice"]), "name": "Alice", "email": "Alice@x.example", "roles": ["viewer"]},
            {"id": str(ids["Bob"]), "name": "Bob", "email": "Bob@x.example", "roles": []},
            {"id": str(ids["carol"]), "name": "carol", "email": "carol@x.example", "roles": ["owner", "approver"]},
        ]
    }
    _, theirs = await members(database, GLOBEX, "owner")
    assert [each["name"] for each in theirs["members"]] == ["Mallory"]


@pytest.mark.parametrize("role", ["owner", "admin", "approver"])
async def test_who_may_see_them(role: str, database: Database) -> None:
    assert await members(database, uuid4(), role, "member") == (200, {"members": []})


@pytest.mark.parametrize("roles", [(), ("member",), ("viewer", "member")])
async def test_who_may_not(roles: tuple[str, ...], database: Database) -> None:
    status, said = await members(database, ACME, *roles)
    assert (status, said["code"]) == (403, "forbidden")
    assert all(role in said["detail"] for role in ("owner", "admin", "approver"))
