"""An Interlock with servers that ask, that have something to offer, and that want the model to write."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from interlock_servers.postgres_access import PostgresAccess
from tests.mcp_servers.fixtures import AskingServers, WholeServers, asking, whole  # noqa: F401 - fixtures
from tests.person import Person
from tests.platform.place import Place, bob, mallory, open_place, place  # noqa: F401 - fixtures
from tests.running import catalogue_file


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _place(
    postgres: PostgresAccess,
    asking: AskingServers,  # noqa: F811
    whole: WholeServers,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("features-place")
    (folder / "catalogue").mkdir()
    servers = catalogue_file(
        folder / "catalogue",
        asking.spec("http", id="today"),
        asking.spec("http", "--older", id="older"),
        whole.spec("http", id="whole"),
        allow=("127.0.0.1",),
    )
    async with open_place(postgres, folder, catalogue=servers) as place:  # noqa: F811
        yield place


@pytest_asyncio.fixture(loop_scope="session")
async def alice(place: Place) -> AsyncIterator[Person]:  # noqa: F811
    """An owner, connected to all of them, with every feature on."""
    async with place.person("alice") as alice:
        for server in ("today", "older", "whole"):
            await alice.ok("POST", f"/api/servers/{server}/connect")
        yield alice
        everything = await alice.ok("GET", "/api/features")
        await alice.ok("PATCH", "/api/features", dict.fromkeys(everything, True))
