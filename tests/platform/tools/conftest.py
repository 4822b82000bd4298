"""The Interlock that these tests share, whose operator lets servers be on this machine; people; a server that obeys."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from interlock_servers.postgres_access import PostgresAccess
from tests.mcp_servers.scripted import ScriptedServer, scripted_server
from tests.platform.place import Place, alice, bob, carol, mallory, open_place, place  # noqa: F401 - fixtures


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _place(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with open_place(postgres, tmp_path_factory.mktemp("place"), allow=["127.0.0.1"]) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def scripted() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as server:
        yield server
