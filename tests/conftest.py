"""The real things that tests run against.

postgres   (session) an embedded Postgres in a directory of its own
urls       a fresh, migrated database: `.owner`, `.runtime`, `.queue`, `.operator` are SQLAlchemy URLs for those
           roles, and `.superuser` for who sees and changes every row
database   an `interlock_platform.database.Database` on it, as the runtime role
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import pytest_asyncio
from psycopg import sql
from pytest_socket import socket_allow_hosts

from interlock_platform.database import OPERATOR_ROLE, QUEUE_ROLE, RUNTIME_ROLE, Database, conninfo, with_role
from interlock_platform.migrate import migrate, role_password
from interlock_servers.embedded import EmbeddedPostgres
from interlock_servers.postgres_access import OWNER, SUPERUSER, PostgresAccess

SECRET_KEY = "the-secret-key-of-the-tests-and-of-nothing-else"
TEMPLATE = "template_interlock"
LONGEST = (
    "tests/faults/test_kills.py",
    "tests/e2e/test_accessibility.py",
    "tests/test_wheel.py",
    "tests/e2e/test_policy_pages.py",
    "tests/faults/test_two_servers.py",
    "tests/faults/test_cuts.py",
    "tests/servers/test_embedded_killed.py",
    "tests/handlers/mcp/test_call_faults.py",
)
"""They begin first: whoever would begin with one of them last kept all others waiting."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(order)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="do all of what otherwise is a share: hours")


@pytest.fixture(autouse=True)
def only_this_machine() -> None:
    """No test can reach the network."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@dataclass(frozen=True)
class Urls:
    """One database, as each of the roles that use it."""

    owner: str
    superuser: str

    @property
    def runtime(self) -> str:
        return with_role(self.owner, RUNTIME_ROLE, role_password(SECRET_KEY, RUNTIME_ROLE))

    @property
    def operator(self) -> str:
        return with_role(self.owner, OPERATOR_ROLE, role_password(SECRET_KEY, OPERATOR_ROLE))

    @property
    def queue(self) -> str:
        return with_role(self.owner, QUEUE_ROLE, role_password(SECRET_KEY, QUEUE_ROLE))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[PostgresAccess]:
    # Not below pytest's own directories: where root runs the tests, Postgres runs as somebody else.
    with TemporaryDirectory(prefix="interlock-tests-") as directory:
        Path(directory).chmod(0o711)
        async with EmbeddedPostgres(Path(directory), durable=False) as access:
            await _administer(access, sql.SQL("create database {} owner {}"), TEMPLATE, OWNER)
            await migrate(access.url(OWNER, access.owner_password, TEMPLATE), SECRET_KEY)
            yield access


@asynccontextmanager
async def fresh_database(access: PostgresAccess) -> AsyncIterator[Urls]:
    """A migrated database with nothing in it; it goes when the cluster does, because dropping it takes a second."""
    name = f"test_{secrets.token_hex(6)}"
    # Copied as files and not as entries of the log: a third of the work.
    copied = sql.SQL("create database {} template {} strategy file_copy owner {}")
    await _administer(access, copied, name, TEMPLATE, OWNER)
    yield Urls(
        owner=access.url(OWNER, access.owner_password, name),
        superuser=access.url(SUPERUSER, access.superuser_password, name),
    )


@pytest_asyncio.fixture(loop_scope="session")
async def urls(postgres: PostgresAccess) -> AsyncIterator[Urls]:
    async with fresh_database(postgres) as urls:
        yield urls


@pytest_asyncio.fixture(loop_scope="session")
async def database(urls: Urls) -> AsyncIterator[Database]:
    opened = Database.connect(urls.runtime)
    yield opened
    await opened.close()


async def _administer(access: PostgresAccess, statement: sql.SQL, *names: str) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo(access.superuser_url), autocommit=True) as connection:
        await connection.execute(statement.format(*map(sql.Identifier, names)))
