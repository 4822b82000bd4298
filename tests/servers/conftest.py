"""`home`: a cluster for one test, that was made before."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock_servers.postgres_cluster import Cluster
from interlock_servers.postgres_process import find_postmaster
from tests.servers.clusters import a_place, copy_cluster, once


@pytest.fixture(scope="session")
def cold() -> Iterator[Path]:
    """A cluster that was made, started and stopped once."""
    with a_place() as home:
        asyncio.run(once(home))
        yield home


@pytest.fixture
def home(cold: Path) -> Iterator[Path]:
    """A copy of that cluster, for one test."""
    with a_place() as place:
        copy = place / "postgres"
        copy_cluster(cold, copy)
        yield copy
        left = find_postmaster(Cluster(copy.resolve()).data)
        assert left is None, "the test left a postmaster behind"
