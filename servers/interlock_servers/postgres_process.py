"""Looks at the processes of one cluster: its postmaster, and the children that a killed postmaster leaves behind."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from interlock_servers.postgres_binaries import PostgresError

STOP_SECONDS = 30
KILL_SECONDS = 10
ORPHAN_SECONDS = 2
POLL_SECONDS = 0.005


@dataclass(frozen=True)
class Postmaster:
    """A running postmaster as its own postmaster.pid describes it."""

    pid: int
    socket_dir: Path
    ready: bool


def find_postmaster(cluster: Path) -> Postmaster | None:
    """The living postmaster of a cluster; None if there is none, whatever a stale postmaster.pid says."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not is_postmaster(pid, cluster):
        return None
    # Lines of the file: pid, data directory, start time, port, socket directory, address, shared memory, status.
    socket_dir = Path(lines[4]) if len(lines) > 4 else Path()
    return Postmaster(pid, socket_dir, ready=len(lines) > 7 and lines[7].strip() == "ready")


def is_postmaster(pid: int, cluster: Path) -> bool:
    """Whether this process is alive (a zombie is not) and is the postmaster of this cluster (a reused id is not)."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and str(cluster) in process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def stop_postmaster(pid: int, cluster: Path) -> None:
    """Stops it the fast way (SIGINT), and at once (SIGQUIT) if it does not; the write-ahead log keeps the rest."""
    for stop, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, KILL_SECONDS)):
        try:
            psutil.Process(pid).send_signal(stop)
        except psutil.NoSuchProcess:
            return
        if _wait_until_gone(lambda: is_postmaster(pid, cluster), seconds):
            return
    raise PostgresError(f"Postgres (process {pid}) does not stop.")


def clear_remains(cluster: Path, socket_dir: Path, cluster_name: str) -> None:
    """Removes what a killed postmaster left: its children, its pid file and its socket."""
    remains = [cluster / "postmaster.pid", socket_dir / ".s.PGSQL.5432", socket_dir / ".s.PGSQL.5432.lock"]
    if not any(path.exists() for path in remains):
        return
    title = f"postgres: {cluster_name}:"

    def orphans() -> list[psutil.Process]:
        return _living(lambda process: " ".join(process.cmdline()).startswith(title))

    # They hold the old shared memory, and Postgres does not start beside them. Most leave by themselves at once.
    if not _wait_until_gone(lambda: bool(orphans()), ORPHAN_SECONDS):
        _kill(orphans, cluster_name)
    for path in remains:
        path.unlink(missing_ok=True)


def end_makers(prefix: Path) -> None:
    """Ends what a killed attempt to make a cluster left running in a directory whose path begins with `prefix`."""

    def makers() -> list[psutil.Process]:
        return _living(lambda process: _is_maker(process, str(prefix)))

    _kill(makers, f"in {prefix}*")


def _is_maker(process: psutil.Process, prefix: str) -> bool:
    if process.name() not in ("initdb", "postgres"):
        return False
    return prefix in " ".join(process.cmdline()) or process.cwd().startswith(prefix)


def _living(is_one: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if is_one(process) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def _kill(processes: Callable[[], list[psutil.Process]], which: str) -> None:
    for process in processes():
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    if not _wait_until_gone(lambda: bool(processes()), KILL_SECONDS):
        raise PostgresError(f"Processes of a Postgres that died ({which}) do not end.")


def _wait_until_gone(is_there: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_there():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
