"""Interlock running for a test: in this process, or in one of its own that can be killed."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from rich.console import Console

from interlock_handlers.server_spec import ServerSpec
from interlock_platform.settings import Settings
from interlock_servers.api import running
from interlock_servers.start_progress import StartProgress
from tests.conftest import SECRET_KEY
from tests.mcp_servers.process import ServerProcess, answers, free_port
from tests.person import NO_AUTHORITIES


def catalogue_file(folder: Path, *specs: ServerSpec, allow: Sequence[str] = ()) -> Path:
    """The servers as an operator's catalogue file; `allow` is where servers that others enter may be although they are
    refused otherwise."""
    entries: dict[str, Any] = {}
    for spec in specs:
        remote = {"type": spec.transport, "url": spec.url, "headers": dict(spec.headers)}
        if spec.auth == "oauth":
            remote["auth"] = spec.auth
        started = {"command": spec.command, "args": list(spec.args), "env": dict(spec.env), "sandbox": False}
        entries[spec.id] = {"name": spec.name, **(started if spec.transport == "stdio" else remote)}
    path = folder / "catalogue.json"
    path.write_text(json.dumps({"mcpServers": entries, "outbound": {"allow": allow}}))
    return path


@asynccontextmanager
async def interlock(database_url: str, folder: Path, **settings: Any) -> AsyncIterator[str]:
    """Serves on a free port, in this process and with its connections in it; yields the base URL.

    `settings` are fields of Settings. The model is not asked for titles, so that what it answers is the tests' script.
    """
    chosen = Settings(
        _env_file=None,
        data_dir=folder,
        database_url=database_url,
        secret_key=SecretStr(SECRET_KEY),
        **{"port": free_port(), "connections": "inside", "titles": "words", **settings},
    )
    async with running(chosen, StartProgress(Console(quiet=True))):
        yield chosen.base_url


class InterlockProcess(ServerProcess):
    """`interlock serve` in a process of its own, on its own embedded Postgres."""

    def __init__(self, folder: Path, port: int | None = None, **settings: str) -> None:
        """`settings` are the names of variables without `INTERLOCK_`, in lower case."""
        port = port or free_port()
        variables = {"port": str(port), "data_dir": str(folder), "titles": "words", **settings}
        env = {f"INTERLOCK_{name.upper()}": value for name, value in variables.items()}
        super().__init__(
            [sys.executable, "-m", "interlock_servers", "serve"], port, folder / "interlock.log", clean(env)
        )
        self.base_url = f"http://127.0.0.1:{port}"

    async def ready(self) -> None:
        """Waits until it serves."""
        await is_ready(self.base_url)


async def is_ready(base_url: str, seconds: float = 60) -> None:
    """Waits until somebody serves there who has all that is needed."""
    url = httpx.URL(base_url)
    # Without a request as long as nobody listens: whoever starts needs the processor more.
    async with httpx.AsyncClient(base_url=base_url, verify=NO_AUTHORITIES) as http, asyncio.timeout(seconds):
        while True:
            if await asyncio.to_thread(answers, url.port or 80):
                with suppress(httpx.TransportError):
                    if (await http.get("/readyz")).is_success:
                        return
            await asyncio.sleep(0.02)


def clean(env: Mapping[str, str]) -> dict[str, str]:
    """An environment without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INTERLOCK_")}
    return {**kept, **env}
