"""Decides as whom Postgres runs: it refuses to run as root, and a cluster belongs to the account that made it."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from interlock_servers.postgres_binaries import PostgresBinaries, PostgresError

SERVICE_ACCOUNTS = ("postgres", "nobody")
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Account:
    """An account to run programs as: our own, another one (when we are root), or ours in a user namespace."""

    uid: int
    gid: int
    wrapper: tuple[str, ...] = ()

    def run(self, argv: Sequence[str], cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a program as this account without any Postgres setting of the environment; never raises on failure."""
        switch = os.geteuid() != self.uid
        return subprocess.run(  # noqa: S603 - programs of the located installation only
            [*self.wrapper, *argv],
            cwd=cwd,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
            start_new_session=True,
            env={k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))} | {"LC_ALL": "C"},
            user=self.uid if switch else None,
            group=self.gid if switch else None,
            extra_groups=() if switch else None,
        )

    def own(self, path: Path) -> None:
        """Hands a file or directory over to this account."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose_account(home: Path, cluster: Path, binaries: PostgresBinaries) -> Account:
    """The owner of an existing cluster; for a new one ourselves, or as root the first account that can do it.

    `home` is the directory that holds the cluster. Raises PostgresError when nobody can.
    """
    me, my_group = os.geteuid(), os.getegid()
    owner = cluster.stat() if cluster.exists() else None
    if me != 0:
        if owner is not None and owner.st_uid != me:
            raise PostgresError(f"The database in {cluster} belongs to {_name_of(owner.st_uid)}: run as that account.")
        return Account(me, my_group)
    namespaced = Account(0, 0, _user_namespace())
    if owner is not None:
        candidates = [Account(owner.st_uid, owner.st_gid) if owner.st_uid != 0 else namespaced]
    else:
        candidates = [*_service_accounts(), namespaced]
    for account in candidates:
        if (account.uid != 0 or account.wrapper) and _can_run(account, home, binaries):
            return account
    raise PostgresError(
        f"Postgres does not run as root, and no other account can reach both {home} and {binaries.bin_dir}: "
        "put them where every account may enter, run as an ordinary user, or set INTERLOCK_DATABASE_URL."
    )


def _service_accounts() -> list[Account]:
    accounts = []
    for name in SERVICE_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        accounts.append(Account(entry.pw_uid, entry.pw_gid))
    return accounts


def _user_namespace() -> tuple[str, ...]:
    program = shutil.which("unshare")
    return (program, "--user", "--map-user=65534", "--map-group=65534", "--") if program else ()


def _can_run(account: Account, home: Path, binaries: PostgresBinaries) -> bool:
    # The shell enters `home` with the account's rights; `cwd` is entered with ours.
    probe = ["/bin/sh", "-c", 'cd "$1" && exec "$2" --version', "sh", str(home), binaries.program("postgres")]
    try:
        return account.run(probe, cwd=home).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
