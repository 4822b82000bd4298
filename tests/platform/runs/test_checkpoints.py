"""Checkpoints: kept to their tenant, loaded as data, the latest of a thread kept."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import ormsgpack
import psycopg
import pytest
import pytest_asyncio
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.messages.tool import tool_call
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from interlock_platform.database import Database, Scope, conninfo
from interlock_platform.runs.checkpoints import CheckpointPool, TenantSaver, checkpoint_pool
from interlock_platform.runs.store import keep_latest_checkpoint
from tests.conftest import Urls


@pytest_asyncio.fixture(loop_scope="session")
async def pool(urls: Urls) -> AsyncIterator[CheckpointPool]:
    async with checkpoint_pool(urls.runtime, size=3) as pool:
        yield pool


def config(thread_id: UUID) -> Any:
    return {"configurable": {"thread_id": str(thread_id), "checkpoint_ns": ""}}


async def put(saver: TenantSaver, thread_id: UUID, value: Any, step: int = 1) -> None:
    checkpoint = empty_checkpoint()
    checkpoint["channel_values"] = {"messages": value}
    checkpoint["channel_versions"] = {"messages": f"{step:08}"}
    versions: Any = {"messages": f"{step:08}"}
    await saver.aput(config(thread_id), checkpoint, {"source": "loop", "step": step, "parents": {}}, versions)


async def get(saver: TenantSaver, thread_id: UUID) -> Any:
    found = await saver.aget_tuple(config(thread_id))
    return found.checkpoint["channel_values"].get("messages") if found else None


async def sql(urls: Urls, statement: str, *parameters: Any) -> list[Any]:
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        cursor = await connection.execute(statement.encode(), parameters)
        return await cursor.fetchall() if cursor.description else []


async def test_messages_come_back_as_they_were(pool: CheckpointPool) -> None:
    said = [HumanMessage("Hello"), AIMessage("", tool_calls=[tool_call(name="act", args={"a": [1]}, id="t")])]
    saver, thread_id = TenantSaver(pool, uuid4()), uuid4()
    await put(saver, thread_id, said)
    assert await get(saver, thread_id) == said


FORGED: dict[str, tuple[int, tuple[Any, ...]]] = {
    "a function and its argument": (0, ("os", "system", "touch {}")),
    "a function and its arguments": (1, ("os", "system", ["touch {}"])),
    "a function and named arguments": (2, ("os", "system", {"command": "touch {}"})),
}
"""What a permissive loader takes for a call: here one that would make a file."""


def forge(kind: str, made: Path) -> bytes:
    code, parts = FORGED[kind]
    named = json.loads(json.dumps(parts).replace("{}", str(made)))
    return ormsgpack.packb({"messages": ormsgpack.Ext(code, ormsgpack.packb(named))})


@pytest.mark.parametrize("kind", FORGED)
async def test_a_forged_checkpoint_runs_nothing(kind: str, pool: CheckpointPool, urls: Urls, tmp_path: Path) -> None:
    saver, thread_id, made = TenantSaver(pool, uuid4()), uuid4(), tmp_path / "made"
    JsonPlusSerializer(allowed_msgpack_modules=True).loads_typed(("msgpack", forge(kind, made)))
    assert made.exists(), "so the forgery is a real one"
    made.unlink()
    await put(saver, thread_id, ["innocent"])
    changed = await sql(
        urls, "update checkpoint_blobs set blob = %s, type = 'msgpack' where thread_id = %s returning 1",
        forge(kind, made), str(thread_id),
    )  # fmt: skip
    assert changed == [(1,)]
    await get(saver, thread_id)
    assert not made.exists()


async def test_a_checkpoint_in_pickle_is_not_loaded(pool: CheckpointPool, urls: Urls, tmp_path: Path) -> None:
    saver, thread_id, made = TenantSaver(pool, uuid4()), uuid4(), tmp_path / "made"
    await put(saver, thread_id, ["innocent"])
    forged_pickle = f"cos\nsystem\n(S'touch {made}'\ntR.".encode()
    await sql(urls, "update checkpoint_blobs set blob = %s, type = 'pickle' where thread_id = %s", forged_pickle,
              str(thread_id))  # fmt: skip
    with pytest.raises(NotImplementedError, match="pickle"):
        await get(saver, thread_id)
    assert not made.exists()


async def test_another_tenant_finds_no_checkpoint_even_by_its_id(pool: CheckpointPool) -> None:
    ours, theirs, thread_id = TenantSaver(pool, uuid4()), TenantSaver(pool, uuid4()), uuid4()
    await put(ours, thread_id, ["secret"])
    assert await get(theirs, thread_id) is None
    await theirs.adelete_thread(str(thread_id))
    assert await get(ours, thread_id) == ["secret"]


async def test_of_a_threads_checkpoints_the_latest_is_kept(
    pool: CheckpointPool, urls: Urls, database: Database
) -> None:
    tenant_id, thread_id, other = uuid4(), uuid4(), uuid4()
    saver = TenantSaver(pool, tenant_id)
    for step in range(1, 6):
        await put(saver, thread_id, [f"step {step}"], step)
        await put(saver, other, [f"step {step}"], step)
    for scope in (Scope(tenant_id=tenant_id), Scope(tenant_id=uuid4()), Scope()):
        async with database.transaction(scope) as session:
            await keep_latest_checkpoint(session, thread_id if scope.tenant_id == tenant_id else other)
    count = "select count(*) from {} where thread_id = %s"
    for table in ("checkpoints", "checkpoint_blobs"):
        assert await sql(urls, count.format(table), str(thread_id)) == [(1,)]
        assert await sql(urls, count.format(table), str(other)) == [(5,)]
    assert await get(saver, thread_id) == ["step 5"]
