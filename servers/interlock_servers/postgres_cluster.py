"""Makes a cluster, and starts a postmaster on it."""

import contextlib
import hashlib
import os
import shlex
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from interlock_servers.postgres_access import DATABASE, OWNER, PORT, SUPERUSER
from interlock_servers.postgres_account import Account, choose_account
from interlock_servers.postgres_binaries import PostgresBinaries, PostgresError, find_binaries
from interlock_servers.postgres_passwords import Passwords, write_private
from interlock_servers.postgres_process import clear_remains, end_makers

START_SECONDS = 90
UNFINISHED = "unfinished-"
# pg_ctl hands its arguments to a shell between double quotes.
SHELL_CHARACTERS = '"$`\\'
LOG_BYTES = 10_000_000
# sun_path holds 108 bytes on Linux and 104 elsewhere, with the closing zero.
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103


@dataclass(frozen=True)
class Cluster:
    """The places of one cluster; `home` is the directory that holds them all."""

    home: Path

    @property
    def data(self) -> Path:
        """What Postgres calls the data directory."""
        return self.home / "cluster"

    @property
    def passwords(self) -> Path:
        """The file with the passwords."""
        return self.home / "passwords.json"

    @property
    def log(self) -> Path:
        """What the postmaster says."""
        return self.home / "postgres.log"

    @property
    def name(self) -> str:
        """A name for its processes that no other cluster on the machine has."""
        return f"interlock-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"

    def launch(self, pg_bin: Path | None, *, durable: bool = True) -> None:
        """Starts a postmaster, after making the cluster if there is none; returns when it is ready.

        Nobody else may do the same at the same time. Raises PostgresError.
        """
        if set(str(self.home)) & set(SHELL_CHARACTERS):
            raise PostgresError(f"Postgres cannot live in {self.home}: its path may have none of {SHELL_CHARACTERS}.")
        made_by = self._major()
        binaries = find_binaries(pg_bin, made_by)
        account = choose_account(self.home, self.data, binaries)
        if made_by is None:
            self._create(binaries, account)
        socket_dir = self._socket_dir(account)
        clear_remains(self.data, socket_dir, self.name)
        with open(os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
            if log.tell() > LOG_BYTES:
                log.truncate(0)
        account.own(self.log)
        command = ["pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", str(self.data), "-l", str(self.log)]
        started = account.run(
            [binaries.program(command[0]), *command[1:], "-o", _options(socket_dir, self.name, durable)], cwd=self.home
        )
        if started.returncode != 0:
            tail = "; ".join(self.log.read_text(errors="replace").splitlines()[-3:])
            raise PostgresError(f"The embedded Postgres does not start: {tail or started.stderr.strip()}")

    def _major(self) -> int | None:
        version = self.data / "PG_VERSION"
        if version.exists():
            return int(version.read_text().split(".")[0])
        if self.data.exists() and any(self.data.iterdir()):
            raise PostgresError(f"{self.data} is not empty, and it is no database of Postgres.")
        return None

    def _create(self, binaries: PostgresBinaries, account: Account) -> None:
        """Makes it beside its place and moves it there when it is whole, so that a kill leaves all of it or nothing."""
        passwords = Passwords()
        end_makers(self.home / UNFINISHED)
        for earlier in self.home.glob(f"{UNFINISHED}*"):
            shutil.rmtree(earlier, ignore_errors=True)
        # A name of its own each time: what a killed attempt left running may go on writing for a moment.
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.home))
        account.own(unfinished)
        passwords.keep(self.passwords)
        first_password = self.home / "first-password"
        write_private(first_password, passwords.superuser)
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
            cwd=self.home,
        )
        first_password.unlink()
        if made.returncode == 0:
            made = account.run(
                [binaries.program("postgres"), "--single", "-D", str(unfinished), "-c", "exit_on_error=on", SUPERUSER],
                cwd=self.home,
                stdin=f"create role {OWNER} login createrole password '{passwords.owner}'\n"
                f"create database {DATABASE} owner {OWNER}\n",
            )
        if made.returncode != 0:
            raise PostgresError(f"The embedded Postgres cannot be made in {self.home}: {made.stderr.strip()}")
        unfinished.rename(self.data)

    def _socket_dir(self, account: Account) -> Path:
        places = [self.home / "run", Path(tempfile.gettempdir()) / self.name, Path("/tmp") / self.name]  # noqa: S108 - checked below
        path = next(place for place in places if _fits(place))
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
            account.own(path)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or stat.S_IMODE(found.st_mode) != 0o700:
            raise PostgresError(f"{path} must be a directory of the account that runs Postgres, closed to all others.")
        return path


def _options(socket_dir: Path, cluster_name: str, durable: bool) -> str:
    settings = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": '"' + str(socket_dir).replace('"', '""') + '"',
        "unix_socket_permissions": "0700",
        "cluster_name": cluster_name,
        "password_encryption": "scram-sha-256",
        "fsync": "on" if durable else "off",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())


def _fits(socket_dir: Path) -> bool:
    # libpq takes a comma in `host` for the next host.
    path = str(socket_dir / f".s.PGSQL.{PORT}")
    return len(os.fsencode(path)) <= SOCKET_PATH_BYTES and "," not in path
