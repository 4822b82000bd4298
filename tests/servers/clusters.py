"""Places for embedded clusters, and processes that hold one."""

import asyncio
import os
import pwd
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, LiteralString

import psycopg

from interlock_servers.embedded import EmbeddedPostgres

HOLDER = Path(__file__).parent / "hold_postgres.py"
DEADLINE = 60


@contextmanager
def a_place() -> Iterator[Path]:
    # Not below pytest's own directories, which are closed: where root runs the tests, Postgres is somebody else.
    with TemporaryDirectory(prefix="interlock-test-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory).resolve()


def copy_cluster(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", source, target], check=True)


async def once(home: Path) -> None:
    async with EmbeddedPostgres(home):
        pass


async def spawn(home: Path, prefix: Sequence[str] = (), uid: int | None = None) -> Process:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [*prefix, sys.executable, str(HOLDER), str(home)]
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=environment, user=uid)


@asynccontextmanager
async def a_holder(home: Path, ordinary_user: bool = False) -> AsyncIterator[tuple[Process, int, str]]:
    process = await spawn(home, *(ordinary_user_at(home) if ordinary_user else ([], None)))
    try:
        assert process.stdout is not None
        async with asyncio.timeout(DEADLINE):
            pid, url = (await process.stdout.readline()).decode().split()
        yield process, int(pid), url
    finally:
        await end(process)


async def end(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    async with asyncio.timeout(DEADLINE):
        await process.wait()


def ordinary_user_at(home: Path) -> tuple[list[str], int | None]:
    """What to put before a command, or whom to run it as, so that it runs without root's rights."""
    if os.geteuid() != 0:
        return [], None
    nobody = pwd.getpwnam("nobody").pw_uid
    try:
        subprocess.run([sys.executable, "-c", ""], user=nobody, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        # Root's own Python, which nobody else can reach: a namespace in which we are not root.
        return ["unshare", "--user", "--map-user=1000", "--map-group=1000"], None
    os.chown(home, nobody, -1)
    return [], nobody


def namespaces_work() -> bool:
    return subprocess.run(["unshare", "--user", "true"], capture_output=True).returncode == 0


async def connect(url: str) -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(url.replace("+psycopg", "", 1), autocommit=True)


async def ask(url: str, query: LiteralString, *parameters: object) -> tuple[Any, ...] | None:
    async with await connect(url) as connection:
        cursor = await connection.execute(query, parameters)
        return await cursor.fetchone() if cursor.description else None


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not holds():
            await asyncio.sleep(0.005)
