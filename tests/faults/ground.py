"""What all lanes of the proving ground share: one Postgres, a model and a tool in processes of their own."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import SECRET_KEY, Urls, fresh_database
from tests.faults.reading import Tail
from tests.mcp_servers.fixtures import JournalServers
from tests.mcp_servers.process import free_port, running
from tests.running import catalogue_file


class Ground:
    """Lanes come and go; what the model and the tool were asked stays in their journals."""

    def __init__(self, folder: Path, postgres: PostgresAccess, stack: ExitStack, http: httpx.AsyncClient) -> None:
        self.folder = folder
        self.postgres = postgres
        tool = JournalServers(folder, stack)
        spec, _ = tool.http("--keeps")
        port = free_port()
        argv = [sys.executable, "-m", "tests.model_server", "--port", str(port)]
        asked = folder / "model.jsonl"
        stack.enter_context(running([*argv, "--journal", str(asked)], port, folder / "model.log"))
        self.journal, self.asked = Tail(tool.path), Tail(asked)
        self._model_url = f"http://127.0.0.1:{port}"
        self._http = http
        self._telling = asyncio.Lock()
        self._steps: dict[str, dict[str, Any]] = {}
        self._settings = {
            "secret_key": SECRET_KEY,
            # Each start is a second shorter; tests/faults/world.py kills servers with their connections apart.
            "connections": "inside",
            "catalogue": str(catalogue_file(folder, spec)),
            "model": "openai:scripted",
            "model_base_url": f"{self._model_url}/v1",
            "model_api_key": "none",
        }

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Urls]:
        async with fresh_database(self.postgres) as urls:
            yield urls

    def settings(self, urls: Urls, folder: Path, port: int) -> dict[str, str]:
        """Of a server on that database."""
        return {**self._settings, "data_dir": str(folder), "database_url": urls.owner, "port": str(port)}

    async def script(self, about: str, step: dict[str, Any]) -> None:
        """What the model does whenever it is asked about this."""
        self._steps[about] = {"times": None, **step, "contains": about}
        # All steps of all turns replace each other whole: one at a time, so that none is forgotten.
        async with self._telling:
            (await self._http.post(f"{self._model_url}/script", json=list(self._steps.values()))).raise_for_status()

    def forget(self, *about: str) -> None:
        for each in about:
            self._steps.pop(each, None)

    def effects(self, value: str) -> list[dict[str, Any]]:
        """What the tool was asked to do with this value."""
        return [entry for entry in self.journal.about(value) if entry["event"] == "received"]


@asynccontextmanager
async def a_ground(postgres: PostgresAccess) -> AsyncIterator[Ground]:
    with TemporaryDirectory(prefix="interlock-ground-") as directory, ExitStack() as stack:
        async with httpx.AsyncClient() as http:
            yield Ground(Path(directory), postgres, stack, http)
