"""Connections are cut in the middle of a turn: nothing is lost, nothing happens twice, and what is known is told."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, nullcontext
from typing import Literal

import pytest
import pytest_asyncio

from interlock_servers.postgres_access import PostgresAccess
from tests.faults import invariants
from tests.faults.cutting import SIDES, Point, Side, Survived, points_of_a_turn, survive
from tests.faults.framing import Message
from tests.faults.insisting import approve, insist, stay, take_turn
from tests.faults.proxy import Cut
from tests.faults.stage import Stage, a_stage
from tests.faults.world import SLOW, a_value, call_for
from tests.mcp_servers.process import until
from tests.person import Person

STAGES = 2
"""A turn after a cut waits more than it works: several servers are cut at once."""
SHARE = 30


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stages(
    postgres: PostgresAccess, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[list[tuple[Stage, Person]]]:
    """Servers whose every connection leads through a proxy, each with somebody who is signed in."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(STAGES):
            folder = tmp_path_factory.mktemp("stage")
            stage = await stack.enter_async_context(a_stage(postgres, folder, call_timeout_seconds="3"))
            person = await stack.enter_async_context(Person.signed_in(stage.server.base_url, "alice"))
            stay(person)
            await person.ok("POST", "/api/servers/journal/connect")
            opened.append((stage, person))
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def stage(stages: list[tuple[Stage, Person]]) -> AsyncIterator[Stage]:
    """One of them; afterwards everything is true that has to be."""
    found, person = stages[0]
    # A connection that was cut again and again is left alone for a while: each test begins with one of its own.
    await person.ok("POST", "/api/servers/journal/disconnect")
    await person.ok("POST", "/api/servers/journal/connect")
    yield found
    for proxy in (found.to_postgres, found.to_model, found.to_journal):
        proxy.disarm()
        proxy.speak()
        proxy.delay_seconds = 0.0
    await invariants.hold(found.urls.superuser, found.journal.path)


@pytest.fixture
def alice(stages: list[tuple[Stage, Person]]) -> Person:
    return stages[0][1]


def is_call(message: Message) -> bool:
    return '"tools/call"' in message.text


def asks_model(message: Message) -> bool:
    return message.text.startswith("POST /v1/chat/completions")


async def cut_everywhere(stages: Sequence[tuple[Stage, Person]], points: Sequence[Point]) -> list[Survived]:
    """Each point once, by whichever server is free."""
    left, survived, broken = list(points), list[Survived](), list[str]()

    async def work(stage: Stage, person: Person) -> None:
        while left:
            try:
                survived.append(await survive(stage, person, left.pop(0)))
            except AssertionError as error:
                broken.append(str(error))
                print(error)  # noqa: T201 - seen at once in the long run
            if len(left) % 50 == 0:
                print(f"{len(left)} to go, {sum(each.cut for each in survived)} cut")  # noqa: T201

    await asyncio.gather(*(work(stage, person) for stage, person in stages))
    assert not broken, "\n".join(broken)
    for stage, _ in stages:
        await invariants.hold(stage.urls.superuser, stage.journal.path)
    return survived


async def test_a_turn_comes_to_its_end_wherever_postgres_is_cut(
    stages: list[tuple[Stage, Person]], long: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    points = await points_of_a_turn(*stages[0])
    commits = [point for point in points if point.sql == "COMMIT"]
    assert len(commits) >= 60, "a turn commits this often at least"
    chosen = random.Random(seed)  # noqa: S311 - a choice of tests
    some = chosen.sample(commits, SHARE // 3) + chosen.sample(points, SHARE - SHARE // 3)
    with capsys.disabled() if long else nullcontext():
        print(f"seed {seed}, {len(points)} points")  # noqa: T201 - shown when it fails
        survived = await cut_everywhere(stages, points if long else some)
        unknown = sum(each.turn.state == "unknown" for each in survived)
        reached = sum(each.cut for each in survived)
        print(f"{reached} of {len(survived)} cut, {unknown} unknown")  # noqa: T201
    assert not unknown, "whoever sent the call lives, and writes down what came of it"
    assert reached > len(survived) * 0.7


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("sql", ["SELECT procrastinate_finish_job_v1", "select * from interlock_fetch_job"])
async def test_a_thread_goes_on_when_the_queue_was_cut_under_its_job(
    sql: str, side: Side, reset: bool, stage: Stage, alice: Person
) -> None:
    said, then = a_value(), a_value()
    thread_id = await alice.new_thread()
    cut = stage.to_postgres.arm(Cut(lambda message: message.text.startswith(sql), side, reset=reset))
    first = await alice.say(thread_id, said)
    await asyncio.wait_for(cut.done.wait(), 10)
    assert await alice.finished(thread_id, first) == "success"
    second = await alice.say(thread_id, then)
    assert await alice.finished(thread_id, second) == "success"


@pytest.mark.parametrize(
    ("when", "ran"), [("before", 0), ("after", 1), ("within", 1)], ids=["before", "answered", "within the answer"]
)
@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
async def test_a_call_whose_connection_is_cut_is_unknown_unless_it_is_known_not_to_have_run(
    when: Literal["before", "after", "within"], ran: int, reset: bool, stage: Stage, alice: Person
) -> None:
    value = a_value()
    stage.model.script([call_for(value)])
    cut = stage.to_journal.arm(Cut(is_call, when, heard_bytes=40, reset=reset))
    turn = await take_turn(stage, alice, await alice.new_thread(), value)
    assert cut.done.is_set()
    assert turn.state == "unknown", "its bytes had left, and no answer came"
    assert stage.effects(value) == ran
    assert ("it did happen" if ran else "it did not happen") in turn.answer


async def test_a_call_to_a_server_that_is_gone_failed_and_never_left(stage: Stage, alice: Person) -> None:
    value = a_value()
    stage.model.script([call_for(value)])
    thread_id = await alice.new_thread()
    started = await alice.say(thread_id, value)
    card = await alice.card(thread_id)
    stage.to_journal.refuse()
    stage.to_journal.cut_all()
    await approve(alice, card)
    failed = await alice.card(thread_id, "failed")
    assert await alice.finished(thread_id, started) == "success"
    assert (failed["error"]["code"], stage.effects(value)) == ("server_unreachable", 0)
    await stage.to_journal.accept()


async def test_a_call_whose_answer_never_comes_is_unknown_when_its_time_is_up(stage: Stage, alice: Person) -> None:
    value = a_value()
    stage.model.script([call_for(value, SLOW)])
    await alice.ok("POST", "/api/servers/journal/connect")
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, value)
    card = await alice.card(thread_id)
    await approve(alice, card)
    await until(lambda: stage.effects(value), f"slow {value}")
    stage.to_journal.silence("to_client")
    unknown = await alice.card(thread_id, "unknown")
    stage.to_journal.speak()
    assert stage.effects(value) == 1
    assert unknown["evidence"]["sent"] == {"value": value, "seconds": 60}
    await insist(alice, "approval.resolve", id=card["id"], resolution="confirmed_done")
    assert await alice.finished(thread_id, run_id) == "success"


async def test_a_server_that_does_not_say_what_its_tools_are_is_sent_nothing(stage: Stage, alice: Person) -> None:
    value = a_value()
    stage.model.script([call_for(value)])
    await alice.ok("POST", "/api/servers/journal/connect")
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, value)
    card = await alice.card(thread_id)
    stage.to_journal.silence("to_client")
    await approve(alice, card)
    failed = await alice.card(thread_id, "failed")
    stage.to_journal.speak()
    assert failed["error"]["code"] == "server_unreachable"
    assert await alice.finished(thread_id, run_id) == "success"
    assert stage.effects(value) == 0


async def test_a_slow_line_is_no_failure(stage: Stage, alice: Person) -> None:
    value = a_value()
    stage.model.script([call_for(value)])
    stage.to_journal.delay_seconds = stage.to_model.delay_seconds = 0.3
    turn = await take_turn(stage, alice, await alice.new_thread(), value)
    assert (turn.state, stage.effects(value)) == ("succeeded", 1)


@pytest.mark.parametrize("when", ["before", "after", "within"])
@pytest.mark.parametrize("nth", [1, 2], ids=["the question", "the question after the tool"])
async def test_the_model_is_asked_again_when_its_connection_is_cut(
    when: Literal["before", "after", "within"], nth: int, stage: Stage, alice: Person
) -> None:
    value = a_value()
    stage.model.script([{**call_for(value)}])
    cut = stage.to_model.arm(Cut(asks_model, when, nth, heard_bytes=400))
    turn = await take_turn(stage, alice, await alice.new_thread(), value)
    assert cut.done.is_set()
    assert (turn.state, stage.effects(value)) == ("succeeded", 1)
    assert turn.answer == f"The tool said: recorded {value}"


async def test_a_run_whose_model_falls_silent_can_be_stopped(stage: Stage, alice: Person) -> None:
    value = a_value()
    stage.model.script([{"contains": value, "text": "one two three"}])
    stage.to_model.silence("to_client")
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, value)
    await alice.until(lambda: alice.events(thread_id, "RUN_STARTED", run_id))
    assert (await alice.emit("run.cancel", thread_id=thread_id, run_id=run_id))["ok"]
    assert await alice.finished(thread_id, run_id) == "cancelled"
