"""How the embedded Postgres is reached: its socket, its roles and its database."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

PORT = 5432
SUPERUSER = "postgres"
OWNER = "interlock_owner"
DATABASE = "interlock"


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
