"""An Interlock that a test ends and starts again under the eyes of an open page."""

from pathlib import Path

from interlock_handlers.server_spec import ServerSpec
from tests.conftest import SECRET_KEY
from tests.faults.forked import ForkedInterlock
from tests.mcp_servers.process import free_port
from tests.running import catalogue_file


class Server:
    """A process of its own that comes back on the same port and the same database."""

    def __init__(self, folder: Path, database_url: str, *specs: ServerSpec, **settings: str) -> None:
        self._log = folder / "interlock.log"
        self._settings = {
            "port": str(free_port()),
            "data_dir": str(folder),
            "database_url": database_url,
            "secret_key": SECRET_KEY,
            "catalogue": str(catalogue_file(folder, *specs)),
            **settings,
        }
        self._process: ForkedInterlock | None = None

    async def start(self) -> str:
        """Serves; the address."""
        self._process = ForkedInterlock("serve", self._settings, self._log)
        await self._process.ready()
        return self._process.base_url

    async def terminate(self) -> None:
        """SIGTERM, and until it has ended."""
        assert self._process is not None
        await self._process.stop()

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
