"""Connections that end with the test, and the servers that they are made to."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from interlock_handlers.authorization import Authorization
from interlock_handlers.connection import Connection
from interlock_handlers.mcp import MCPHandler
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_spec import ServerSpec
from tests.mcp_servers.fixtures import (  # noqa: F401 - fixtures
    asking,
    everything_http,
    everything_sse,
    journal,
    toolbox_http,
    whole,
)


@pytest.fixture(scope="session")
def outbound() -> Outbound:
    return Outbound()


class Connections:
    """Opens connections and closes them when the test ends."""

    def __init__(self, outbound: Outbound, stack: AsyncExitStack) -> None:
        self._outbound = outbound
        self._stack = stack

    def make(self, spec: ServerSpec, mode: str = "auto", authorization: Authorization | None = None) -> Connection:
        connection = Connection(spec, authorization, outbound=self._outbound, mode=mode)
        self._stack.push_async_callback(connection.close)
        return connection

    async def open(self, spec: ServerSpec, mode: str = "auto") -> Connection:
        connection = self.make(spec, mode)
        await connection.open()
        return connection


@pytest_asyncio.fixture
async def connections(outbound: Outbound) -> AsyncIterator[Connections]:
    async with AsyncExitStack() as stack:
        yield Connections(outbound, stack)


@pytest_asyncio.fixture
async def handler(outbound: Outbound) -> AsyncIterator[MCPHandler]:
    handler = MCPHandler(outbound=outbound)
    yield handler
    await handler.aclose()
