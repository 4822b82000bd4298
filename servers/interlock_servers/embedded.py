"""The embedded Postgres: starts by itself, is shared by every process on one data directory, stops with the last."""

import asyncio
import contextlib
import fcntl
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import psycopg

from interlock_servers.postgres_access import PostgresAccess
from interlock_servers.postgres_binaries import PostgresError
from interlock_servers.postgres_cluster import START_SECONDS, Cluster
from interlock_servers.postgres_passwords import Passwords
from interlock_servers.postgres_process import find_postmaster, is_postmaster, stop_postmaster

WATCH_SECONDS = 0.5
POLL_SECONDS = 0.005

logger = logging.getLogger(__name__)


class EmbeddedPostgres:
    """One process's share in the cluster below a directory; use as `async with EmbeddedPostgres(path) as access`.

    While it is open, a postmaster that dies is started again.
    """

    def __init__(self, data_dir: Path, pg_bin: Path | None = None, *, durable: bool = True) -> None:
        """Without `durable` it may lose what it wrote when the machine goes down, but not when a process does."""
        self._cluster = Cluster(data_dir.resolve())
        self._pg_bin = pg_bin
        self._durable = durable
        self._share: int | None = None
        self._pid = 0
        self._watcher: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self._pid

    async def start(self) -> PostgresAccess:
        """Starts the cluster, or joins it where it already runs; makes it where there is none. Raises PostgresError."""
        joining = asyncio.create_task(asyncio.to_thread(self._join))
        try:
            access = await asyncio.shield(joining)
        except asyncio.CancelledError:
            # The thread goes on whatever we do: nothing it starts may stay behind.
            await asyncio.gather(joining, return_exceptions=True)
            await asyncio.to_thread(self._leave)
            raise
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
            if is_postmaster(self._pid, self._cluster.data):
                continue
            died = self._pid
            try:
                await asyncio.to_thread(self._revive)
            except PostgresError as error:
                logger.error("The embedded Postgres died and does not start again: %s", error)
            else:
                logger.warning("The embedded Postgres (process %s) died; process %s goes on", died, self._pid)

    def _join(self) -> PostgresAccess:
        try:
            # As root, Postgres runs as somebody else who has to pass through; what lies inside is closed by itself.
            self._cluster.home.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
            with self._alone():
                share = os.open(self._cluster.home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
                try:
                    fcntl.flock(share, fcntl.LOCK_SH)
                    access = self._reach()
                except BaseException:
                    self._stop_if_last(share)
                    raise
                self._share = share
                return access
        except OSError as error:
            raise PostgresError(f"The embedded Postgres cannot use {self._cluster.home}: {error}.") from error

    def _revive(self) -> None:
        try:
            with self._alone():
                if self._share is not None:  # given up in the meantime
                    self._reach()
        except OSError as error:
            raise PostgresError(str(error)) from error

    def _leave(self) -> None:
        if self._share is None:
            return
        share, self._share = self._share, None
        with self._alone():
            self._stop_if_last(share)

    def _stop_if_last(self, share: int) -> None:
        try:
            fcntl.flock(share, fcntl.LOCK_EX | fcntl.LOCK_NB)
            postmaster = find_postmaster(self._cluster.data)
            if postmaster is not None:
                stop_postmaster(postmaster.pid, self._cluster.data)
                if self._cluster.home not in postmaster.socket_dir.parents:
                    postmaster.socket_dir.rmdir()
        except BlockingIOError:
            logger.debug("The embedded Postgres stays up for others")
        finally:
            os.close(share)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process at a time starts, joins or stops; the kernel takes the lock from one that is killed."""
        lock = os.open(self._cluster.home / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + START_SECONDS
        try:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise PostgresError(
                            f"Another process has been starting or stopping Postgres in {self._cluster.home} "
                            f"for {START_SECONDS} seconds."
                        ) from None
                    time.sleep(POLL_SECONDS)
            yield
        finally:
            os.close(lock)

    def _reach(self) -> PostgresAccess:
        deadline = time.monotonic() + START_SECONDS
        problem = "it does not become ready"
        while time.monotonic() < deadline:
            postmaster = find_postmaster(self._cluster.data)
            if postmaster is None:
                try:
                    self._cluster.launch(self._pg_bin, durable=self._durable)
                except PostgresError:
                    # A process killed in the middle of this may have left a postmaster that was not to be seen yet.
                    if find_postmaster(self._cluster.data) is None:
                        raise
                continue
            if postmaster.ready:
                passwords = Passwords.kept(self._cluster.passwords)
                access = PostgresAccess(postmaster.socket_dir, passwords.superuser, passwords.owner)
                try:
                    psycopg.connect(access.owner_url.replace("+psycopg", "", 1), connect_timeout=10).close()
                except psycopg.OperationalError as error:
                    problem = str(error)
                    if "authentication failed" in problem or "does not exist" in problem:
                        break  # waiting does not help
                else:
                    self._pid = postmaster.pid
                    return access
            time.sleep(POLL_SECONDS)
        raise PostgresError(f"The embedded Postgres in {self._cluster.home} cannot be reached: {problem}.")
