"""`site` is the product's sign-in on a port; `alice` is a browser that has signed in there."""

from collections.abc import AsyncIterator

import httpx2
import pytest_asyncio

from interlock_platform.database import Database
from tests.platform.identity.site import Site, browser, development_site, sign_in


@pytest_asyncio.fixture(loop_scope="session")
async def site(database: Database) -> AsyncIterator[Site]:
    async with development_site(database) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session")
async def alice(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with browser(site.base_url) as client:
        await sign_in(client, "alice")
        yield client
