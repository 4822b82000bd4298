"""Which Postgres it is: the one that is set, or the embedded one, which runs for as long as it is needed."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from interlock_platform.settings import Settings
from interlock_servers.embedded import EmbeddedPostgres


@asynccontextmanager
async def owner_url(settings: Settings) -> AsyncIterator[str]:
    """The SQLAlchemy URL of the role that owns the schema, usable inside the block. Raises PostgresError."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    # As root, Postgres runs as somebody else who has to pass through; what lies inside is closed by itself.
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    async with EmbeddedPostgres(embedded_home(settings), settings.pg_bin) as access:
        yield access.owner_url


def embedded_home(settings: Settings) -> Path:
    """Where the embedded Postgres lives."""
    return settings.data_dir / "postgres"
