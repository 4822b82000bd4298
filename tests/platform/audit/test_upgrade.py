"""What was recorded before there was a chain is in it afterwards."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest_asyncio
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import text

from interlock_platform.audit.verification import verify
from interlock_platform.database import Database, Scope, conninfo
from interlock_platform.migrate import is_current, migrate, migrations
from interlock_servers.postgres_access import OWNER, SUPERUSER, PostgresAccess
from tests.conftest import SECRET_KEY, Urls
from tests.platform.audit.recording import SIGNER, exported, recorded

ROWS = 1234


@pytest_asyncio.fixture(loop_scope="session")
async def old(postgres: PostgresAccess) -> AsyncIterator[Urls]:
    """A database with the first schema, as it was before the record was chained."""
    name = f"test_{secrets.token_hex(6)}"
    async with await psycopg.AsyncConnection.connect(conninfo(postgres.superuser_url), autocommit=True) as connection:
        await connection.execute(
            sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER))
        )
    urls = Urls(
        owner=postgres.url(OWNER, postgres.owner_password, name),
        superuser=postgres.url(SUPERUSER, postgres.superuser_password, name),
    )
    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    config.attributes["url"] = urls.owner
    await asyncio.to_thread(command.upgrade, config, "0001")
    yield urls


async def write_old_entries(urls: Urls, tenants: list[UUID]) -> None:
    """The tenants' entries in turn, as the first version wrote them."""
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        cursor = connection.cursor()
        await cursor.executemany(
            "insert into audit (tenant_id, actor, action, target, data) values (%s, %s, %s, %s, %s)",
            [
                (
                    tenants[number % len(tenants)], uuid4() if number % 3 else None, "call.started", f"{number}",
                    json.dumps({"seal": "ß", "attempt": number, "reason": None, "a": {"z": 1.5, "b": [True]}}),
                )
                for number in range(ROWS)
            ],
        )  # fmt: skip


async def test_upgrading_chains_each_tenants_entries_in_their_order(old: Urls) -> None:
    tenants = [uuid4(), uuid4()]
    await write_old_entries(old, tenants)
    assert await migrate(old.owner, SECRET_KEY) is True
    assert await is_current(old.owner)
    database = Database.connect(old.runtime)
    for which, tenant in enumerate(tenants):
        await recorded(database, tenant, 3)
        report = verify(await exported(database, tenant), public_key=SIGNER.public_key)
        assert (report.findings, report.entries) == ([], ROWS // 2 + 3)
        async with database.transaction(Scope(tenant_id=tenant)) as session:
            statement = "select target from audit where action = 'call.started' order by seq"
            targets = (await session.execute(text(statement))).scalars().all()
        assert targets == [f"{number}" for number in range(which, ROWS, 2)]
    await database.close()
