"""Redis carries live text and no truth: whatever becomes of it, answers are whole, and live text comes back."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from interlock_servers.postgres_access import PostgresAccess
from tests.faults import invariants
from tests.faults.proxy import Proxy
from tests.faults.stage import Stage, a_stage
from tests.faults.world import a_value
from tests.mcp_servers.process import free_port, running
from tests.person import Person
from tests.platform.runs.test_live_redis import valkey_server

TEXT = "one two three four"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def redis_stage(
    postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Stage, Proxy]]:
    folder, port = tmp_path_factory.mktemp("redis"), free_port()
    with running([str(valkey_server()), "--port", str(port), "--save", ""], port, folder / "redis.log"):
        async with (
            Proxy(("127.0.0.1", port)) as redis,
            a_stage(postgres, folder, redis_url=f"redis://127.0.0.1:{redis.port}") as stage,
        ):
            yield stage, redis


@pytest_asyncio.fixture(loop_scope="session")
async def alice(redis_stage: tuple[Stage, Proxy]) -> AsyncIterator[Person]:
    stage, _ = redis_stage
    async with Person.signed_in(stage.server.base_url, "alice") as alice:
        yield alice
    await invariants.hold(stage.urls.superuser, stage.journal.path)


async def begin(stage: Stage, alice: Person) -> tuple[str, str]:
    """A thread and a run whose answer has begun, and has come live as far as it is."""
    value = a_value()
    stage.model.script([{"contains": value, "text": TEXT, "seconds_per_piece": 0.2}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, value)
    await alice.until(lambda: live(alice, run_id))
    return thread_id, run_id


def live(alice: Person, run_id: str) -> list[dict[str, Any]]:
    return [piece for piece in alice.live if piece["run_id"] == run_id]


@pytest.mark.parametrize("fault", ["reset", "gone", "silent"])
async def test_an_answer_is_whole_whatever_becomes_of_redis(
    fault: str, redis_stage: tuple[Stage, Proxy], alice: Person
) -> None:
    stage, redis = redis_stage
    thread_id, run_id = await begin(stage, alice)
    match fault:
        case "reset":
            redis.cut_all()
        case "gone":
            redis.refuse()
            redis.cut_all()
        case "silent":
            redis.silence("to_client")
    assert await alice.finished(thread_id, run_id) == "success"
    assert alice.answer(thread_id, run_id) == TEXT
    if fault == "gone":
        await redis.accept()
    redis.speak()
    # Live text is back once the relay has subscribed again.
    await begin_again(stage, alice)


async def begin_again(stage: Stage, alice: Person) -> None:
    """Live text comes again, at the latest with the third answer."""
    for _ in range(3):
        value = a_value()
        stage.model.script([{"contains": value, "text": TEXT, "seconds_per_piece": 0.2}])
        thread_id = await alice.new_thread()
        run_id = await alice.say(thread_id, value)
        assert await alice.finished(thread_id, run_id) == "success"
        assert alice.answer(thread_id, run_id) == TEXT
        if live(alice, run_id):
            return
    raise AssertionError("no live text any more")
