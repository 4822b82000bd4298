"""The embedded Postgres: starts by itself, is shared by every process on one data directory, stops with the last."""

import asyncio
import contextlib
import fcntl
import hashlib
import json
import logging
import os
import secrets
import shlex
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import psycopg

from interlock_servers.postgres_account import Account, choose_account
from interlock_servers.postgres_binaries import PostgresBinaries, PostgresError, find_binaries
from interlock_servers.postgres_process import clear_remains, find_postmaster, is_postmaster, stop_postmaster

PORT = 5432
SUPERUSER = "postgres"
OWNER = "interlock_owner"
DATABASE = "interlock"
START_SECONDS = 90
WATCH_SECONDS = 0.5
LOG_BYTES = 10_000_000
# sun_path holds 108 bytes on Linux and 104 elsewhere, with the closing zero.
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Passwords:
    """The random passwords of the cluster, kept beside it for nobody else to read."""

    superuser: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    owner: str = field(default_factory=lambda: secrets.token_urlsafe(32))


@dataclass(frozen=True)
class PostgresAccess:
    """How to reach the running cluster."""

    socket_dir: Path
    superuser_password: str = field(repr=False)
    owner_password: str = field(repr=False)
    port: int = PORT

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """A SQLAlchemy URL (psycopg 3) over the Unix socket."""
        place = f"host={quote(str(self.socket_dir), safe='')}&port={self.port}"
        return f"postgresql+psycopg://{quote(role, safe='')}:{quote(password, safe='')}@/{database}?{place}"

    @property
    def owner_url(self) -> str:
        """The role that owns the database `interlock`: makes tables and roles, is no superuser."""
        return self.url(OWNER, self.owner_password)

    @property
    def superuser_url(self) -> str:
        """The cluster's superuser, in the maintenance database."""
        return self.url(SUPERUSER, self.superuser_password, "postgres")


class EmbeddedPostgres:
    """One process's share in the cluster below a directory; use as `async with EmbeddedPostgres(path) as access`.

    While it is open, a postmaster that dies is started again.
    """

    def __init__(self, data_dir: Path, pg_bin: Path | None = None) -> None:
        self._home = data_dir.resolve()
        self._pg_bin = pg_bin
        self._cluster = self._home / "cluster"
        self._log = self._home / "postgres.log"
        self._cluster_name = f"interlock-{hashlib.sha256(os.fsencode(self._cluster)).hexdigest()[:16]}"
        self._share: int | None = None
        self._pid = 0
        self._watcher: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self._pid

    async def start(self) -> PostgresAccess:
        """Starts the cluster, or joins it where it already runs; makes it where there is none. Raises PostgresError."""
        access = await asyncio.to_thread(self._join)
        self._watcher = asyncio.create_task(self._watch(), name="embedded-postgres")
        return access

    async def stop(self) -> None:
        """Gives up this process's share, and stops the cluster if nobody else has one."""
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
            self._watcher = None
        await asyncio.to_thread(self._leave)

    async def __aenter__(self) -> PostgresAccess:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if is_postmaster(self._pid, self._cluster):
                continue
            try:
                await asyncio.to_thread(self._join)
            except (PostgresError, OSError) as error:
                logger.error("The embedded Postgres died and does not start again: %s", error)
            else:
                logger.warning("The embedded Postgres had died and was started again")

    def _join(self) -> PostgresAccess:
        self._home.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        with self._starting():
            if self._share is None:
                self._share = os.open(self._home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._share, fcntl.LOCK_SH)
            try:
                return self._reach(time.monotonic() + START_SECONDS)
            except BaseException:
                self._give_up_share()
                raise

    def _leave(self) -> None:
        if self._share is None:
            return
        with self._starting():
            try:
                fcntl.flock(self._share, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                logger.debug("The embedded Postgres stays up for the other processes")
            else:
                postmaster = find_postmaster(self._cluster)
                if postmaster is not None:
                    stop_postmaster(postmaster.pid, self._cluster)
            finally:
                self._give_up_share()

    def _give_up_share(self) -> None:
        if self._share is not None:
            os.close(self._share)
            self._share = None

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        """Only one process at a time starts, joins or stops; the lock goes with the process that holds it."""
        lock = os.open(self._home / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + START_SECONDS
        try:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise PostgresError(f"Another process has been starting Postgres in {self._home}.") from None
                    time.sleep(0.005)
            yield
        finally:
            os.close(lock)

    def _reach(self, deadline: float) -> PostgresAccess:
        problem = "it did not become ready"
        while time.monotonic() < deadline:
            postmaster = find_postmaster(self._cluster)
            if postmaster is None:
                self._launch()
            elif postmaster.ready:
                self._pid = postmaster.pid
                access = self._access(postmaster.socket_dir)
                try:
                    with psycopg.connect(access.owner_url.replace("+psycopg", "", 1), connect_timeout=10):
                        return access
                except psycopg.OperationalError as error:
                    problem = str(error)
                    if "authentication failed" in problem or "does not exist" in problem:
                        break
            time.sleep(0.005)
        raise PostgresError(f"The embedded Postgres in {self._home} cannot be reached: {problem} (see {self._log})")

    def _access(self, socket_dir: Path) -> PostgresAccess:
        try:
            passwords = Passwords(**json.loads((self._home / "passwords.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise PostgresError(f"The passwords of the embedded Postgres cannot be read: {error}") from error
        return PostgresAccess(socket_dir, passwords.superuser, passwords.owner)

    def _launch(self) -> None:
        existing = self._cluster / "PG_VERSION"
        binaries = find_binaries(self._pg_bin, int(existing.read_text()) if existing.exists() else None)
        account = choose_account(self._home, self._cluster, binaries)
        if not existing.exists():
            self._create(binaries, account)
        socket_dir = self._socket_dir(account)
        clear_remains(self._cluster, socket_dir, self._cluster_name)
        with open(os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
            if log.tell() > LOG_BYTES:
                log.truncate(0)
        account.own(self._log)
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": '"' + str(socket_dir).replace('"', '""') + '"',
            "unix_socket_permissions": "0700",
            "cluster_name": self._cluster_name,
            "password_encryption": "scram-sha-256",
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        started = account.run(
            [binaries.program("pg_ctl"), "start", "-D", str(self._cluster), "-l", str(self._log), "-o", options, "-w"],
            cwd=self._home,
        )
        if started.returncode != 0:
            tail = "; ".join(self._log.read_text(errors="replace").splitlines()[-3:])
            raise PostgresError(f"The embedded Postgres does not start: {tail or started.stderr.strip()}")

    def _create(self, binaries: PostgresBinaries, account: Account) -> None:
        """Makes the cluster beside its place and moves it there when it is whole, so that a kill leaves none or all."""
        passwords = Passwords()
        unfinished = self._home / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        account.own(unfinished)
        _write_private(self._home / "passwords.json", json.dumps(asdict(passwords)))
        first_password = self._home / "first-password"
        _write_private(first_password, passwords.superuser)
        account.own(first_password)
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if binaries.major >= 17 else []
        made = account.run(
            [
                binaries.program("initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={first_password}",
                "--auth=scram-sha-256",
                "--data-checksums",
                "--encoding=UTF8",
                "--locale=C",
                *builtin,
            ],
            cwd=self._home,
        )
        first_password.unlink()
        if made.returncode == 0:
            made = account.run(
                [binaries.program("postgres"), "--single", "-D", str(unfinished), "-c", "exit_on_error=on", "postgres"],
                cwd=self._home,
                stdin=f"create role {OWNER} login createrole password '{passwords.owner}'\n"
                f"create database {DATABASE} owner {OWNER}\n",
            )
        if made.returncode != 0:
            raise PostgresError(f"The embedded Postgres cannot be made in {self._home}: {made.stderr.strip()}")
        unfinished.rename(self._cluster)

    def _socket_dir(self, account: Account) -> Path:
        path = self._home / "run"
        if not _fits(path):
            path = Path(tempfile.gettempdir()) / self._cluster_name
        if not _fits(path):
            path = Path("/tmp") / self._cluster_name  # noqa: S108 - its owner and mode are checked below
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
            account.own(path)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or stat.S_IMODE(found.st_mode) != 0o700:
            raise PostgresError(f"{path} must be a directory of the account that runs Postgres, closed to all others.")
        return path


def _fits(socket_dir: Path) -> bool:
    # libpq takes a comma in `host` for the next host.
    path = str(socket_dir / f".s.PGSQL.{PORT}")
    return len(os.fsencode(path)) <= SOCKET_PATH_BYTES and "," not in path


def _write_private(path: Path, text: str) -> None:
    """Replaces a file as a whole; nobody else can read it at any moment."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
