"""`client`: of the guarded application, on a real port."""

from collections.abc import AsyncIterator

import httpx2
import pytest_asyncio

from tests.platform.http.guarded import application
from tests.platform.http.serving import serving


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(application) as base_url, httpx2.AsyncClient(base_url=base_url, trust_env=False) as client:
        yield client
