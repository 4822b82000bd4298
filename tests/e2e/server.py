"""An Interlock that a test ends and starts again under the eyes of an open page."""

import asyncio
from pathlib import Path

from interlock_handlers.server_spec import ServerSpec
from tests.conftest import SECRET_KEY
from tests.mcp_servers.process import free_port
from tests.running import InterlockProcess, catalogue_file


class Server:
    """A process of its own that comes back on the same port and the same database."""

    def __init__(self, folder: Path, database_url: str, *specs: ServerSpec, **settings: str) -> None:
        self._folder = folder
        self._port = free_port()
        catalogue = str(catalogue_file(folder, *specs))
        self._settings = {"database_url": database_url, "secret_key": SECRET_KEY, "catalogue": catalogue, **settings}
        self._process: InterlockProcess | None = None

    async def start(self) -> str:
        """Serves; the address."""
        # Starting waits for the port, and would keep the browser's events from being heard.
        self._process = await asyncio.to_thread(InterlockProcess, self._folder, self._port, **self._settings)
        await self._process.ready()
        return self._process.base_url

    async def terminate(self) -> None:
        """SIGTERM, and until it has ended."""
        assert self._process is not None
        self._process.process.terminate()
        await asyncio.to_thread(self._process.process.wait, 20)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
