"""Tools come and go while people are connected: over both generations of the protocol, without asking anew."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.mcp_servers.fixtures import JournalServers
from tests.person import Person
from tests.platform.place import Place
from tests.platform.tools.entering import body, tools_of


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_tool_that_a_server_announces_is_there_in_the_next_revision(
    transport: str, place: Place, alice: Person, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        journals = JournalServers(tmp_path, stack)
        spec, _ = journals.http("--learns") if transport == "http" else journals.sse("--learns")
        made = await alice.ok("POST", "/api/servers", body(spec.url, transport=transport))
        await alice.ok("POST", f"/api/servers/{made['id']}/connect")
        place.model.script([
            {"after_tool": False, "calls": [{"name": f"{made['id']}__learn", "arguments": {"name": "juggle"}}]},
            {"text": "Learnt.", "times": None},
        ])  # fmt: skip
        thread_id = await alice.new_thread()
        run_id = await alice.say(thread_id, "Learn to juggle")
        assert (await alice.decide(await alice.card(thread_id), "approve"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
        await alice.until(lambda: [
            said for kind, said in alice.news
            if kind == "toolset" and f"{made['id']}__juggle" in {each["name"] for each in said["tools"]}
        ])  # fmt: skip
        assert "juggle" in await tools_of(alice, made["id"])
        await alice.api("DELETE", f"/api/servers/{made['id']}")
