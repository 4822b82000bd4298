"""Connections that end with the test, and the servers that they are made to."""

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from interlock_handlers.authorization import Authorization
from interlock_handlers.connection import Connection
from interlock_handlers.mcp import MCPHandler
from interlock_handlers.server_spec import ServerSpec
from tests.mcp_servers.fixtures import (  # noqa: F401 - fixtures
    asking,
    everything_http,
    everything_sse,
    journal,
    toolbox_http,
)


@pytest.fixture(scope="session")
def ssl_context() -> ssl.SSLContext:
    return ssl.create_default_context()


class Connections:
    """Opens connections and closes them when the test ends."""

    def __init__(self, ssl_context: ssl.SSLContext, stack: AsyncExitStack) -> None:
        self._ssl_context = ssl_context
        self._stack = stack

    def make(self, spec: ServerSpec, mode: str = "auto", authorization: Authorization | None = None) -> Connection:
        connection = Connection(spec, authorization, ssl_context=self._ssl_context, mode=mode)
        self._stack.push_async_callback(connection.close)
        return connection

    async def open(self, spec: ServerSpec, mode: str = "auto") -> Connection:
        connection = self.make(spec, mode)
        await connection.open()
        return connection


@pytest_asyncio.fixture
async def connections(ssl_context: ssl.SSLContext) -> AsyncIterator[Connections]:
    async with AsyncExitStack() as stack:
        yield Connections(ssl_context, stack)


@pytest_asyncio.fixture
async def handler(ssl_context: ssl.SSLContext) -> AsyncIterator[MCPHandler]:
    handler = MCPHandler(ssl_context=ssl_context)
    yield handler
    await handler.aclose()
