"""The way into Postgres: every transaction says whose rows it may see, and row-level security keeps it to that."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from psycopg.conninfo import make_conninfo
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from interlock_platform import faults

LAST_WORK = "last_work"
RUNTIME_ROLE = "interlock_runtime"
"""Serves requests and runs: owns nothing, bypasses nothing."""
QUEUE_ROLE = "interlock_queue"
"""Hands out jobs of all tenants: sees the queue's tables and no others."""


@dataclass(frozen=True)
class Scope:
    """Whose rows a transaction may see: a tenant's, or the one row that a browser's secret opens."""

    tenant_id: UUID | None = None
    secret_hash: bytes | None = None


Work = Callable[[AsyncSession], Awaitable[None]]


def before_commit(session: AsyncSession, work: Work) -> None:
    """Does the work last of all in the transaction, once: what it locks is held no longer than it must be."""
    planned: list[Work] = session.info.setdefault(LAST_WORK, [])
    if work not in planned:
        planned.append(work)


class Database:
    """Transactions of the runtime role."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 10) -> "Database":
        """`url` names the runtime role: `postgresql+psycopg://…`."""
        return cls(create_async_engine(url, pool_size=pool_size, max_overflow=10, pool_pre_ping=True))

    @asynccontextmanager
    async def transaction(self, scope: Scope, name: str = "") -> AsyncIterator[AsyncSession]:
        """One transaction, committed at the end of the block, rolled back by an exception.

        A named one has two fault points: `<name>.before_commit` and `<name>.after_commit`.
        """
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            await session.execute(
                text("select set_config('app.tenant', :tenant, true), set_config('app.secret', :secret, true)"),
                {
                    "tenant": str(scope.tenant_id) if scope.tenant_id else "",
                    "secret": scope.secret_hash.hex() if scope.secret_hash else "",
                },
            )
            yield session
            for work in session.info.get(LAST_WORK, ()):
                await work(session)
            if name:
                await session.flush()
                faults.reach(f"{name}.before_commit")
        if name:
            faults.reach(f"{name}.after_commit")

    async def ping(self) -> None:
        """Raises what the driver raises when Postgres does not answer."""
        async with self.transaction(Scope()) as session:
            await session.execute(text("select 1"))

    async def close(self) -> None:
        await self._engine.dispose()


def with_role(url: str, role: str, password: str) -> str:
    """The same database, signed in as another role."""
    return make_url(url).set(username=role, password=password).render_as_string(hide_password=False)


def conninfo(url: str) -> str:
    """An SQLAlchemy URL as the connection string that psycopg itself takes."""
    parsed = make_url(url)
    named = {
        "host": parsed.host,
        "port": str(parsed.port) if parsed.port else None,
        "user": parsed.username,
        "password": parsed.password,
        "dbname": parsed.database,
    }
    said = {key: value for key, value in parsed.query.items() if isinstance(value, str)}
    return make_conninfo("", **said, **{key: value for key, value in named.items() if value})
