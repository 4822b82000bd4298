"""Connections that end with the test, and the servers that they are made to."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from interlock_handlers.apart.household import Household
from interlock_handlers.authorization import Authorization
from interlock_handlers.connection import Connection
from interlock_handlers.handler import Handler
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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def household() -> AsyncIterator[Household]:
    """A process apart that keeps connections."""
    household = Household([sys.executable, "-m", "interlock_servers.connections"], [])
    running = asyncio.create_task(household.run())
    yield household
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest_asyncio.fixture(loop_scope="session", params=["inside", "apart"])
async def handler(request: pytest.FixtureRequest, outbound: Outbound, household: Household) -> AsyncIterator[Handler]:
    """One with its connections in this process, and one with them in another."""
    handler = MCPHandler(outbound=outbound) if request.param == "inside" else household.handler()
    yield handler
    await handler.aclose()
