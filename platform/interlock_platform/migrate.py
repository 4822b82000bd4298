"""Brings a database to the schema of this version: roles first, then the migrations."""

import asyncio
import hashlib
import hmac
import logging
from importlib.resources import files
from pathlib import Path

import psycopg
from psycopg import sql
from sqlmodel import SQLModel

from interlock_platform.database import OPERATOR_ROLE, QUEUE_ROLE, RUNTIME_ROLE, conninfo
from interlock_platform.tables import (
    choices,
    conversation,
    holdings,
    identity,
    keys,
    ledger,
    limits,
    logins,
    policy,
    record,
    servers,
    tooling,
    vault,
)

TABLES = (
    choices,
    conversation,
    holdings,
    identity,
    keys,
    ledger,
    limits,
    logins,
    policy,
    record,
    servers,
    tooling,
    vault,
)
OWN_TABLES = frozenset(SQLModel.metadata.tables)
MIGRATION_LOCK = 0x1E7EB10C
MOST_TRIES = 10
RETRY_SECONDS = 0.1

logger = logging.getLogger(__name__)


def role_password(secret_key: str, role: str) -> str:
    """The password of a role that only this installation signs in as: nothing to configure, nothing to store."""
    return hmac.new(secret_key.encode(), f"database role {role}".encode(), hashlib.sha256).hexdigest()


def migrations() -> Path:
    """The migrations: beside the package in a wheel, at the top of a checkout."""
    packaged = Path(str(files("interlock_platform"))) / "_alembic"
    return packaged if packaged.exists() else Path(__file__).resolve().parents[2] / "alembic"


def latest_revision() -> str:
    """The schema of this version. Files of migrations begin with their revision, in the order of their making."""
    return max(path.name.partition("_")[0] for path in (migrations() / "versions").glob("*.py"))


async def migrate(owner_url: str, secret_key: str) -> bool:
    """Brings roles and schema up to date, one process at a time; True if the schema changed.

    `owner_url` names a role that may create roles and owns (or may create) the schema.
    """
    async with await psycopg.AsyncConnection.connect(conninfo(owner_url), autocommit=True) as connection:
        await connection.execute("select pg_advisory_lock(%s)", (MIGRATION_LOCK,))
        for role in (RUNTIME_ROLE, QUEUE_ROLE, OPERATOR_ROLE):
            await _insist_on_role(connection, role, role_password(secret_key, role))
        if await _revision(connection) == latest_revision():
            return False
        await asyncio.to_thread(_upgrade, owner_url)
        return True


async def is_current(owner_url: str) -> bool:
    """Whether the database has the schema of this version."""
    async with await psycopg.AsyncConnection.connect(conninfo(owner_url), autocommit=True) as connection:
        return await _revision(connection) == latest_revision()


def _upgrade(owner_url: str) -> None:
    # A start whose schema is up to date, which is nearly every one, does without.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    config.attributes["url"] = owner_url
    command.upgrade(config, "head")


async def _revision(connection: psycopg.AsyncConnection) -> str | None:
    found = await (await connection.execute("select to_regclass('alembic_version')")).fetchone()
    if found is None or found[0] is None:
        return None
    row = await (await connection.execute("select version_num from alembic_version")).fetchone()
    return row[0] if row else None


async def _insist_on_role(connection: psycopg.AsyncConnection, role: str, password: str) -> None:
    """Roles are the cluster's, and the lock is the database's: another database's start may be at the same role."""
    for _ in range(MOST_TRIES):
        try:
            return await _make_role(connection, role, password)
        except (psycopg.errors.InternalError_, psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation) as error:
            logger.info("The role %s is being changed by another start: %s", role, error)
            await asyncio.sleep(RETRY_SECONDS)
    await _make_role(connection, role, password)


async def _make_role(connection: psycopg.AsyncConnection, role: str, password: str) -> None:
    exists = await (await connection.execute("select 1 from pg_roles where rolname = %s", (role,))).fetchone()
    statement = (
        "alter role {} password {}"
        if exists
        else ("create role {} login nosuperuser nocreatedb nocreaterole nobypassrls noinherit password {}")
    )
    await connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))
