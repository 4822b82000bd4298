"""`canary`: listens on every address of this machine; no test of refusals may end with a visit to it."""

from collections.abc import AsyncIterator, Sequence

import pytest_asyncio

from tests.handlers.outbound.canary import Canary
from tests.handlers.outbound.canary import canary as sitting_canary
from tests.handlers.outbound.redirecting import Redirecting
from tests.handlers.outbound.redirecting import redirecting as redirecting_server
from tests.handlers.outbound.targets import NAMES


@pytest_asyncio.fixture
async def canary() -> AsyncIterator[Canary]:
    async with sitting_canary() as sitting:
        yield sitting


@pytest_asyncio.fixture
async def redirecting() -> AsyncIterator[Redirecting]:
    async with redirecting_server() as server:
        yield server


async def resolve(host: str, _port: int) -> Sequence[str]:
    """What `NAMES` says, as a resolver outside this machine would."""
    try:
        return NAMES[host]
    except KeyError:
        raise OSError(f"{host} is not known") from None
