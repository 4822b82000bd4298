"""Nobody adds a table without saying whose its rows are, and what becomes of them."""

from uuid import uuid4

import psycopg

from interlock_platform.database import conninfo
from interlock_platform.holdings.inventory import ELSEWHERE, EXPORTED, HOLDINGS
from interlock_platform.holdings.store import of_person, shown_columns, table_of
from interlock_platform.runs.store import CHECKPOINT_TABLES
from tests.conftest import Urls

NAMED = [holding.table for holding in HOLDINGS]


async def query(urls: Urls, statement: str) -> list[tuple[str, ...]]:
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        return await (await connection.execute(statement.encode())).fetchall()


async def test_every_table_of_the_database_is_decided_about(urls: Urls) -> None:
    tables = await query(urls, "select table_name, bool_or(column_name = 'tenant_id') from information_schema.columns "
                               "where table_schema = 'public' and table_name in (select tablename from pg_tables) "
                               "group by 1")  # fmt: skip
    assert {name for name, of_tenant in tables if of_tenant} == set(NAMED)
    assert {name for name, of_tenant in tables if not of_tenant} == set(ELSEWHERE)
    assert len(NAMED) == len(set(NAMED))


def test_what_is_not_exported_has_a_reason_and_what_is_secret_is_a_column() -> None:
    for holding in EXPORTED:
        columns = {each.name for each in shown_columns(holding)}
        assert columns.isdisjoint(holding.secret)
        assert set(holding.secret) <= {each.name for each in table_of(holding).columns}
    assert "secrets" not in {holding.table for holding in EXPORTED}


def test_every_column_that_could_be_a_secret_is_left_out() -> None:
    """By its name; who adds one says here that it is none."""
    tokens = {f"{table}.{kind}_tokens" for table in ("runs", "usage") for kind in ("input", "output")}
    harmless = {"calls.definition_hash", "grants.definition_hash", "definitions.hash", "definition_decisions.hash",
                "audit.hash", "runs.key_id", *tokens}  # fmt: skip
    suspicious = ("secret", "hash", "token", "key", "challenge", "password", "wrapped", "sealed")
    for holding in EXPORTED:
        shown = {f"{holding.table}.{each.name}" for each in shown_columns(holding)}
        assert not {each for each in shown - harmless if any(word in each.split(".")[1] for word in suspicious)}


def test_whose_a_row_is_can_be_asked_of_every_table_that_says_so() -> None:
    for holding in HOLDINGS:
        if holding.table not in CHECKPOINT_TABLES:
            assert (of_person(holding, uuid4()) is None) == (holding.owner is None)


async def test_what_refers_to_a_row_is_deleted_before_it(urls: Urls) -> None:
    keys = await query(urls, "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint "
                             "where contype = 'f'")  # fmt: skip
    for referring, referred in keys:
        if referring in NAMED and referred in NAMED and referring != referred:
            assert NAMED.index(referring) < NAMED.index(referred), f"{referring} refers to {referred}"
