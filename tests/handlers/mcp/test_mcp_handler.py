"""One user's servers: what connecting gives, and what is told of changes."""

import asyncio
from dataclasses import replace

import pytest

from interlock_handlers.changes import Change
from interlock_handlers.handler import Handler
from interlock_handlers.server_errors import ServerUnavailable
from interlock_handlers.server_spec import ServerSpec
from tests.mcp_servers.fixtures import JournalServers
from tests.mcp_servers.process import free_port, until


async def the_change(handler: Handler, kind: str, *, tools_changed: bool = False) -> Change:
    async with asyncio.timeout(30):
        async for change in handler.changes():
            if change.state.kind == kind and (change.tools_changed or not tools_changed):
                return change
    raise AssertionError("the changes ended")


async def test_connecting_gives_the_tools_and_disconnecting_takes_them(
    handler: Handler, toolbox_http: ServerSpec
) -> None:
    definitions = await handler.connect(toolbox_http)
    assert handler.definitions("toolbox") == definitions
    assert handler.state("toolbox").kind == "connected"
    assert handler.state("toolbox").tools == len(definitions) == 6
    assert (await handler.call("toolbox", "calculate", {"expression": "1 + 1"})).text == "2"
    await handler.disconnect("toolbox")
    assert handler.definitions("toolbox") == ()
    assert handler.state("toolbox").kind == "off"
    assert handler.states() == {}
    with pytest.raises(ServerUnavailable, match="not connected"):
        await handler.call("toolbox", "calculate", {"expression": "1 + 1"})


async def test_connecting_twice_at_once_is_one_connection(handler: Handler, journal: JournalServers) -> None:
    first, second = await asyncio.gather(handler.connect(journal.stdio()), handler.connect(journal.stdio()))
    assert first == second
    await asyncio.gather(*(handler.call("journal", "record", {"value": str(n)}) for n in range(4)))
    assert len({entry["pid"] for entry in journal.received()}) == 1


async def test_another_spec_under_the_same_id_takes_its_place(handler: Handler, journal: JournalServers) -> None:
    await handler.connect(journal.stdio())
    assert len(await handler.connect(journal.stdio("--learns"))) == 5


async def test_disconnecting_in_the_middle_of_connecting_ends_it(handler: Handler) -> None:
    deaf = ServerSpec("deaf", "Deaf", "stdio", command="sleep", args=("1000",))
    connecting = asyncio.create_task(handler.connect(deaf))
    await the_change(handler, "connecting")
    await handler.disconnect("deaf")
    with pytest.raises(ServerUnavailable, match="disconnected"):
        await connecting


async def test_what_becomes_of_a_connection_is_told(handler: Handler, journal: JournalServers) -> None:
    spec, process = journal.http()
    await handler.connect(spec)
    assert (await the_change(handler, "connected")).tools_changed
    process.kill()
    change = await the_change(handler, "error")
    assert change.state.code == "server_unreachable"
    assert change.state.message is not None
    assert change.state.retry_at is not None
    assert handler.definitions("journal"), "tools are kept while the server is away"
    journal.again(process)
    assert not (await the_change(handler, "connected")).tools_changed


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_a_new_tool_is_told_and_can_be_called(handler: Handler, journal: JournalServers, transport: str) -> None:
    spec = journal.stdio("--learns") if transport == "stdio" else journal.http("--learns")[0]
    before = await handler.connect(spec)
    await the_change(handler, "connected", tools_changed=True)
    await handler.call("journal", "learn", {"name": "juggle"})
    await the_change(handler, "connected", tools_changed=True)
    assert {d.name for d in handler.definitions("journal")} - {d.name for d in before} == {"juggle"}
    assert (await handler.call("journal", "juggle", {})).text == "juggle done"


async def test_it_is_busy_while_a_call_is_under_way(handler: Handler, journal: JournalServers) -> None:
    await handler.connect(journal.stdio())
    assert not handler.busy
    call = asyncio.create_task(handler.call("journal", "slow", {"seconds": 60, "value": "x"}))
    await until(lambda: journal.received("slow"), "the call")
    assert handler.busy
    journal.release.touch()
    await call
    assert not handler.busy


async def test_a_reader_that_falls_behind_gets_the_last_state_of_each_server(
    handler: Handler, toolbox_http: ServerSpec
) -> None:
    for _ in range(3):
        await handler.connect(toolbox_http)
        with pytest.raises(ServerUnavailable):
            await handler.connect(replace(toolbox_http, id="gone", url=f"http://127.0.0.1:{free_port()}/mcp"))
        await handler.disconnect("toolbox")
    await handler.connect(toolbox_http)
    await handler.aclose()
    changes = [change async for change in handler.changes()]
    assert sorted((change.server_id, change.state.kind) for change in changes) == [("gone", "off"), ("toolbox", "off")]
