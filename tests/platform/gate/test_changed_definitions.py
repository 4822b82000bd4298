"""A definition changes at each moment of a call's life: nothing runs under what was approved before."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.mcp_servers.scripted import Message, ScriptedServer
from tests.person import Person
from tests.platform.gate.asking import read_by_model, rule
from tests.platform.place import Place, record
from tests.platform.tools.entering import declare, entered, reconnect, tool

BEFORE = tool("act", "Acts.", value={"type": "string"})
AFTER: list[Message] = [
    tool("act", "Acts, and tells everybody.", value={"type": "string"}),
    tool("act", "Acts.", value={"type": "string"}, to={"type": "string"}),
    tool("act", "Acts.", value={"type": "string", "x-mcp-header": "Value"}),
    {**BEFORE, "annotations": {"readOnlyHint": True}},
    {**BEFORE, "title": "Act now"},
    {**BEFORE, "outputSchema": {"type": "object", "properties": {}}},
]


@pytest_asyncio.fixture(loop_scope="session")
async def server_id(place: Place, alice: Person, scripted: ScriptedServer) -> AsyncIterator[str]:
    declare(scripted, BEFORE)
    async with entered(alice, scripted) as made:
        yield made["id"]


def calls(scripted: ScriptedServer) -> int:
    return scripted.heard.count("tools/call")


async def wants(place: Place, alice: Person, server_id: str) -> tuple[str, str]:
    """The model wants to act."""
    call = {"name": f"{server_id}__act", "arguments": {"value": "x"}}
    place.model.script([{"after_tool": False, "calls": [call]}, {"text": "So be it.", "times": None}])
    thread_id = await alice.new_thread()
    return thread_id, await alice.say(thread_id, "Act")


async def waits(place: Place, alice: Person, server_id: str) -> tuple[str, str, dict[str, Any]]:
    thread_id, run_id = await wants(place, alice, server_id)
    return thread_id, run_id, await alice.card(thread_id)


async def is_void(place: Place, alice: Person, thread_id: str, run_id: str) -> None:
    assert await alice.finished(thread_id, run_id) == "success"
    (card,) = alice.cards(thread_id)
    assert (card["state"], card["error"]["code"]) == ("void", "void")
    assert "set aside" in card["error"]["message"]
    assert "set aside" in read_by_model(place)


async def diff_is_shown(alice: Person, server_id: str) -> None:
    (shown,) = (await alice.ok("GET", f"/api/servers/{server_id}/definitions"))["tools"]
    assert shown["versions"][0]["state"] == "set_aside"
    assert shown["versions"][0]["changes"]


@pytest.mark.parametrize("after", AFTER, ids=["text", "parameter", "header", "annotation", "title", "result"])
async def test_between_list_and_call(
    after: Message, place: Place, alice: Person, scripted: ScriptedServer, server_id: str
) -> None:
    """The server says nothing of it: it is asked once more before what was approved is sent."""
    thread_id, run_id, card = await waits(place, alice, server_id)
    declare(scripted, after)
    assert (await alice.decide(card, "approve"))["ok"]
    await is_void(place, alice, thread_id, run_id)
    assert calls(scripted) == 0
    await place.eventually(lambda: waiting(alice, server_id), 1)
    await diff_is_shown(alice, server_id)


async def waiting(alice: Person, server_id: str) -> int:
    shown = await alice.ok("GET", f"/api/servers/{server_id}")
    return int(shown["server"]["set_aside"])


async def test_before_the_model_proposes_it(
    place: Place, alice: Person, scripted: ScriptedServer, server_id: str
) -> None:
    """The run keeps the tools that it began with; what it proposes by them does not run."""
    call = {"name": f"{server_id}__act", "arguments": {"value": "x"}}
    place.model.script([{"calls": [record("first")]}, {"calls": [call]}, {"text": "So be it.", "times": None}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Record, and act")
    first = await alice.card(thread_id)
    declare(scripted, AFTER[0])
    await reconnect(alice, server_id)
    assert (await alice.decide(first, "approve"))["ok"]
    await alice.until(lambda: alice.cards(thread_id)[1:])
    second = await alice.card(thread_id)
    assert (await alice.decide(second, "approve"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert [card["state"] for card in alice.cards(thread_id)] == ["succeeded", "void"]
    assert "set aside" in read_by_model(place)
    assert calls(scripted) == 0


async def test_while_it_waits_it_is_void_at_once(
    place: Place, alice: Person, scripted: ScriptedServer, server_id: str
) -> None:
    thread_id, run_id, card = await waits(place, alice, server_id)
    declare(scripted, AFTER[1])
    await reconnect(alice, server_id)
    await is_void(place, alice, thread_id, run_id)
    late = await alice.decide(card, "approve")
    assert late["error"]["code"] == "already_decided"
    assert calls(scripted) == 0
    await diff_is_shown(alice, server_id)


async def test_after_the_approval_and_before_it_begins(
    place: Place, alice: Person, scripted: ScriptedServer, server_id: str
) -> None:
    """As after a crash between the two: the approval is stored, the job is not done."""
    thread_id, run_id, card = await waits(place, alice, server_id)
    await place.sql(
        "update calls set state = 'approved', decision = 'approve', decided_by = user_id, decided_at = now() "
        "where id = %s", card["id"],
    )  # fmt: skip
    declare(scripted, AFTER[0])
    await place.sql(
        "select procrastinate_defer_jobs_v1(array[row('default', 'execute', 0, %s, null, "
        "jsonb_build_object('tenant_id', tenant_id::text, 'call_id', id::text), null)::procrastinate_job_to_defer_v1]) "
        "from calls where id = %s", f"call:{card['id']}", card["id"],
    )  # fmt: skip
    await is_void(place, alice, thread_id, run_id)
    assert calls(scripted) == 0


async def test_while_nobody_was_connected(
    place: Place, alice: Person, scripted: ScriptedServer, server_id: str
) -> None:
    thread_id, _, card = await waits(place, alice, server_id)
    await alice.ok("POST", f"/api/servers/{server_id}/disconnect")
    declare(scripted, AFTER[0])
    await alice.ok("POST", f"/api/servers/{server_id}/connect")
    await alice.until(lambda: alice.cards(thread_id)[0]["state"] == "void")
    assert (await alice.decide(card, "approve"))["error"]["code"] == "already_decided"
    assert calls(scripted) == 0


async def test_where_a_grant_lets_it_through(
    place: Place, alice: Person, scripted: ScriptedServer, server_id: str
) -> None:
    """A grant is for one definition: of the next one nobody has said anything."""
    (pinned,) = [
        each for each in (await alice.ok("GET", "/api/toolset"))["tools"] if each["name"] == f"{server_id}__act"
    ]
    await alice.ok(
        "POST", "/api/grants", {"server": server_id, "tool": "act", "definition_hash": pinned["definition_hash"]}
    )
    declare(scripted, AFTER[0])
    thread_id, run_id = await wants(place, alice, server_id)
    await is_void(place, alice, thread_id, run_id)
    assert calls(scripted) == 0


async def test_where_a_rule_allows_it(place: Place, alice: Person, scripted: ScriptedServer, server_id: str) -> None:
    async with rule(alice, verdict="allow", server=server_id):
        declare(scripted, AFTER[2])
        thread_id, run_id = await wants(place, alice, server_id)
        await is_void(place, alice, thread_id, run_id)
    assert calls(scripted) == 0


async def test_by_another_call_of_the_same_turn(
    place: Place, alice: Person, scripted: ScriptedServer, server_id: str
) -> None:
    """The first call is what lets the server change what the second one means."""
    place.model.script(
        [
            {"after_tool": False, "calls": [
                {"name": f"{server_id}__act", "arguments": {"value": value}} for value in ("first", "second")]},
            {"text": "So be it.", "times": None},
        ]
    )  # fmt: skip
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Act twice")
    await alice.until(lambda: len(alice.cards(thread_id)) == 2)
    first, second = alice.cards(thread_id)
    assert (await alice.decide(first, "approve"))["ok"]
    await alice.until(lambda: alice.cards(thread_id)[0]["state"] == "succeeded")
    declare(scripted, AFTER[0])
    assert (await alice.decide(second, "approve"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert [card["state"] for card in alice.cards(thread_id)] == ["succeeded", "void"]
    assert calls(scripted) == 1


async def test_what_was_accepted_is_asked_about_anew_and_runs(
    place: Place, alice: Person, scripted: ScriptedServer, server_id: str
) -> None:
    declare(scripted, AFTER[0])
    await reconnect(alice, server_id)
    (shown,) = (await alice.ok("GET", f"/api/servers/{server_id}/definitions"))["tools"]
    path = f"/api/servers/{server_id}/definitions/accept"
    await alice.ok("POST", path, {"hashes": [shown["versions"][0]["hash"]]})
    thread_id, run_id, card = await waits(place, alice, server_id)
    assert card["tool"]["description"] == "Acts, and tells everybody."
    assert (await alice.decide(card, "approve"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert calls(scripted) == 1


async def test_a_server_that_is_taken_away_voids_what_waits_for_it(
    place: Place, alice: Person, scripted: ScriptedServer, server_id: str
) -> None:
    thread_id, run_id, _ = await waits(place, alice, server_id)
    assert (await alice.api("DELETE", f"/api/servers/{server_id}")).status_code == 204
    assert await alice.finished(thread_id, run_id) == "success"
    (card,) = alice.cards(thread_id)
    assert (card["state"], "removed" in card["error"]["message"]) == ("void", True)
    # Its card says what it was called.
    assert (await alice.ok("GET", f"/api/approvals/{card['id']}"))["tool"]["server_name"].startswith("Server ")
    assert calls(scripted) == 0
