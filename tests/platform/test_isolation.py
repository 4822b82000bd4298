"""Every table keeps tenants apart, whatever the code above it forgets."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from interlock_platform.database import OPERATOR_ROLE, QUEUE_ROLE, RUNTIME_ROLE, Database, Scope, conninfo
from interlock_platform.migrate import is_current, migrate
from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import SECRET_KEY, Urls
from tests.person import Person
from tests.platform.place import Place, open_place, record

NOT_TENANT_DATA = {"alembic_version", "checkpoint_migrations"}
NOT_IN_A_TURN = {
    "artifacts", "identity_providers", "invitations", "limits", "login_clients", "login_flows", "logins",
    "reservations", "retentions",
    "data_jobs", "export_parts",
    "token_keys",
}  # fmt: skip


async def test_every_table_with_data_forces_row_level_security(urls: Urls) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo(urls.owner)) as connection:
        rows = await (
            await connection.execute(
                "select relname, relrowsecurity and relforcerowsecurity from pg_class "
                "where relkind = 'r' and relnamespace = 'public'::regnamespace"
            )
        ).fetchall()
    unprotected = {name for name, protected in rows if not protected}
    assert unprotected == NOT_TENANT_DATA


async def test_the_roles_own_nothing_and_bypass_nothing(urls: Urls) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo(urls.owner)) as connection:
        for role in (RUNTIME_ROLE, QUEUE_ROLE, OPERATOR_ROLE):
            query = "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles where rolname = %s"
            assert await (await connection.execute(query, (role,))).fetchone() == (False,)
            query = (
                "select count(*) from pg_shdepend d join pg_roles r on r.oid = d.refobjid "
                "where r.rolname = %s and d.deptype = 'o'"
            )
            assert await (await connection.execute(query, (role,))).fetchone() == (0,)


async def asked(urls: Urls, query: str, *values: object) -> list[tuple[Any, ...]]:
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        return await (
            await connection.execute(query.replace("OF_TENANTS", OF_TENANTS).encode(), values or None)
        ).fetchall()


OF_TENANTS = (
    "select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' "
    "where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"
)
SEEN_BESIDES = {
    "sessions": "a browser's secret opens its row; a session at a provider finds those that it began",
    "users": "a person's own accounts, to choose among",
    "invitations": "a link finds the row that it is about",
    "identity_providers": "a sign-in finds the one that it names",
    "rules": "the operator's hold for every tenant",
}
"""Tables that the runtime role sees more of than its tenant's, to read alone."""


async def test_every_command_on_every_tenant_table_is_held_to_the_tenant(urls: Urls) -> None:
    policies = await asked(
        urls,
        "select tablename, cmd, qual, coalesce(with_check, qual) from pg_policies where %s = any(roles) "
        "and (quote_ident(schemaname) || '.' || quote_ident(tablename))::regclass in (OF_TENANTS)",
        RUNTIME_ROLE,
    )
    whole = {table for table, command, using, check in policies if command == "ALL" and using and check}
    tables = {name for (name,) in await asked(urls, "select relname from pg_class where oid in (OF_TENANTS)")}
    assert whole == tables
    others = {table for table, command, *_ in policies if command != "ALL"}
    assert others <= set(SEEN_BESIDES)
    assert {command for _, command, *_ in policies} <= {"ALL", "SELECT"}
    for table, command, using, check in policies:
        if command == "ALL":
            assert "app.tenant" in using, table
            assert using == check, table


async def test_a_row_of_a_tenant_refers_to_rows_of_the_same_tenant_alone(urls: Urls) -> None:
    loose = await asked(
        urls,
        "select conrelid::regclass::text, conname from pg_constraint k where contype = 'f' "
        "and conrelid in (OF_TENANTS) and confrelid in (OF_TENANTS) and not exists (select from "
        "unnest(k.conkey, k.confkey) as pair(mine, theirs) join pg_attribute a on a.attrelid = k.conrelid "
        "and a.attnum = pair.mine join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.theirs "
        "where a.attname = 'tenant_id' and b.attname = 'tenant_id')",
    )
    assert loose == []
    assert await asked(urls, "select conname from pg_constraint where contype = 'f' and not convalidated") == []


async def test_what_names_a_person_a_chat_or_a_call_refers_to_it(urls: Urls) -> None:
    # LangGraph's tables have their threads as texts.
    unbound = await asked(
        urls,
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid "
        "where c.oid in (OF_TENANTS) and a.attname in ('user_id', 'thread_id', 'call_id', 'job_id') "
        "and c.relname not like 'checkpoint%' and not exists (select from pg_constraint k "
        "where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any(k.conkey))",
    )
    assert unbound == []


async def test_the_operators_role_sees_no_words_of_anybody(urls: Urls) -> None:
    """Which tenants there are, sealed secrets, and one tenant's record at a time."""
    async with await psycopg.AsyncConnection.connect(conninfo(urls.operator), autocommit=True) as connection:
        tables = await connection.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
            "and has_any_column_privilege(oid, 'select')"
        )
        assert {name for (name,) in await tables.fetchall()} == {
            "tenants", "secrets", "audit", "audit_heads", "token_keys",
        }  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("select name from tenants")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("update secrets set sealed = ''")


async def test_the_runtime_role_can_not_read_what_is_not_tenant_data(urls: Urls) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo(urls.runtime), autocommit=True) as connection:
        for table in NOT_TENANT_DATA:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(sql.SQL("select * from {}").format(sql.Identifier(table)))


async def test_a_row_of_another_tenant_is_neither_seen_nor_written(database: Database) -> None:
    ours, theirs = uuid4(), uuid4()
    async with database.transaction(Scope(tenant_id=ours)) as session:
        await session.execute(text("insert into tenants (id, slug, name) values (:id, 'a', 'A')"), {"id": ours})
    async with database.transaction(Scope(tenant_id=theirs)) as session:
        assert (await session.execute(text("select count(*) from tenants"))).scalar_one() == 0
    async with database.transaction(Scope()) as session:
        assert (await session.execute(text("select count(*) from tenants"))).scalar_one() == 0
    with pytest.raises(Exception, match="row-level security"):
        async with database.transaction(Scope(tenant_id=theirs)) as session:
            await session.execute(text("insert into tenants (id, slug, name) values (:id, 'a', 'A')"), {"id": uuid4()})


async def test_migrating_twice_changes_nothing(urls: Urls) -> None:
    assert await migrate(urls.owner, SECRET_KEY) is False
    assert await is_current(urls.owner)


async def readable_rows(url: str, tenant_id: str | None) -> dict[str, int]:
    """How many rows of each table a session of this role sees; tables that it may not read at all are left out."""
    found = {}
    async with await psycopg.AsyncConnection.connect(conninfo(url), autocommit=True) as connection:
        await connection.execute("select set_config('app.tenant', %s, false)", (tenant_id or "",))
        tables = await connection.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
            "and has_table_privilege(oid, 'select')"
        )
        for (name,) in await tables.fetchall():
            rows = await connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(name)))
            (found[name],) = await rows.fetchone() or (0,)
    return found


async def something_of_everything(alice: Person) -> None:
    """A rule that asks two people, a tool that was classed, a grant, a server that has a secret: what a turn alone does
    not leave behind."""
    tool = {"server": "journal", "tool": "record"}
    (definition,) = [
        each for each in (await alice.ok("GET", "/api/toolset"))["tools"] if each["name"] == "journal__record"
    ]
    await alice.ok("POST", "/api/grants", {**tool, "definition_hash": definition["definition_hash"]})
    await alice.ok("PUT", "/api/tool-classes", {**tool, "effect": "idempotent", "risk": "changes"})
    server = {"name": "Ours", "transport": "http", "url": "http://127.0.0.1:9/mcp", "scope": "tenant"}
    await alice.ok("POST", "/api/servers", {**server, "auth": "headers", "headers": {"X-Key": "secret"}})
    await alice.ok("PUT", "/api/servers/policy", {"personal": "any", "hosts": []})
    await alice.ok("PATCH", "/api/features", {"offers": False})
    await alice.ok("POST", "/api/keys", {"name": "Nightly", "scopes": ["threads.read"], "days": 1, "kind": "tenant"})
    await alice.ok("PUT", "/api/keys/policy", {"most_days": 90, "personal": True})
    await alice.ok("POST", "/api/policies", {
        "layer": "tenant", "name": "Two of us", "verdict": "ask", "grants": False,
        "approvers": {"roles": ["owner", "approver"], "users": [], "count": 2, "not_requester": False},
    })  # fmt: skip


async def nobody_else_reads_anything(place: Place, alice: Person) -> None:
    ours = (await alice.ok("GET", "/api/me"))["tenant"]["id"]
    own = await readable_rows(place.urls.runtime, ours)
    assert {name for name, count in own.items() if not count} <= {"sign_ins", "checkpoint_writes", *NOT_IN_A_TURN}
    async with place.person("mallory") as mallory:
        theirs = (await mallory.ok("GET", "/api/me"))["tenant"]["id"]
        # The other tenant sees itself: its row, its person, the sessions of that person, their requests by number, and
        # the record of them.
        seen = await readable_rows(place.urls.runtime, theirs)
    assert {name for name, count in seen.items() if count} == {
        "tenants",
        "users",
        "sessions",
        "rate_windows",
        "audit",
        "audit_heads",
    }
    assert seen["tenants"] == seen["users"] == 1
    for tenant in (str(uuid4()), None):
        assert set((await readable_rows(place.urls.runtime, tenant)).values()) == {0}
    queues = {"procrastinate_jobs", "procrastinate_events", "procrastinate_workers", "procrastinate_periodic_defers"}
    assert set(await readable_rows(place.urls.queue, ours)) == queues


async def test_no_other_tenant_and_no_queue_reads_a_row_of_a_turn(postgres: PostgresAccess, tmp_path: Path) -> None:
    async with open_place(postgres, tmp_path) as place, place.person("alice") as alice:
        await alice.ok("POST", "/api/servers/journal/connect")
        async with place.person("carol"):
            await something_of_everything(alice)
        place.model.script([{"text": "First.", "calls": [record("kept apart")]}, {"text": "Done."}])
        thread_id = await alice.new_thread()
        await alice.ok("PUT", f"/api/threads/{thread_id}/tools", {"off": ["journal__fail"]})
        run_id = await alice.say(thread_id, "Record it")
        card = await alice.card(thread_id)
        await alice.until(lambda: alice.events(thread_id, "RUN_FINISHED"))
        assert (await alice.decide(card, "approve"))["call"]["state"] == "proposed"
        await nobody_else_reads_anything(place, alice)
        async with place.person("carol") as carol:
            assert (await carol.decide(card, "approve"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
        await nobody_else_reads_anything(place, alice)
