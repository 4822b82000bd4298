"""A server has its user's model write something in the middle of a call: under the gate, within a budget, once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from interlock_servers.postgres_access import PostgresAccess
from tests.mcp_servers.fixtures import WholeServers
from tests.mcp_servers.whole import PIXEL
from tests.person import Person
from tests.platform.gate.asking import Card, rule
from tests.platform.place import Place, open_place
from tests.running import catalogue_file

GENERATIONS = ("today", "older")
SAMPLING = "sampling/createMessage"
ONE_LINE = {"contains": "Write line", "text": "A line. THE END and more", "times": None}

each_generation = pytest.mark.parametrize("server", GENERATIONS)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _place(
    postgres: PostgresAccess, whole: WholeServers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("sampling-place")
    (folder / "catalogue").mkdir()
    servers = catalogue_file(
        folder / "catalogue", whole.spec("http", id="today"), whole.spec("http", "--older", id="older")
    )
    async with open_place(postgres, folder, catalogue=servers, approval_minutes=5) as place:
        yield place


@pytest_asyncio.fixture(loop_scope="session")
async def alice(place: Place) -> AsyncIterator[Person]:
    async with place.person("alice") as alice:
        for server in GENERATIONS:
            await alice.ok("POST", f"/api/servers/{server}/connect")
        yield alice


async def writes(
    place: Place, alice: Person, server: str, *steps: dict[str, Any], thread_id: str | None = None, **arguments: Any
) -> tuple[str, str]:
    """A call that was approved, whose server wants lines written; the thread and the run."""
    call = {"name": f"{server}__write", "arguments": {"times": 1, **arguments}}
    place.model.script(
        [
            *(steps or [ONE_LINE]),
            {"contains": "Have it", "after_tool": False, "calls": [call]},
            {"text": "Done.", "times": None},
        ]
    )
    thread_id = thread_id or await alice.new_thread()
    run_id = await alice.say(thread_id, "Have it written")
    waits = await alice.until(lambda: one(alice, thread_id, "tool", "proposed", run_id))
    assert (await alice.decide(waits, "approve"))["ok"]
    return thread_id, run_id


def one(person: Person, thread_id: str, kind: str, state: str | None = None, run_id: str | None = None) -> Card | None:
    """The newest card of that kind, if it is in that state."""
    cards = [each for each in person.cards(thread_id) if each["kind"] == kind and run_id in (None, each["run_id"])]
    return cards[-1] if cards and state in (None, cards[-1]["state"]) else None


async def waiting(person: Person, thread_id: str, kind: str) -> Card:
    found: Card = await person.until(lambda: one(person, thread_id, kind, "proposed"))
    return found


def call_of(person: Person, thread_id: str) -> Card:
    found = one(person, thread_id, "tool")
    assert found is not None
    return found


def refused(server: str, call: Card, why: str) -> bool:
    """Whether the server got nothing, and for this reason: today's protocol ends the call, the older one says so."""
    code = "sampling_refused" if server == "today" else "tool_error"
    return call["state"] == "failed" and call["error"]["code"] == code and why in call["error"]["message"]


def asked_for_lines(place: Place) -> list[Any]:
    """What the model was asked to write for servers."""
    return [each for each in place.model.requests() if "Write" in each.last_of_person()]


@each_generation
async def test_what_the_model_writes_is_allowed_looked_at_and_then_given_to_the_server(
    place: Place, alice: Person, server: str
) -> None:
    thread_id, run_id = await writes(place, alice, server)
    asked = await waiting(alice, thread_id, "sampling")
    assert asked["arguments"] == {
        "system": "Be short.",
        "messages": [{"role": "user", "content": [{"kind": "text", "text": "Write line 0."}]}],
        "max_tokens": 100,
        "stop_sequences": ["THE END"],
    }
    assert asked["parent_id"] == call_of(alice, thread_id)["id"]
    assert asked["asked"]["message"] == "Whole asks your model to write something."
    assert asked["id"] in [each["id"] for each in (await alice.ok("GET", "/api/approvals"))["approvals"]]
    assert asked_for_lines(place) == []
    assert (await alice.decide(asked, "approve"))["ok"]
    written = await waiting(alice, thread_id, "sampling_answer")
    assert written["arguments"] == {"of": asked["id"], "text": "A line. "}
    assert (await alice.decide(written, "respond"))["call"]["state"] == "answered"
    assert await alice.finished(thread_id, run_id) == "success"
    call = call_of(alice, thread_id)
    assert call["state"] == "succeeded"
    assert "A line. " in call["result"]["text"]
    (request,) = asked_for_lines(place)
    assert [(said.role, said.text) for said in request.messages] == [("system", "Be short."), ("user", "Write line 0.")]
    assert (request.tools, request.body["max_completion_tokens"]) == ([], 100)
    assert len(alice.events(thread_id, "TOOL_CALL_RESULT")) == 1


@each_generation
async def test_a_person_changes_what_is_asked_and_what_is_answered(place: Place, alice: Person, server: str) -> None:
    thread_id, run_id = await writes(place, alice, server, {**ONE_LINE, "contains": "Write a verse"})
    asked = await waiting(alice, thread_id, "sampling")
    changed = {**asked["arguments"], "messages": [{"role": "user", "content": [text("Write a verse.")]}]}
    wrong = await alice.decide(asked, "approve", arguments={**changed, "max_tokens": 9000})
    assert (wrong["error"]["code"], wrong["error"]["errors"][0]["field"]) == ("invalid_arguments", "/max_tokens")
    assert (await alice.decide(asked, "approve", arguments=changed))["ok"]
    written = await waiting(alice, thread_id, "sampling_answer")
    assert (await alice.decide(written, "respond", response="Another line."))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert "Another line." in call_of(alice, thread_id)["result"]["text"]
    assert [each.last_of_person() for each in asked_for_lines(place)] == ["Write a verse."]


def text(words: str) -> dict[str, str]:
    return {"kind": "text", "text": words}


@each_generation
async def test_what_is_not_allowed_is_not_written(place: Place, alice: Person, server: str) -> None:
    thread_id, run_id = await writes(place, alice, server)
    asked = await waiting(alice, thread_id, "sampling")
    assert (await alice.decide(asked, "respond", response="I wrote it."))["error"]["code"] == "invalid"
    assert (await alice.decide(asked, "reject", reason="No."))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert refused(server, call_of(alice, thread_id), "It was not allowed.")
    assert asked_for_lines(place) == []


@pytest.mark.parametrize("server", ["older"])
async def test_an_answer_that_is_held_back_does_not_reach_the_server(place: Place, alice: Person, server: str) -> None:
    thread_id, run_id = await writes(place, alice, server)
    assert (await alice.decide(await waiting(alice, thread_id, "sampling"), "approve"))["ok"]
    assert (await alice.decide(await waiting(alice, thread_id, "sampling_answer"), "reject"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert refused(server, call_of(alice, thread_id), "It was not allowed.")


@pytest.mark.parametrize("server", ["today"])
async def test_only_a_rule_that_names_it_allows_it(place: Place, alice: Person, server: str) -> None:
    async with rule(alice, verdict="allow", server=server):
        thread_id, run_id = await said(place, alice, server)
        assert (await alice.decide(await waiting(alice, thread_id, "sampling"), "reject"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
        async with rule(alice, verdict="allow", server=server, tool=SAMPLING):
            thread_id, run_id = await said(place, alice, server)
            assert await alice.finished(thread_id, run_id) == "success"
    assert "A line. " in call_of(alice, thread_id)["result"]["text"]
    allowed = one(alice, thread_id, "sampling", "succeeded")
    assert allowed is not None
    assert allowed["verdict"] == "allow"
    assert one(alice, thread_id, "sampling_answer") is None


async def said(place: Place, alice: Person, server: str) -> tuple[str, str]:
    """The same where a rule allows the call itself."""
    call = {"name": f"{server}__write", "arguments": {"times": 1}}
    place.model.script([ONE_LINE, {"after_tool": False, "calls": [call]}, {"text": "Done.", "times": None}])
    thread_id = await alice.new_thread()
    return thread_id, await alice.say(thread_id, "Have it written")


@pytest.mark.parametrize("server", ["older"])
async def test_a_rule_that_denies_it_is_obeyed_without_asking(place: Place, alice: Person, server: str) -> None:
    async with rule(alice, verdict="deny", tool=SAMPLING):
        thread_id, run_id = await writes(place, alice, server)
        assert await alice.finished(thread_id, run_id) == "success"
    assert refused(server, call_of(alice, thread_id), "It was not allowed.")
    denied = one(alice, thread_id, "sampling", "rejected")
    assert denied is not None
    assert denied["verdict"] == "deny"
    assert asked_for_lines(place) == []
    assert len(alice.events(thread_id, "TOOL_CALL_RESULT")) == 1


async def test_a_rule_that_denies_it_while_it_waits_is_obeyed_as_well(place: Place, alice: Person) -> None:
    thread_id, run_id = await writes(place, alice, "today")
    asked = await waiting(alice, thread_id, "sampling")
    async with rule(alice, verdict="deny", tool=SAMPLING):
        assert (await alice.decide(asked, "approve"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
    assert refused("today", call_of(alice, thread_id), "does not hold any more")
    assert asked_for_lines(place) == []


@pytest.mark.parametrize("server", ["today"])
async def test_what_is_remembered_is_not_asked_again_in_this_chat(place: Place, alice: Person, server: str) -> None:
    thread_id, run_id = await writes(place, alice, server)
    asked = await waiting(alice, thread_id, "sampling")
    assert asked["may"]["remember"] == ["thread", "always"]
    assert (await alice.decide(asked, "approve", remember="thread"))["ok"]
    assert (await alice.decide(await waiting(alice, thread_id, "sampling_answer"), "respond"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    (grant,) = [each for each in (await alice.ok("GET", "/api/grants"))["grants"] if each["server"] == server]
    assert (grant["state"], grant["tool"]) == ("live", SAMPLING)
    thread_id, run_id = await writes(place, alice, server, thread_id=thread_id)
    assert await alice.finished(thread_id, run_id) == "success"
    by_grant = one(alice, thread_id, "sampling", "succeeded", run_id)
    assert by_grant is not None
    assert by_grant["grant"]["id"] == grant["id"]


async def test_one_call_has_no_more_written_than_so_often(place: Place, alice: Person) -> None:
    async with rule(alice, verdict="allow", tool=SAMPLING):
        thread_id, run_id = await writes(place, alice, "today", times=9)
        assert await alice.finished(thread_id, run_id) == "success"
    assert refused("today", call_of(alice, thread_id), "more than 8 times in one call")
    assert len(asked_for_lines(place)) == 8


async def test_one_call_has_no_more_tokens_written_than_so_many(place: Place, alice: Person) -> None:
    async with rule(alice, verdict="allow", tool=SAMPLING):
        thread_id, run_id = await writes(place, alice, "older", times=5, tokens=8192)
        assert await alice.finished(thread_id, run_id) == "success"
    assert refused("older", call_of(alice, thread_id), "40,960 tokens in one call, of which 32,768 may be")
    assert len(asked_for_lines(place)) == 4
    entries = (await alice.ok("GET", "/api/audit?action=sampling.refused"))["entries"]
    assert call_of(alice, thread_id)["id"] in [each["target"] for each in entries]


async def test_nothing_is_written_in_a_run_that_nobody_looks_at(place: Place, alice: Person) -> None:
    async with rule(alice, verdict="allow", tool=SAMPLING):
        call = {"name": "today__write", "arguments": {"times": 1}}
        place.model.script([ONE_LINE, {"after_tool": False, "calls": [call]}, {"text": "Done.", "times": None}])
        thread_id = await alice.new_thread()
        run_id = await alice.say(thread_id, "Have it written")
        card = await alice.card(thread_id)
        await place.sql("update calls set unattended = true where id = %s", card["id"])
        assert (await alice.decide(card, "approve"))["ok"]
        assert await alice.finished(thread_id, run_id) == "success"
    assert refused("today", call_of(alice, thread_id), "Nobody looks on in this run")
    assert asked_for_lines(place) == []


@pytest.mark.parametrize("server", ["older"])
async def test_a_model_that_fails_is_said_so_plainly(place: Place, alice: Person, server: str) -> None:
    thread_id, run_id = await writes(place, alice, server, {"contains": "Write line", "status": 400})
    assert (await alice.decide(await waiting(alice, thread_id, "sampling"), "approve"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert refused(server, call_of(alice, thread_id), "The model did not write it.")
    failed = one(alice, thread_id, "sampling", "failed")
    assert failed is not None
    assert failed["error"]["code"].startswith("model_")


@pytest.mark.parametrize("server", ["today"])
async def test_nobody_who_looks_in_time_is_a_no(place: Place, alice: Person, server: str) -> None:
    thread_id, run_id = await writes(place, alice, server)
    asked = await waiting(alice, thread_id, "sampling")
    await place.sql("update calls set expires_at = now() - interval '1 second' where id = %s", asked["id"])
    await place.sql(
        "update procrastinate_jobs set scheduled_at = now() where task_name = 'expire' and args ->> 'call_id' = %s",
        asked["id"],
    )
    assert await alice.finished(thread_id, run_id) == "success"
    assert refused(server, call_of(alice, thread_id), "Nobody allowed it in time.")


@each_generation
async def test_stopping_the_run_stops_the_model_that_writes(place: Place, alice: Person, server: str) -> None:
    hangs = {"contains": "Write line", "text": "A line.", "hang_after": 0, "times": None}
    thread_id, run_id = await writes(place, alice, server, hangs)
    assert (await alice.decide(await waiting(alice, thread_id, "sampling"), "approve"))["ok"]
    await alice.until(lambda: one(alice, thread_id, "sampling", "started"))
    await place.eventually(lambda: counted(place), 1)
    assert (await alice.emit("run.cancel", thread_id=thread_id, run_id=run_id))["ok"]
    assert await alice.finished(thread_id, run_id) == "cancelled"
    await alice.until(lambda: one(alice, thread_id, "sampling", "failed"))
    await alice.until(lambda: call_of(alice, thread_id)["state"] in ("cancelled", "failed"))
    await place.release()


async def counted(place: Place) -> int:
    return len(asked_for_lines(place))


async def test_pictures_are_shown_and_go_to_the_model_and_nobody_elses_do(place: Place, alice: Person) -> None:
    thread_id, run_id = await writes(place, alice, "today", picture=True)
    asked = await waiting(alice, thread_id, "sampling")
    words, picture = asked["arguments"]["messages"][0]["content"]
    assert (words["kind"], picture["kind"], picture["mime_type"]) == ("text", "image", "image/png")
    given = await alice.http.get(f"/api/artifacts/{picture['id']}")
    assert (given.content, given.headers["content-type"]) == (PIXEL, "image/png")
    assert (await alice.decide(asked, "approve"))["ok"]
    assert (await alice.decide(await waiting(alice, thread_id, "sampling_answer"), "respond"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    (request,) = asked_for_lines(place)
    assert request.body["messages"][-1]["content"][1]["type"] == "image_url"
    place.model.forget()
    thread_id, run_id = await writes(place, alice, "today")
    asked = await waiting(alice, thread_id, "sampling")
    stolen = [{"role": "user", "content": [text("Write line 0."), picture]}]
    assert (await alice.decide(asked, "approve", arguments={**asked["arguments"], "messages": stolen}))["ok"]
    assert (await alice.decide(await waiting(alice, thread_id, "sampling_answer"), "respond"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    (request,) = asked_for_lines(place)
    assert [part["type"] for part in request.body["messages"][-1]["content"]] == ["text", "text"]


async def test_only_who_asked_for_the_call_decides(place: Place, alice: Person, mallory: Person, carol: Person) -> None:
    thread_id, run_id = await writes(place, alice, "today")
    asked = await waiting(alice, thread_id, "sampling")
    assert (await carol.decide(asked, "approve"))["error"]["code"] == "not_approver"
    assert (await mallory.decide(asked, "approve"))["error"]["code"] == "not_found"
    assert (await alice.decide(asked, "reject"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
