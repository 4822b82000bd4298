"""An Interlock and its people, whom all these tests share; each test begins without grants, rules and classes."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from interlock_platform.database import Database
from interlock_servers.postgres_access import PostgresAccess
from tests.person import Person
from tests.platform.grants.giving import Office
from tests.platform.place import Place, open_place


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def place(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with open_place(postgres, tmp_path_factory.mktemp("place")) as place:
        yield place


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def alice(place: Place) -> AsyncIterator[Person]:
    async with place.person("alice") as alice:
        await alice.ok("POST", "/api/servers/journal/connect")
        yield alice


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def bob(place: Place) -> AsyncIterator[Person]:
    async with place.person("bob") as bob:
        yield bob


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def carol(place: Place) -> AsyncIterator[Person]:
    async with place.person("carol") as carol:
        yield carol


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def mallory(place: Place) -> AsyncIterator[Person]:
    async with place.person("mallory") as mallory:
        yield mallory


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def _office(place: Place, alice: Person) -> AsyncIterator[Office]:
    database = Database.connect(place.urls.runtime, pool_size=20)
    yield await Office.of(place, alice, database)
    await database.close()


@pytest_asyncio.fixture(loop_scope="session")
async def office(_office: Office) -> Office:
    _office.place.model.forget()
    await _office.place.sql("delete from grants")
    await _office.place.sql("delete from rules")
    await _office.place.sql("delete from tool_classes")
    return _office
