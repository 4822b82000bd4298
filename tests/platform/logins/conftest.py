"""An Interlock whose catalogue has a server that people sign in to."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from interlock_handlers.server_spec import ServerSpec
from interlock_servers.postgres_access import PostgresAccess
from tests.mcp_servers.authorization import SigningIn, consent, signing_in  # noqa: F401 - a fixture
from tests.person import Person
from tests.platform.place import Place, bob, open_place, place  # noqa: F401 - fixtures

CALLBACK = "/api/servers/login/callback"


def catalogue(spec: ServerSpec, **more: Any) -> str:
    guarded = {"name": spec.name, "type": "http", "url": spec.url, "auth": "oauth"}
    return json.dumps({"mcpServers": {"guarded": guarded, **more}, "outbound": {"allow": ["127.0.0.0/8"]}})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _place(
    postgres: PostgresAccess,
    signing_in: SigningIn,  # noqa: F811 - the fixture
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("logins")
    path = folder / "servers.json"
    path.write_text(catalogue(signing_in.spec))
    async with open_place(postgres, folder, catalogue=path) as place:  # noqa: F811 - the fixture's value
        yield place


@pytest_asyncio.fixture(loop_scope="session")
async def alice(place: Place) -> AsyncIterator[Person]:  # noqa: F811 - the fixture
    async with place.person("alice") as alice:
        yield alice
        # Each test begins signed out, and as nobody in particular.
        await place.sql("delete from logins")
        await place.sql("delete from secrets where user_id is not null")
        await alice.ok("POST", "/api/servers/guarded/disconnect")


async def came_back(
    person: Person, account: str = "alice@example.org", *, status: int = 200, server_id: str = "guarded"
) -> httpx.Response:
    """Leaves for the authorization server and comes back: the page that the person sees at the end."""
    left = await person.ok("POST", f"/api/servers/{server_id}/login", {"page": "/threads", "popup": True})
    back = await away(person, left["url"], account)
    page = await person.http.get(back, headers={"Accept": "text/html"})
    assert page.status_code == status, page.text
    return page


async def away(person: Person, url: str, account: str = "alice@example.org") -> str:
    """Where the authorization server sends the person back to."""
    return await consent(url, account, until=str(person.http.base_url).rstrip("/") + CALLBACK)


async def server(person: Person, server_id: str = "guarded") -> dict[str, Any]:
    found = (await person.ok("GET", "/api/servers"))["servers"]
    return next(dict(each) for each in found if each["id"] == server_id)
