"""Each table by itself: what is one tenant's is neither seen nor written in another's scope, and that is the doing of
row-level security: without it, the same probe finds a breach in every table.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from interlock_platform.database import RUNTIME_ROLE, conninfo
from tests.conftest import Urls

Connection = psycopg.Connection[tuple[Any, ...]]
OF_NO_TENANT = {
    # Before it is known whose it is: seen by the one browser that has its secret.
    "sign_ins",
    # Which key signs tokens: the installation's.
    "token_keys",
    # Handed out by a role of its own, for all tenants.
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}
VALUES = {
    "uuid": sql.SQL("gen_random_uuid()"),
    "text": sql.SQL("'x'"),
    "jsonb": sql.SQL("'{}'"),
    "json": sql.SQL("'{}'"),
    "bytea": sql.SQL("'x'"),
    "int4": sql.SQL("1"),
    "int8": sql.SQL("1"),
    "bool": sql.SQL("false"),
    "timestamptz": sql.SQL("now()"),
    "date": sql.SQL("now()"),
    "numeric": sql.SQL("1"),
    "float8": sql.SQL("1"),
    "_text": sql.SQL("'{}'"),
    "_uuid": "'{}'",
}
"""Type of a column -> a value that it takes."""


def tables(connection: Connection) -> list[str]:
    """Those that Postgres keeps tenants apart in."""
    query = (
        "select relname from pg_class where relkind = 'r' and relforcerowsecurity and relrowsecurity "
        "and relnamespace = 'public'::regnamespace order by relname"
    )
    found = {name for (name,) in connection.execute(query).fetchall()}
    assert found >= OF_NO_TENANT
    return sorted(found - OF_NO_TENANT)


@contextmanager
def undone(urls: Urls) -> Iterator[Connection]:
    """Whatever the superuser does in the block, and undone after it."""
    with psycopg.connect(conninfo(urls.superuser)) as connection:
        # No reference has to lead anywhere, and no trigger has a say.
        connection.execute("set local session_replication_role = replica")
        yield connection
        connection.rollback()


def fill(connection: Connection, table: str, tenant_id: str) -> sql.Composed:
    """Puts one row of this tenant's into the table; returns the statement that did it."""
    checks = connection.execute(
        "select conname from pg_constraint where conrelid = %s::regclass and contype = 'c'", (table,)
    ).fetchall()
    for (name,) in checks:
        connection.execute(
            sql.SQL("alter table {} drop constraint {}").format(sql.Identifier(table), sql.Identifier(name))
        )
    columns = connection.execute(
        "select column_name, udt_name from information_schema.columns where table_name = %s and is_generated = 'NEVER'",
        (table,),
    ).fetchall()
    tenant = "id" if table == "tenants" else "tenant_id"
    values = [sql.Literal(tenant_id) if name == tenant else VALUES[kind] for name, kind in columns]
    statement = sql.SQL("insert into {} ({}) overriding system value values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
        sql.SQL(", ").join(values),
    )
    connection.execute(statement)
    return statement


def breaches(connection: Connection, table: str) -> set[str]:
    """What the runtime role can do in another tenant's scope, and in none, to a row of ours."""
    ours = str(uuid4())
    insert = fill(connection, table, ours)
    (column,) = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped "
        "order by has_column_privilege(%s, attrelid, attnum, 'update') desc, attnum",
        (table, RUNTIME_ROLE),
    ).fetchone() or ("",)
    name = sql.Identifier(table)
    attempts = {
        "select": sql.SQL("select 1 from {}").format(name),
        "update": sql.SQL("update {} set {column} = {column}").format(name, column=sql.Identifier(column)),
        "delete": sql.SQL("delete from {}").format(name),
        "insert": insert,
    }
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(RUNTIME_ROLE)))
    found = set()
    for scope in (str(uuid4()), ""):
        connection.execute("select set_config('app.tenant', %s, true)", (scope,))
        for verb, statement in attempts.items():
            try:
                with connection.transaction(force_rollback=True):
                    if connection.execute(statement).rowcount:
                        found.add(verb)
            except psycopg.errors.InsufficientPrivilege:
                continue  # by row-level security, or because the role may not do such a thing at all
            except psycopg.errors.UniqueViolation:
                found.add(verb)
    connection.execute("reset role")
    return found


def test_no_row_of_a_tenant_is_seen_or_written_in_another_ones_scope(urls: Urls) -> None:
    with psycopg.connect(conninfo(urls.superuser)) as connection:
        names = tables(connection)
    assert len(names) >= 29
    found = {}
    for table in names:
        with undone(urls) as connection:
            if breach := breaches(connection, table):
                found[table] = breach
    assert found == {}


def test_without_row_level_security_the_same_probe_finds_a_breach_in_every_table(urls: Urls) -> None:
    with psycopg.connect(conninfo(urls.superuser)) as connection:
        names = tables(connection)
    kept = set()
    for table in names:
        with undone(urls) as connection:
            connection.execute(sql.SQL("alter table {} disable row level security").format(sql.Identifier(table)))
            if not breaches(connection, table):
                kept.add(table)
    assert kept == set()


@pytest.mark.parametrize("verb", ["select", "update", "delete"])
def test_a_policy_that_is_too_wide_is_found(urls: Urls, verb: str) -> None:
    with undone(urls) as connection:
        wide = f"create policy wide on threads for {verb} using (true)"
        connection.execute(wide.encode())
        if verb != "select":
            connection.execute("create policy seen on threads for select using (true)")
        assert verb in breaches(connection, "threads")
