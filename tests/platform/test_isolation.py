"""Every table keeps tenants apart, whatever the code above it forgets."""

from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from interlock_platform.database import QUEUE_ROLE, RUNTIME_ROLE, Database, Scope, conninfo
from interlock_platform.migrate import is_current, migrate
from tests.conftest import SECRET_KEY, Urls

NOT_TENANT_DATA = {"alembic_version", "checkpoint_migrations"}


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
        for role in (RUNTIME_ROLE, QUEUE_ROLE):
            query = "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles where rolname = %s"
            assert await (await connection.execute(query, (role,))).fetchone() == (False,)
            query = "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = %s"
            assert await (await connection.execute(query, (role,))).fetchone() == (0,)


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
