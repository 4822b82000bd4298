"""Fixtures of the MCP servers, for the conftest files that want them.

everything_http, everything_sse  (session) the reference server over streamable HTTP and over SSE
toolbox_http                     (session) our toolbox over streamable HTTP
journal                          starts journal servers: `journal.stdio()`, `journal.http()`, `journal.sse()`
asking                           (session) servers that ask in the middle of calls: `asking.spec(transport)`
whole                            (session) servers that use all of the protocol: `whole.spec(transport)`
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from interlock_handlers.sandbox.sandbox import Sandbox
from interlock_handlers.server_spec import ServerSpec
from tests.mcp_servers import journal as journal_module
from tests.mcp_servers.everything import everything
from tests.mcp_servers.process import ServerProcess, free_port, running

OPEN = Sandbox(enabled=False)


@pytest.fixture(scope="session")
def everything_http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerSpec]:
    with everything("streamableHttp", tmp_path_factory.mktemp("everything") / "http.log") as server:
        yield ServerSpec("everything", "Everything", "http", url=f"http://127.0.0.1:{server.port}/mcp")


@pytest.fixture(scope="session")
def everything_sse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerSpec]:
    with everything("sse", tmp_path_factory.mktemp("everything") / "sse.log") as server:
        yield ServerSpec("everything-sse", "Everything", "sse", url=f"http://127.0.0.1:{server.port}/sse")


@pytest.fixture(scope="session")
def toolbox_http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerSpec]:
    folder, port = tmp_path_factory.mktemp("toolbox"), free_port()
    argv = [sys.executable, "-m", "interlock_servers.mcp.toolbox", "--http", f"127.0.0.1:{port}"]
    with running([*argv, "--notebook", str(folder / "notes.json")], port, folder / "log"):
        yield ServerSpec("toolbox", "Toolbox", "http", url=f"http://127.0.0.1:{port}/mcp")


class JournalServers:
    """One journal, and servers that write it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.path = folder / "journal.jsonl"
        self.release = folder / "release"
        self._log = folder / "log"
        self._stack = stack
        self._options = ["--journal", str(self.path), "--release", str(self.release)]

    def stdio(self, *options: str) -> ServerSpec:
        """Started by whoever connects; not confined, for the tests that look at its process."""
        args = (str(Path(journal_module.__file__)), *self._options, *options)
        return ServerSpec("journal", "Journal", "stdio", command=sys.executable, args=args, sandbox=OPEN)

    def http(self, *options: str) -> tuple[ServerSpec, ServerProcess]:
        return self._started("http", "/mcp", *options)

    def sse(self, *options: str) -> tuple[ServerSpec, ServerProcess]:
        return self._started("sse", "/sse", *options)

    def again(self, server: ServerProcess) -> ServerProcess:
        """The killed server once more, on its port, after the last of it is gone."""
        server.kill()
        return self._stack.enter_context(running(list(server.argv), server.port, self._log))

    def received(self, tool: str | None = None) -> list[dict[str, object]]:
        return journal_module.entries(self.path, "received", tool)

    def _started(self, transport: str, path: str, *options: str) -> tuple[ServerSpec, ServerProcess]:
        port = free_port()
        argv = [sys.executable, "-m", journal_module.__name__, *self._options, *options, f"--{transport}", str(port)]
        server = self._stack.enter_context(running(argv, port, self._log))
        url = f"http://127.0.0.1:{port}{path}"
        return ServerSpec("journal", "Journal", "sse" if transport == "sse" else "http", url=url), server


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalServers]:
    with ExitStack() as stack:
        yield JournalServers(tmp_path, stack)


class AskingServers:
    """One journal, and servers that want to be told things before their calls go on; each is started once."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.door = folder / "signed-in"
        """For `--sign-in`: while it is there, everybody is let in."""
        self._journal = folder / "asking.jsonl"
        self._log = folder / "asking.log"
        self._stack = stack
        self._started: dict[tuple[str, ...], int] = {}

    def spec(self, transport: str, *options: str, id: str = "asking") -> ServerSpec:
        """The server over that transport; over stdio, whoever connects starts it."""
        args = ["-m", "tests.mcp_servers.asking", "--journal", str(self._journal), *options]
        if transport == "stdio":
            env = {"PYTHONPATH": str(Path(__file__).parents[2])}
            return ServerSpec(id, "Asking", "stdio", command=sys.executable, args=tuple(args), env=env, sandbox=OPEN)
        port = self._started.get((transport, *options))
        if port is None:
            port = self._started[(transport, *options)] = free_port()
            argv = [sys.executable, *args, f"--{transport}", str(port)]
            self._stack.enter_context(running(argv, port, self._log))
        if transport == "sse":
            return ServerSpec(id, "Asking", "sse", url=f"http://127.0.0.1:{port}/sse")
        return ServerSpec(id, "Asking", "http", url=f"http://127.0.0.1:{port}/mcp")

    def heard(self, value: str, event: str = "received") -> int:
        """How often a tool began with this value, or came to its end."""
        return sum(entry["arguments"].get("value") == value for entry in journal_module.entries(self._journal, event))


@pytest.fixture(scope="session")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AskingServers]:
    with ExitStack() as stack:
        yield AskingServers(tmp_path_factory.mktemp("asking"), stack)


class WholeServers:
    """One journal, and servers that use all of the protocol; each is started once."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._journal = folder / "whole.jsonl"
        self._log = folder / "whole.log"
        self._stack = stack
        self._started: dict[tuple[str, ...], int] = {}

    def spec(self, transport: str, *options: str, id: str = "whole") -> ServerSpec:
        """The server over that transport; over stdio, whoever connects starts it."""
        args = ["-m", "tests.mcp_servers.whole", "--journal", str(self._journal), *options]
        if transport == "stdio":
            env = {"PYTHONPATH": str(Path(__file__).parents[2])}
            return ServerSpec(id, "Whole", "stdio", command=sys.executable, args=tuple(args), env=env, sandbox=OPEN)
        port = self._started.get((transport, *options))
        if port is None:
            port = self._started[(transport, *options)] = free_port()
            argv = [sys.executable, *args, f"--{transport}", str(port)]
            self._stack.enter_context(running(argv, port, self._log))
        if transport == "sse":
            return ServerSpec(id, "Whole", "sse", url=f"http://127.0.0.1:{port}/sse")
        return ServerSpec(id, "Whole", "http", url=f"http://127.0.0.1:{port}/mcp")

    def heard(self, value: str, event: str) -> int:
        """How often `wait` began with this value ("received"), or was cancelled."""
        return sum(entry["arguments"].get("value") == value for entry in journal_module.entries(self._journal, event))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeServers]:
    with ExitStack() as stack:
        yield WholeServers(tmp_path_factory.mktemp("whole"), stack)
