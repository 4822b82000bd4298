"""Connections in a process apart: the same to whoever uses them, and harmless when that process ends."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psutil
import pytest
import pytest_asyncio

from interlock_handlers.apart.household import Household
from interlock_handlers.apart.remote import RemoteHandler
from interlock_handlers.breaker import ServerResting
from interlock_handlers.conduct import GOOD_SECONDS
from interlock_handlers.elicitation import Elicitation, ElicitationAnswer
from interlock_handlers.limits import CALLS_ON_PROBATION, Rate
from interlock_handlers.outbound.refusal import AddressRefused
from interlock_handlers.server_errors import OutcomeUnknown
from interlock_handlers.server_spec import Origin, ServerSpec
from interlock_handlers.telling import LogLine, Progress
from tests.mcp_servers import hostile_http as plays
from tests.mcp_servers.fixtures import AskingServers, JournalServers
from tests.mcp_servers.process import until
from tests.mcp_servers.scripted import scripted_server


@pytest_asyncio.fixture
async def household() -> AsyncIterator[Household]:
    """One for the test, which may end its process."""
    household = Household([sys.executable, "-m", "interlock_servers.connections"], [])
    running = asyncio.create_task(household.run())
    yield household
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest_asyncio.fixture
async def handler(household: Household) -> AsyncIterator[RemoteHandler]:
    handler = household.handler()
    yield handler
    await handler.aclose()


async def test_a_question_and_what_is_told_find_their_call(handler: RemoteHandler, asking: AskingServers) -> None:
    asked: list[Elicitation] = []

    async def answer(elicitation: Elicitation) -> ElicitationAnswer:
        asked.append(elicitation)
        return ElicitationAnswer("accept", {"seats": 2, "where": "aisle"})

    await handler.connect(asking.spec("http", "--older"))
    arguments = {"value": "a question from afar", "ask": ["seats"], "rounds": 1}
    await handler.call("asking", "book", arguments, ask=answer)
    assert [each.message for each in asked] == ["How many seats?"]
    assert asking.heard("a question from afar", "done") == 1


async def test_progress_is_told_while_the_call_is_under_way(handler: RemoteHandler, journal: JournalServers) -> None:
    told: list[Progress | LogLine] = []
    await handler.connect(journal.http()[0])
    call = asyncio.create_task(
        handler.call("journal", "slow", {"seconds": 30, "value": "far"}, told=told.append)
    )  # fmt: skip
    await until(lambda: told == [Progress(1, 2, "working on far")], "the progress")
    assert handler.busy
    journal.release.touch()
    assert (await call).text == "recorded far slowly"
    assert not handler.busy


async def test_when_the_process_ends_calls_are_unknown_and_connections_come_back(
    household: Household, handler: RemoteHandler, journal: JournalServers
) -> None:
    definitions = await handler.connect(journal.http()[0])
    call = asyncio.create_task(handler.call("journal", "slow", {"seconds": 30, "value": "lost"}))
    await until(lambda: journal.received("slow"), "the call")
    first = household.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    with pytest.raises(OutcomeUnknown, match="The process that keeps connections ended while the tool ran"):
        await call
    await until(lambda: household.pid not in (None, first), "another process")
    await until(lambda: handler.state("journal").kind == "connected", "the connection")
    assert handler.definitions("journal") == definitions
    assert (await handler.call("journal", "record", {"value": "after"})).text == "recorded after"


async def test_a_refused_address_is_refused_by_its_rule(handler: RemoteHandler) -> None:
    spec = ServerSpec("inside", "Inside", "http", url="https://10.0.0.1/mcp", origin="personal")
    with pytest.raises(AddressRefused, match="no private networks") as refused:
        await handler.connect(spec)
    assert refused.value.rule == "no private networks"
    assert handler.state("inside").kind == "error"
    assert handler.state("inside").message == str(refused.value)


async def test_nothing_stays_behind(household: Household, journal: JournalServers) -> None:
    handler = household.handler()
    await handler.connect(journal.stdio())
    await handler.call("journal", "record", {"value": "here"})
    assert household.pid is not None
    kept = psutil.Process(household.pid)
    family = [kept, *kept.children(recursive=True)]
    assert len(family) > 1
    await handler.aclose()
    await until(lambda: not kept.children(recursive=True), "the end of the server")


async def test_it_ends_with_whom_it_serves(journal: JournalServers) -> None:
    household = Household([sys.executable, "-m", "interlock_servers.connections"], [])
    running = asyncio.create_task(household.run())
    await household.handler().connect(journal.stdio())
    assert household.pid is not None
    kept = psutil.Process(household.pid)
    family = [kept, *kept.children(recursive=True)]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await until(lambda: not any(each.is_running() for each in family), "the end of all of them")


async def test_a_server_that_is_cut_off_goes_to_a_process_of_its_like_and_back_when_it_behaves(
    household: Household, handler: RemoteHandler
) -> None:
    async with scripted_server() as good, scripted_server() as bad:
        bad.script["tools/call"] = [plays.a_gzip_bomb, {"result": dict(plays.TEXT)}]
        await handler.connect(ServerSpec("good", "Good", "http", url=good.url))
        await handler.connect(ServerSpec("bad", "Bad", "http", url=bad.url))
        assert household.others_pid is None
        with pytest.raises(OutcomeUnknown):
            await handler.call("bad", "act", {}, 20)
        await until(lambda: household.others_pid is not None, "the other process")
        with pytest.raises(ServerResting, match="Bad was cut off"):
            await handler.call("bad", "act", {}, 20)
        assert handler.state("bad").code == "server_resting"
        assert (await handler.call("good", "act", {}, 20)).text == "acted"
        assert good.heard.count("initialize") == 1

        await until(lambda: handler.state("bad").kind == "connected", "the end of its rest")
        assert (await handler.call("bad", "act", {}, 20)).text == "done"
        first, others = household.pid, household.others_pid
        assert others is not None
        assert os.getpriority(os.PRIO_PROCESS, others) == os.getpriority(os.PRIO_PROCESS, 0) + 10

        os.kill(others, signal.SIGKILL)
        await until(lambda: household.others_pid not in (None, others), "another process")
        await until(lambda: handler.state("bad").kind == "connected", "the connection")
        assert household.pid == first
        assert good.heard.count("initialize") == 1

        kept, greeted = handler._kept["bad"], bad.heard.count("initialize")
        long_ago = datetime.now(UTC) - timedelta(seconds=GOOD_SECONDS + 1)
        kept.conduct = replace(kept.conduct, until=long_ago)
        assert (await handler.call("bad", "act", {}, 20)).text == "done"
        assert kept.keeper is handler._ordinary
        assert bad.heard.count("initialize") == greeted + 1


async def test_what_the_operator_did_not_enter_is_kept_apart_from_what_he_did_and_as_fast() -> None:
    household = Household([sys.executable, "-m", "interlock_servers.connections"], ["127.0.0.1"])
    running = asyncio.create_task(household.run())
    async with scripted_server() as ours, scripted_server() as theirs:
        handler = household.handler()
        await handler.connect(ServerSpec("ours", "Ours", "http", url=ours.url))
        assert household.others_pid is None
        origins: tuple[Origin, ...] = ("tenant", "personal")
        for origin in origins:
            await handler.connect(ServerSpec(origin, origin, "http", url=theirs.url, origin=origin))
            assert handler._kept[origin].keeper is handler._others
        assert household.others_pid is not None
        for _ in range(int(CALLS_ON_PROBATION.at_once) + 1):
            assert (await handler.call("personal", "act", {}, 0.5)).text == "acted"
        assert handler._kept["ours"].keeper is handler._ordinary
        await handler.aclose()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_server_is_not_called_more_often_than_others_can_bear(
    handler: RemoteHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock_handlers.apart.kept.CALLS", Rate(at_once=3, per_second=0.001))
    async with scripted_server() as server:
        await handler.connect(ServerSpec("s", "S", "http", url=server.url))
        for _ in range(3):
            assert (await handler.call("s", "act", {}, 20)).text == "acted"
        with pytest.raises(ServerResting, match="called more often"):
            await handler.call("s", "act", {}, 20)
        assert server.heard.count("tools/call") == 3
