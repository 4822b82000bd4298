"""LangGraph's checkpoints, kept to the tenant of the thread."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from langgraph.checkpoint.postgres import _ainternal
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from interlock_platform import faults
from interlock_platform.database import conninfo

CheckpointPool = AsyncConnectionPool[AsyncConnection[DictRow]]


def checkpoint_pool(url: str, *, size: int = 8) -> CheckpointPool:
    """A pool of the runtime role's connections, closed as yet; a dead one is replaced at checkout."""
    return CheckpointPool(
        conninfo(url),
        open=False,
        min_size=1,
        max_size=size,
        check=CheckpointPool.check_connection,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )


class TenantSaver(AsyncPostgresSaver):
    """A saver for one user: sees their tenant's rows, has a lock of its own, and loads no types but messages."""

    def __init__(self, pool: CheckpointPool, tenant_id: UUID) -> None:
        # An empty allow-list: messages are known to the serialiser, anything else comes back as plain data.
        super().__init__(pool, serde=JsonPlusSerializer(allowed_msgpack_modules=()))
        self._tenant = str(tenant_id)

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncIterator[AsyncCursor[DictRow]]:
        async with (
            self.lock,
            _ainternal.get_connection(self.conn) as connection,
            connection.transaction(),
            connection.cursor(binary=True, row_factory=dict_row) as cursor,
        ):
            await cursor.execute("select set_config('app.tenant', %s, true)", (self._tenant,))
            yield cursor
            if pipeline:  # the saver asks for one wherever it writes
                faults.reach("checkpoint.before_commit")
        if pipeline:
            faults.reach("checkpoint.after_commit")
