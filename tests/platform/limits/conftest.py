"""An Interlock whose operator has prices and limits.

place              (module) as everywhere, with `OPERATOR` as the operator's file
"""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from interlock_servers.postgres_access import PostgresAccess
from tests.platform.place import Place, alice, bob, carol, mallory, open_place, place  # noqa: F401 - fixtures

OPERATOR = {
    "currency": "EUR",
    "prices": {"openai:scripted": {"input": 100.0, "output": 1000.0}},
    "person": {"messages_per_minute": 500, "sockets": 4},
    "tenant": {"tokens_per_month": 1_000_000},
    "tenants": {"globex": {"person": {"messages_per_minute": 7}}},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _place(postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    path = folder / "limits.json"
    path.write_text(json.dumps(OPERATOR))
    async with open_place(postgres, folder, limits=path) as opened:
        yield opened
