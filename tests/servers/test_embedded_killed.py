"""Whatever of the embedded Postgres is killed, what was acknowledged is there at the next start."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from interlock_servers.embedded import EmbeddedPostgres
from interlock_servers.postgres_access import PostgresAccess
from interlock_servers.postgres_process import find_postmaster, is_postmaster
from tests.servers.clusters import a_holder, a_place, ask, connect, end, spawn, until


async def test_a_sharer_that_is_killed_does_not_keep_it_running(home: Path) -> None:
    async with a_holder(home) as (victim, pid, _), a_holder(home) as (other, _, url):
        victim.kill()
        await victim.wait()
        assert await ask(url, "select 1") == (1,)
        await end(other)
        assert not is_postmaster(pid, home / "cluster")


async def test_what_the_only_process_left_running_when_it_was_killed_is_joined_and_stopped(home: Path) -> None:
    async with a_holder(home) as (victim, pid, _):
        victim.kill()
        await victim.wait()
    postgres = EmbeddedPostgres(home)
    async with postgres as access:
        assert postgres.pid == pid
        assert await ask(access.owner_url, "select 1") == (1,)
    assert not is_postmaster(pid, home / "cluster")


async def test_a_postmaster_that_is_killed_comes_back_with_every_acknowledged_row(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    async with postgres as access:
        first = postgres.pid
        acknowledged = await _insert_until_killed(access, first, rows=500)
        await until(lambda: postgres.pid != first)
        assert await ask(access.owner_url, "select count(*) >= %s from kept", acknowledged) == (True,)


async def test_everything_killed_at_once_starts_again_with_every_acknowledged_row(home: Path) -> None:
    async with a_holder(home) as (holder, pid, url):
        await ask(url, "create table kept (n int)")
        await ask(url, "insert into kept values (1) returning n")
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
        assert await ask(access.owner_url, "select n from kept") == (1,)


async def test_children_that_outlive_a_killed_postmaster_do_not_prevent_a_start(home: Path) -> None:
    async with a_holder(home) as (holder, pid, url), await connect(url) as connection:
        backend = connection.info.backend_pid
        # A stopped child does not notice that its postmaster died.
        os.kill(backend, signal.SIGSTOP)
        holder.kill()
        os.kill(pid, signal.SIGKILL)
        await holder.wait()
        await until(lambda: not is_postmaster(pid, home / "cluster"))
        async with EmbeddedPostgres(home) as access:
            assert await ask(access.owner_url, "select 1") == (1,)
            assert not psutil.pid_exists(backend) or psutil.Process(backend).status() == psutil.STATUS_ZOMBIE


async def test_a_start_that_is_cancelled_leaves_nothing_running(home: Path) -> None:
    starting = asyncio.create_task(EmbeddedPostgres(home).start())
    await until((home / "cluster" / "postmaster.pid").exists)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert find_postmaster(home / "cluster") is None


async def test_a_pid_file_that_names_another_living_process_does_not_prevent_a_start(home: Path) -> None:
    (home / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n{home / 'cluster'}\n1\n5432\n\n\n\nready   \n")
    async with EmbeddedPostgres(home) as access:
        assert await ask(access.owner_url, "select 1") == (1,)


async def test_a_kill_while_the_cluster_is_made_leaves_nothing_in_the_way() -> None:
    with a_place() as home:
        process = await spawn(home)
        await until(lambda: any(home.glob("unfinished-*/PG_VERSION")))
        process.kill()
        await process.wait()
        async with EmbeddedPostgres(home) as access:
            assert await ask(access.owner_url, "select 1") == (1,)
        assert list(home.glob("unfinished-*")) == []


async def _insert_until_killed(access: PostgresAccess, postmaster: int, rows: int) -> int:
    acknowledged = 0
    async with await connect(access.owner_url) as connection:
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
