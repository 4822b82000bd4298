"""One database for the tests of a module: each of them has tenants of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from interlock_platform.database import Database
from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import Urls, fresh_database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def urls(postgres: PostgresAccess) -> AsyncIterator[Urls]:
    async with fresh_database(postgres) as urls:
        yield urls


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(urls: Urls) -> AsyncIterator[Database]:
    opened = Database.connect(urls.runtime)
    yield opened
    await opened.close()
