"""One Interlock in a process of its own, with a proxy that can fail on each of its ways out."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import SECRET_KEY, Urls, fresh_database
from tests.faults.forked import ForkedInterlock
from tests.faults.framing import Http, Postgres
from tests.faults.proxy import Proxy
from tests.mcp_servers.fixtures import JournalServers
from tests.mcp_servers.journal import entries
from tests.mcp_servers.process import free_port
from tests.model_server.scripted_model import ScriptedModel
from tests.running import catalogue_file


@dataclass(frozen=True)
class Stage:
    """A running server, what it talks to, and the proxies between them."""

    server: ForkedInterlock
    urls: Urls
    model: ScriptedModel
    journal: JournalServers
    to_postgres: Proxy
    to_model: Proxy
    to_journal: Proxy

    def effects(self, value: str, event: str = "received") -> int:
        """How often the tool was asked to do something with this value, or had done it."""
        return [entry["arguments"].get("value") for entry in entries(self.journal.path, event)].count(value)


@asynccontextmanager
async def a_stage(postgres: PostgresAccess, folder: Path, **settings: str) -> AsyncIterator[Stage]:
    """Ready to serve; `settings` are as for ForkedInterlock."""
    with ExitStack() as processes, ScriptedModel() as model:
        async with AsyncExitStack() as stack, fresh_database(postgres) as urls:
            journal = JournalServers(folder, processes)
            spec, journal_server = journal.http()
            to_postgres = await stack.enter_async_context(Proxy(postgres_socket(urls.owner), Postgres))
            to_model = await stack.enter_async_context(Proxy(("127.0.0.1", model.port), Http))
            to_journal = await stack.enter_async_context(Proxy(("127.0.0.1", journal_server.port), Http))
            chosen = {
                "port": str(free_port()),
                "data_dir": str(folder),
                "database_url": by_tcp(urls.owner, to_postgres.port),
                "secret_key": SECRET_KEY,
                "connections": "inside",
                "catalogue": str(catalogue_file(folder, _by(to_journal, spec))),
                "model": "openai:scripted",
                "model_base_url": f"http://127.0.0.1:{to_model.port}/v1",
                "model_api_key": "none",
                **settings,
            }
            server = ForkedInterlock("serve", chosen, folder / "server.log")
            processes.callback(server.kill)
            await server.ready()
            yield Stage(server, urls, model, journal, to_postgres, to_model, to_journal)


def postgres_socket(url: str) -> Path:
    """Where the Postgres of a URL listens, if it does on a Unix socket."""
    query = make_url(url).query
    return Path(str(query["host"])) / f".s.PGSQL.{query['port']}"


def by_tcp(url: str, port: int) -> str:
    """The same database and role, at a port of this machine."""
    return make_url(url).set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)


def _by(proxy: Proxy, spec: Any) -> Any:
    return type(spec)(spec.id, spec.name, spec.transport, url=f"http://127.0.0.1:{proxy.port}/mcp")
