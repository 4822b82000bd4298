"""The world of the kill tests: made once, checked after every test.

`pytest tests/faults --long` does all of what otherwise is a share: a test that has more to do takes `long`.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from interlock_servers.postgres_access import PostgresAccess
from tests.faults import invariants
from tests.faults.ground import Ground, a_ground
from tests.faults.lane import Lane, a_lane
from tests.faults.world import World, a_world


@pytest.fixture(scope="session")
def long(pytestconfig: pytest.Config) -> bool:
    """Whether the whole is wanted, and not the share of it that fits into `make test`."""
    return bool(pytestconfig.getoption("--long"))


@pytest.fixture(scope="session")
def the_world() -> Iterator[World]:
    with a_world() as world:
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def world(the_world: World) -> AsyncIterator[World]:
    """One server runs at the beginning; at the end everything is at rest and nothing happened that may not."""
    await the_world.only_first()
    yield the_world
    await the_world.only_first()
    await invariants.hold(the_world.superuser_url, the_world.journal.path)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ground(postgres: PostgresAccess) -> AsyncIterator[Ground]:
    """A model and a tool with journals, for servers on databases of their own."""
    async with a_ground(postgres) as ground:
        yield ground


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lane(ground: Ground) -> AsyncIterator[Lane]:
    """One such server, and a person who takes turns on it."""
    async with a_lane(ground) as lane:
        yield lane
