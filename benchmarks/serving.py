"""Interlock with a given model, in this process, on a Postgres of its own; and a client that measures its turns."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import httpx
import psycopg
import socketio
from langchain_core.language_models import BaseChatModel
from rich.console import Console
from tests.mcp_servers.process import free_port
from tests.running import catalogue_file

from interlock_handlers.server_spec import ServerSpec
from interlock_platform.database import conninfo
from interlock_platform.settings import Settings
from interlock_servers.api import running
from interlock_servers.embedded import EmbeddedPostgres
from interlock_servers.postgres_access import DATABASE, SUPERUSER, PostgresAccess
from interlock_servers.start_progress import StartProgress


@dataclass(frozen=True)
class Serving:
    """Where it serves, and how its Postgres is reached as the superuser, who sees all rows."""

    base_url: str
    access: PostgresAccess

    @property
    def superuser(self) -> str:
        return conninfo(self.access.url(SUPERUSER, self.access.superuser_password, DATABASE))


@asynccontextmanager
async def interlock(model: BaseChatModel, *servers: ServerSpec, allow: Sequence[str] = ()) -> AsyncIterator[Serving]:
    """Serves with this model and these MCP servers while the block runs; `allow`: see `catalogue_file`."""
    with TemporaryDirectory(prefix="interlock-benchmark-") as directory:
        folder = Path(directory)
        # Where root runs it, Postgres runs as somebody else who has to pass through.
        folder.chmod(0o711)  # noqa: ASYNC240 - nothing else runs yet
        async with EmbeddedPostgres(folder / "postgres") as access:
            values: dict[str, Any] = {
                "_env_file": None,
                "port": free_port(),
                "data_dir": folder,
                "database_url": access.owner_url,
                "catalogue": catalogue_file(folder, *servers, allow=allow),
                "log_level": "warning",
                "titles": "words",
            }
            settings = Settings(**values)
            with patch("interlock_servers.working.load_model", lambda *_, **__: model):
                async with running(settings, StartProgress(Console(quiet=True))):
                    yield Serving(settings.base_url, access)


@dataclass(frozen=True)
class Turn:
    """Seconds from sending the message to the first text of the answer, and to the end of the run."""

    first_text: float
    end: float


class Client:
    """A signed-in person's browser, without the browser."""

    def __init__(self, http: httpx.AsyncClient, sio: socketio.AsyncClient) -> None:
        self.http = http
        self._sio = sio
        self._first_text: dict[str, float] = {}
        self._ended: dict[str, asyncio.Future[float]] = {}
        self._card: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        sio.on("live", self._live)
        sio.on("event", self._event)

    @classmethod
    @asynccontextmanager
    async def signed_in(cls, base_url: str, name: str = "alice") -> AsyncIterator["Client"]:
        sio = socketio.AsyncClient(reconnection=False)
        async with httpx.AsyncClient(base_url=base_url, follow_redirects=True, timeout=30) as http:
            (await http.get("/auth/login", params={"next": "/healthz", "login_hint": name})).raise_for_status()
            cookie = "; ".join(f"{key}={value}" for key, value in http.cookies.items())
            headers = {"Cookie": cookie, "Origin": base_url}
            await sio.connect(base_url, headers=headers, socketio_path="/ws/socket.io", transports=["websocket"])
            try:
                yield cls(http, sio)
            finally:
                await sio.disconnect()

    async def new_thread(self) -> str:
        answer = await self.http.post("/api/threads", json={})
        thread_id: str = answer.raise_for_status().json()["id"]
        await self._sio.call("thread.open", {"thread_id": thread_id})
        return thread_id

    async def turn(self, thread_id: str, text: str, *, approve: bool = False) -> Turn:
        """Says something and waits for the end of its run; with `approve` the card is approved as soon as it comes."""
        run_id = str(uuid4())
        ended = self._ended[run_id] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        await self._sio.call("run.start", {"thread_id": thread_id, "run_id": run_id, "text": text})
        if approve:
            card = await self._card.get()
            decision = {"id": card["id"], "seal": card["seal"], "decision": "approve"}
            await self._sio.call("approval.decide", decision)
        end = await ended
        return Turn(self._first_text.get(run_id, end) - began, end - began)

    async def _live(self, data: dict[str, Any]) -> None:
        self._first_text.setdefault(data["run_id"], time.perf_counter())

    async def _event(self, data: dict[str, Any]) -> None:
        event, run_id = data["event"], data["run_id"]
        if event["type"] == "CUSTOM" and event["name"] == "call" and event["value"]["state"] == "proposed":
            self._card.put_nowait(event["value"])
        elif event["type"] == "RUN_ERROR" and run_id in self._ended:
            self._ended.pop(run_id).set_exception(RuntimeError(event["message"]))
        elif event["type"] == "RUN_FINISHED" and event["outcome"]["type"] != "interrupt" and run_id in self._ended:
            self._ended.pop(run_id).set_result(time.perf_counter())


async def query(conninfo: str, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        cursor = await connection.execute(statement.encode(), parameters)
        return await cursor.fetchall() if cursor.description else []
