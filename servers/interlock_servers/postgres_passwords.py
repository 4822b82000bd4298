"""The random passwords of the embedded Postgres."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from interlock_servers.postgres_binaries import PostgresError


@dataclass(frozen=True)
class Passwords:
    """The random passwords of a cluster, kept beside it for nobody else to read."""

    superuser: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    owner: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def keep(self, path: Path) -> None:
        """Writes them to a private file."""
        write_private(path, json.dumps(asdict(self)))

    @classmethod
    def kept(cls, path: Path) -> "Passwords":
        """Reads them from their file. Raises PostgresError."""
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise PostgresError(f"The passwords of the embedded Postgres cannot be read: {error}.") from error


def write_private(path: Path, text: str) -> None:
    """Replaces a file as a whole; nobody else can read it at any moment."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
