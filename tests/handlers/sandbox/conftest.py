"""A hostile server in each kind of sandbox that this machine has, and what it would like to get at.

prison     (parametrised by kind) starts hostile servers: `await prison.inmate()`
ground     (session) files, sockets and a process of ours, as they lie around an Interlock
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import pytest_asyncio

from interlock_handlers.during import During
from interlock_handlers.elicitation import InputRequired
from interlock_handlers.sandbox import linux
from interlock_handlers.sandbox.containment import Containment
from interlock_handlers.sandbox.probe import attempted, possible
from interlock_handlers.sandbox.sandbox import Sandbox
from interlock_handlers.server_spec import ServerSpec
from interlock_handlers.session import Session
from interlock_handlers.stdio_wire import StdioWire
from interlock_handlers.tool_request import ToolRequest

TESTS = Path(__file__).parents[2]
SYSTEM_PYTHON = "/usr/bin/python3"
WAIT = "import signal; signal.pause()"


@dataclass(frozen=True)
class Kind:
    """A kind of sandbox, and a Python that can be run in it."""

    containment: Containment
    python: str = sys.executable

    def __str__(self) -> str:
        without = "" if self.containment.kind == "bubblewrap" or self.containment.landlock else " without Landlock"
        return f"{self.containment.kind}{without}"


def kinds() -> list[Kind]:
    """What works here; a user of its own may not be able to run our own Python, but then the machine's."""
    found = [Kind(containment) for containment in possible()]
    own = Containment("own_uid", linux.landlock_version(), as_root=True, because="it is not asked for")
    if os.geteuid() == 0 and os.path.exists(SYSTEM_PYTHON) and attempted(own, SYSTEM_PYTHON) is None:
        found = [kind for kind in found if kind.containment.kind != "own_uid"]
        found += [Kind(own, SYSTEM_PYTHON), Kind(replace(own, landlock=0), SYSTEM_PYTHON)]
    return found


@dataclass(frozen=True)
class Ground:
    """What lies around."""

    folder: Path
    token: str
    decoy: subprocess.Popen[bytes]
    tcp: socket.socket
    udp: socket.socket
    files: socket.socket
    names: socket.socket

    @property
    def key(self) -> Path:
        return self.folder / "data" / "secret.key"

    @property
    def ssh_key(self) -> Path:
        return self.folder / "home" / ".ssh" / "id_ed25519"


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    # Not below pytest's own directories, which let nobody pass.
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="interlock-ground-")))
        token = secrets.token_hex(16)
        for place, mode in (("", 0o711), ("data", 0o711), ("home", 0o755), ("home/.ssh", 0o700), ("run", 0o755)):
            (folder / place).mkdir(exist_ok=True)
            (folder / place).chmod(mode)
        shutil.copytree(TESTS / "mcp_servers", folder / "program" / "tests" / "mcp_servers", ignore=_not_python)
        decoy = subprocess.Popen([sys.executable, "-c", WAIT, token], env={"INTERLOCK_SECRET_KEY": token})
        stack.callback(decoy.wait)
        stack.callback(decoy.kill)
        sockets = [stack.enter_context(socket.socket(*kind)) for kind in _SOCKETS]
        ground = Ground(folder, token, decoy, *sockets)
        for secret in (ground.key, ground.ssh_key):
            secret.write_text(token)
            secret.chmod(0o600)
        ground.tcp.bind(("127.0.0.1", 0))
        ground.udp.bind(("127.0.0.1", 0))
        ground.files.bind(str(folder / "run" / "postgres"))
        (folder / "run" / "postgres").chmod(0o777)
        ground.names.bind(f"\0interlock-{token}")
        for listener in (ground.tcp, ground.files, ground.names):
            listener.listen()
        for one in sockets:
            one.setblocking(False)
        yield ground


_not_python = shutil.ignore_patterns("node_modules", "__pycache__", "*.json")
_SOCKETS = (
    (socket.AF_INET, socket.SOCK_STREAM),
    (socket.AF_INET, socket.SOCK_DGRAM),
    (socket.AF_UNIX, socket.SOCK_STREAM),
    (socket.AF_UNIX, socket.SOCK_STREAM),
)


@dataclass
class Inmate:
    """One hostile server, connected."""

    session: Session
    wire: StdioWire

    async def tries(self, name: str, **arguments: Any) -> Any:
        """How far the attempt got; None if it was not let."""
        answer = json.loads(await self.said("attempt", name, **arguments))
        return answer.get("got")

    async def said(self, tool: str, name: str, seconds: float = 20, **arguments: Any) -> str:
        """The text of its answer; raises what a call raises."""
        answer = await self.session.call(ToolRequest(tool, {"name": name, **arguments}, {}), seconds, During())
        assert not isinstance(answer, InputRequired)
        block = answer.content[0]
        assert block.type == "text"
        return block.text


@dataclass
class Prison:
    """Starts hostile servers in one kind of sandbox; they end with the test."""

    kind: Kind
    folder: Path
    stack: AsyncExitStack

    @property
    def containment(self) -> Containment:
        return self.kind.containment

    def cell(self, owner: str) -> Path:
        """Where this owner's server may write."""
        return self.folder / "data" / f"cells-{self.kind}".replace(" ", "-") / owner

    async def inmate(self, owner: str = "alice", **box: Any) -> Inmate:
        program = self.folder / "program"
        sandbox = Sandbox(read=(str(program),), write=(str(self.cell(owner)),), **box)
        arguments = ("-m", "tests.mcp_servers.hostile_stdio")
        env = {"PYTHONPATH": str(program), "PYTHONDONTWRITEBYTECODE": "1"}
        spec = ServerSpec(
            "hostile", "H", "stdio", command=self.kind.python, args=arguments, env=env, sandbox=sandbox, owner=owner
        )
        wire = StdioWire(spec, self.containment)
        session = Session(wire, server="hostile", mode="legacy")
        self.stack.push_async_callback(session.stop)
        await session.start(20)
        return Inmate(session, wire)


@pytest.fixture(scope="module", params=kinds(), ids=str)
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


@pytest_asyncio.fixture(loop_scope="session")
async def prison(kind: Kind, ground: Ground) -> AsyncIterator[Prison]:
    async with AsyncExitStack() as stack:
        yield Prison(kind, ground.folder, stack)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def inmate(kind: Kind, ground: Ground) -> AsyncIterator[Inmate]:
    """One for all the tests that leave it as it is."""
    async with AsyncExitStack() as stack:
        yield await Prison(kind, ground.folder, stack).inmate()
