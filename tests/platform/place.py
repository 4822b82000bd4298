"""An Interlock that a module's tests share: a scripted model, a journal server, and people who sign in.

place              (module) the running Interlock; each test begins with an empty script and no requests
alice, bob, …      signed in, each with a socket; alice has the journal server connected
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from interlock_platform.database import conninfo
from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import Urls, fresh_database
from tests.mcp_servers.fixtures import JournalServers
from tests.mcp_servers.journal import entries
from tests.mcp_servers.process import until
from tests.model_server.scripted_model import ScriptedModel
from tests.person import Person
from tests.running import catalogue_file, interlock


@dataclass(frozen=True)
class Place:
    """A running Interlock, and what it talks to."""

    url: str
    urls: Urls
    model: ScriptedModel
    journal: JournalServers

    def person(self, name: str) -> Any:
        return Person.signed_in(self.url, name)

    async def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """As the superuser, whom no row-level security holds; what the statement returns, if it does."""
        async with await psycopg.AsyncConnection.connect(conninfo(self.urls.superuser)) as connection:
            cursor = await connection.execute(statement.encode(), parameters)
            return await cursor.fetchall() if cursor.description else []

    def received(self, value: str) -> int:
        """How often the journal server was asked to do something with this value."""
        return self._values(None).count(value)

    async def journal_has(self, tool: str, value: str) -> None:
        """Waits until the journal server was asked to do this."""
        await until(lambda: value in self._values(tool), f"{tool} {value}")

    def told_to_stop(self, tool: str, value: str) -> bool:
        """Whether the journal server was told to stop doing this."""
        return value in [each["arguments"]["value"] for each in entries(self.journal.path, "stopped", tool)]

    async def release(self) -> None:
        """The model's answers that hang go on."""
        async with httpx.AsyncClient(base_url=self.model.base_url) as http:
            (await http.post("/release")).raise_for_status()

    async def eventually(self, look: Callable[[], Awaitable[Any]], wanted: Any, seconds: float = 30.0) -> None:
        """Waits for what no event tells."""
        end = time.monotonic() + seconds
        while (found := await look()) != wanted:
            assert time.monotonic() < end, f"{found} is not {wanted} after {seconds:g} s"

    def let_slow_calls_end(self) -> None:
        self.journal.release.touch()

    def _values(self, tool: str | None) -> list[Any]:
        return [entry["arguments"].get("value") for entry in entries(self.journal.path, "received", tool)]


def record(value: str) -> dict[str, Any]:
    """A call of the journal's `record`, as the model's script has it."""
    return {"name": "journal__record", "arguments": {"value": value}}


def slow(value: str) -> dict[str, Any]:
    """A call that ends when `Place.let_slow_calls_end` is called."""
    return {"name": "journal__slow", "arguments": {"seconds": 60, "value": value}}


@asynccontextmanager
async def open_place(
    postgres: PostgresAccess, folder: Path, *, allow: Sequence[str] = ("127.0.0.1",), **settings: Any
) -> AsyncIterator[Place]:
    """`allow` is what the operator lets servers that others enter be at."""
    with ExitStack() as stack, ScriptedModel() as model:
        journal = JournalServers(folder, stack)
        server, _ = journal.http()
        async with fresh_database(postgres) as urls:
            chosen: dict[str, Any] = {
                "catalogue": catalogue_file(folder, server, allow=allow),
                "model": "openai:scripted",
                "model_base_url": model.openai_url,
                "model_api_key": SecretStr("x"),
                **settings,
            }
            async with interlock(urls.owner, folder, **chosen) as url:
                yield Place(url, urls, model, journal)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _place(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with open_place(postgres, tmp_path_factory.mktemp("place")) as place:
        yield place


@pytest.fixture
def place(_place: Place) -> Place:
    _place.model.forget()
    _place.journal.release.unlink(missing_ok=True)
    return _place


@pytest_asyncio.fixture(loop_scope="session")
async def alice(place: Place) -> AsyncIterator[Person]:
    async with place.person("alice") as alice:
        await alice.ok("POST", "/api/servers/journal/connect")
        yield alice


@pytest_asyncio.fixture(loop_scope="session")
async def bob(place: Place) -> AsyncIterator[Person]:
    async with place.person("bob") as bob:
        yield bob


@pytest_asyncio.fixture(loop_scope="session")
async def carol(place: Place) -> AsyncIterator[Person]:
    async with place.person("carol") as carol:
        yield carol


@pytest_asyncio.fixture(loop_scope="session")
async def dave(place: Place) -> AsyncIterator[Person]:
    async with place.person("dave") as dave:
        yield dave


@pytest_asyncio.fixture(loop_scope="session")
async def mallory(place: Place) -> AsyncIterator[Person]:
    async with place.person("mallory") as mallory:
        yield mallory
