"""Signing in and out at a certified provider that we did not write, by the whole product."""

import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import socketio

from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import fresh_database
from tests.mcp_servers.everything import NODE
from tests.mcp_servers.process import free_port, running, until
from tests.person import NO_AUTHORITIES
from tests.running import interlock

# Beside the library that it is made of.
SCRIPT = Path(__file__).parents[2] / "mcp_servers" / "certified_provider.mjs"


@dataclass(frozen=True)
class Certified:
    base_url: str
    issuer: str

    @asynccontextmanager
    async def browser(self, account: str) -> AsyncIterator[httpx.AsyncClient]:
        """Somebody who is this account at the provider."""
        client = httpx.AsyncClient(
            base_url=self.base_url, verify=NO_AUTHORITIES, follow_redirects=True, timeout=30, trust_env=False,
            cookies={"account": account},
        )  # fmt: skip
        async with client:
            yield client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def certified(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Certified]:
    folder = tmp_path_factory.mktemp("certified")
    at, port = free_port(), free_port()
    place = Certified(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{at}")
    provider = {
        "id": "certified", "name": "Acme", "issuer": place.issuer, "client_id": "interlock",
        "client_secret": "the-secret-of-interlock-at-the-certified-provider",
        "scope": "openid profile email groups", "domains": ["acme.example"],
        "tenants": [
            {"tenant": "acme", "name": "Acme", "email_domain": "acme.example"},
            {"tenant": "globex", "name": "Globex", "claim": "groups", "value": "globex"},
        ],
        "roles": {"claim": "groups", "known": {"admins": "admin"}},
    }  # fmt: skip
    (folder / "providers.json").write_text(json.dumps([provider]))
    with running([str(NODE), str(SCRIPT), str(at), place.base_url, "certified"], at, folder / "provider.log"):
        async with (
            fresh_database(postgres) as urls,
            interlock(urls.owner, folder, port=port, identity_providers=folder / "providers.json"),
        ):
            yield place


async def test_a_person_signs_in_and_is_what_the_provider_says(certified: Certified) -> None:
    async with certified.browser("ann.admins.globex") as ann:
        await ann.get("/auth/login", params={"next": "/healthz"})
        me = (await ann.get("/api/me")).json()
        assert (me["user"]["name"], me["user"]["email"]) == ("ann", "ann@acme.example")
        assert (me["tenant"]["name"], me["roles"]) == ("Acme", ["admin"])
        listed = (await ann.get("/api/tenants")).json()["tenants"]
        assert [each["name"] for each in listed] == ["Acme", "Globex"]


async def test_leaving_at_the_provider_ends_the_session_and_cuts_its_socket(
    certified: Certified,
) -> None:
    async with certified.browser("ben") as ben, certified.browser("ben") as elsewhere:
        for browser in (ben, elsewhere):
            await browser.get("/auth/login", params={"next": "/healthz"})
        sio = socketio.AsyncClient(reconnection=False)
        session = next(cookie.value for cookie in ben.cookies.jar if cookie.name == "interlock_session")
        await sio.connect(
            certified.base_url, headers={"Cookie": f"interlock_session={session}", "Origin": certified.base_url},
            socketio_path="/ws/socket.io", transports=["websocket"], wait_timeout=30,
        )  # fmt: skip
        form = (await ben.get(f"{certified.issuer}/session/end")).text
        xsrf = re.search(r'name="xsrf" value="([^"]+)"', form)
        assert xsrf is not None, form
        told = {"xsrf": xsrf[1], "logout": "yes"}
        started = time.monotonic()
        await ben.post(f"{certified.issuer}/session/end/confirm", data=told)
        await until(lambda: not sio.connected, "the end of the socket")
        assert time.monotonic() - started < 20
        assert (await ben.get("/api/me")).status_code == 401
        assert (await elsewhere.get("/api/me")).status_code == 200
