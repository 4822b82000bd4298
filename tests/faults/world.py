"""Everything that a kill test needs: one data directory, a scripted model, a tool that keeps a journal, and servers."""

import contextlib
import fcntl
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx

from interlock_servers.postgres_access import DATABASE, SUPERUSER, PostgresAccess
from interlock_servers.postgres_passwords import Passwords
from interlock_servers.postgres_process import Postmaster, find_postmaster
from tests.faults.forked import ForkedInterlock
from tests.mcp_servers import journal as journal_module
from tests.mcp_servers.fixtures import JournalServers
from tests.mcp_servers.process import free_port, until
from tests.mcp_servers.process import running as process
from tests.person import Person
from tests.running import catalogue_file

RECORD = "journal__record"
SLOW = "journal__slow"


class World:
    """The servers come and go; what they keep stays."""

    def __init__(self, folder: Path, journal: JournalServers, model_url: str) -> None:
        self.folder = folder
        self.journal = journal
        self._model_url = model_url
        self._ports = {"first": free_port(), "second": free_port()}
        self._running: dict[str, ForkedInterlock] = {}
        spec, self._journal_server = journal.http()
        self._settings = {
            "data_dir": str(folder / "data"),
            "catalogue": str(catalogue_file(folder, spec)),
            "model": "openai:scripted",
            "model_base_url": f"{model_url}/v1",
            "model_api_key": "none",
        }

    async def serve(self, name: str = "first", **settings: str) -> ForkedInterlock:
        """The server of that name, started if it does not run; always on the same port."""
        running = self._running.get(name)
        if running is None or not running.alive:
            running = self._start("serve", name, port=str(self._ports[name]), **settings)
        await running.ready()
        return running

    async def work(self) -> ForkedInterlock:
        """A worker apart from the servers, at work."""
        worker = self._start("worker", "worker", worker="apart")
        await until(lambda: "The worker is ready" in worker.log.read_text(), "the worker", 60)
        return worker

    def _start(self, command: str, name: str, **settings: str) -> ForkedInterlock:
        log = self.folder / f"{name}.log"
        log.write_text("")
        self._running[name] = ForkedInterlock(command, {**self._settings, **settings}, log)
        return self._running[name]

    async def only_first(self) -> ForkedInterlock:
        """As a test finds the world: one server with its worker inside, and nothing held up."""
        for name, running in self._running.items():
            if running.alive and (name != "first" or running.settings.get("worker") == "apart"):
                await running.stop()
        self.journal.release.unlink(missing_ok=True)
        return await self.serve()

    def end(self) -> None:
        for running in self._running.values():
            if running.alive:
                running.process.terminate()
                running.process.join(20)
                running.kill()

    @property
    def postmaster(self) -> Postmaster:
        found = find_postmaster(self.folder / "data" / "postgres" / "cluster")
        assert found is not None, "Postgres does not run"
        return found

    @contextmanager
    def no_start_of_postgres(self) -> Iterator[None]:
        """Inside, nobody can start it again."""
        with (self.folder / "data" / "postgres" / "start.lock").open("r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @property
    def superuser_url(self) -> str:
        """Sees the rows of all tenants."""
        home = self.folder / "data" / "postgres"
        passwords = Passwords.kept(home / "passwords.json")
        access = PostgresAccess(self.postmaster.socket_dir, passwords.superuser, passwords.owner)
        return access.url(SUPERUSER, passwords.superuser, DATABASE)

    async def script(self, *steps: dict[str, Any]) -> None:
        """What the model answers from now on."""
        async with httpx.AsyncClient(base_url=self._model_url) as http:
            (await http.post("/script", json=steps)).raise_for_status()

    async def let_model_go_on(self) -> None:
        async with httpx.AsyncClient(base_url=self._model_url) as http:
            (await http.post("/release")).raise_for_status()

    def asked(self, about: str) -> list[dict[str, Any]]:
        """The requests that the model got, whose last message of a person contains this."""
        lines = (self.folder / "model.jsonl").read_text().splitlines()
        requests: list[dict[str, Any]] = [json.loads(line) for line in lines]
        return [each for each in requests if about in last_of_person(each)]

    def effects(self, value: str, event: str = "received") -> list[dict[str, Any]]:
        """What the tool was asked to do with this value, or what it had done with it."""
        heard = journal_module.entries(self.journal.path, event)
        return [entry for entry in heard if entry["arguments"].get("value") == value]

    @asynccontextmanager
    async def person(self, name: str = "alice", server: ForkedInterlock | None = None) -> AsyncIterator[Person]:
        """Signed in, with the journal connected."""
        base_url = (server or await self.serve()).base_url
        async with Person.signed_in(base_url, name) as person:
            await person.ok("POST", "/api/servers/journal/connect")
            yield person


def call_for(value: str, tool: str = RECORD, **more: Any) -> dict[str, Any]:
    """A step: asked about this value, the model proposes one call with it."""
    arguments = {"value": value, **({"seconds": 60} if tool == SLOW else {})}
    return {"contains": value, "after_tool": False, "times": None, "calls": [{"name": tool, "arguments": arguments}],
            **more}  # fmt: skip


def a_value() -> str:
    """Something that only this test says."""
    return f"value-{uuid4().hex[:12]}"


async def come_back(person: Person, thread_id: str) -> None:
    """After the server was restarted: the same cookie, a new socket, and the thread from where it was seen last."""
    with contextlib.suppress(Exception):
        await person.sio.disconnect()
    await person.connect()
    seen = person.entries.get(thread_id, [])
    await person.open(thread_id, seen[-1]["seq"] if seen else 0)


def last_of_person(request: dict[str, Any]) -> str:
    return next((str(said["text"]) for said in reversed(request["messages"]) if said["role"] == "user"), "")


@contextmanager
def a_world() -> Iterator[World]:
    # Not below pytest's own directories: where root runs the tests, Postgres runs as somebody else.
    with TemporaryDirectory(prefix="interlock-faults-") as directory, ExitStack() as stack:
        folder = Path(directory)
        folder.chmod(0o711)
        port = free_port()
        argv = [sys.executable, "-m", "tests.model_server", "--port", str(port)]
        argv += ["--journal", str(folder / "model.jsonl")]
        stack.enter_context(process(argv, port, folder / "model.log"))
        world = World(folder, JournalServers(folder, stack), f"http://127.0.0.1:{port}")
        stack.callback(world.end)
        yield world
