"""The way into Postgres: every transaction says whose rows it may see, and row-level security keeps it to that."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from interlock_platform import faults

logger = logging.getLogger(__name__)

LAST_WORK = "last_work"
_PERSON = sql.SQL(", set_config('app.issuer', {}, true), set_config('app.subject', {}, true)")
_PROVIDER = sql.SQL(", set_config('app.provider', {}, true)")
_SID = sql.SQL(", set_config('app.sid', {}, true)")
_SETTINGS = ("tenant", "secret", "issuer", "subject", "sid", "provider")
_LEFT = " || ".join(f"coalesce(current_setting('app.{name}', true), '')" for name in _SETTINGS)
LEFT_OVER = "left over of another scope"
# A setting that outlived its transaction would open the next one to what it named: then the cast fails.
_BEGIN = sql.SQL(
    f"begin; select set_config('app.tenant', case when {_LEFT} = '' then {{}} "
    f"else ('{LEFT_OVER}' || coalesce(current_setting('app.tenant', true), ''))::uuid::text end, true), "
    "set_config('app.secret', {}, true)"
)
RUNTIME_ROLE = "interlock_runtime"
"""Serves requests and runs: owns nothing, bypasses nothing."""
QUEUE_ROLE = "interlock_queue"
"""Hands out jobs of all tenants: sees the queue's tables and no others."""
OPERATOR_ROLE = "interlock_operator"
"""Does what concerns all tenants: sees which there are, wraps their secrets anew, and ends the record of one that was
deleted. Whatever it changes is one tenant's at a time, and on that one's record."""


@dataclass(frozen=True)
class Scope:
    """Whose rows a transaction may see: a tenant's, or the one row that a browser's secret opens.

    By `person` (issuer, subject) one's own accounts, by `sid` the sessions that one at a provider began, by `provider`
    an identity provider that a tenant entered: whichever tenants these are in, to be read and never changed.
    """

    tenant_id: UUID | None = None
    secret_hash: bytes | None = None
    person: tuple[str, str] | None = None
    sid: bytes | None = None
    provider: UUID | None = None

    def begin(self) -> str:
        """What begins a transaction that has this scope until it ends."""
        tenant = str(self.tenant_id) if self.tenant_id else ""
        begin: sql.Composable = _BEGIN.format(tenant, self.secret_hash.hex() if self.secret_hash else "")
        if self.person is not None:
            begin += _PERSON.format(*self.person)
        if self.sid is not None:
            begin += _SID.format(self.sid.hex())
        if self.provider is not None:
            begin += _PROVIDER.format(str(self.provider))
        return begin.as_string()


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
        # The driver would begin each transaction in a round trip of its own: ours begin with their scope.
        engine = create_async_engine(url, pool_size=pool_size, max_overflow=10, isolation_level="AUTOCOMMIT")
        event.listen(engine.sync_engine, "checkout", _require_idle)
        return cls(engine)

    @asynccontextmanager
    async def transaction(self, scope: Scope, name: str = "") -> AsyncIterator[AsyncSession]:
        """One transaction, committed at the end of the block, rolled back by an exception.

        A named one has two fault points: `<name>.before_commit` and `<name>.after_commit`.
        """
        async with (
            self._begun(scope) as connection,
            AsyncSession(connection, expire_on_commit=False, join_transaction_mode="control_fully") as session,
            session.begin(),
        ):
            yield session
            for work in session.info.get(LAST_WORK, ()):
                await work(session)
            if name:
                await session.flush()
                faults.reach(f"{name}.before_commit")
        if name:
            faults.reach(f"{name}.after_commit")

    @asynccontextmanager
    async def _begun(self, scope: Scope) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction of this scope.

        One of the pool that was cut meanwhile shows it as the transaction begins, when nothing was done yet: a new one
        takes its place, as it will that of all others that are as old. So it does for one that has anything left of a
        scope before, which nothing of ours leaves.
        """
        # A statement of the driver's own, which looks for parameters in it: what people are called may have a % in it.
        begin = scope.begin().replace("%", "%%")
        async with AsyncExitStack() as stack:
            connection = await stack.enter_async_context(self._engine.connect())
            try:
                await connection.exec_driver_sql(begin)
            except DBAPIError as error:
                if LEFT_OVER in str(error.orig):
                    logger.critical("A connection of the pool was not clean, and is thrown away")
                    await connection.invalidate()
                elif not error.connection_invalidated:
                    raise
                await connection.close()
                connection = await stack.enter_async_context(self._engine.connect())
                await connection.exec_driver_sql(begin)
            yield connection

    async def ping(self) -> None:
        """Raises what the driver raises when Postgres does not answer."""
        async with self.transaction(Scope()) as session:
            await session.execute(text("select 1"))

    async def close(self) -> None:
        await self._engine.dispose()


def _require_idle(adapted: Any, record: object, proxy: object) -> None:
    """No connection comes out of the pool in somebody's transaction: the pool then makes a new one in its place."""
    if adapted.driver_connection.info.transaction_status != TransactionStatus.IDLE:
        raise DisconnectionError("It is in a transaction, or gone.")


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
