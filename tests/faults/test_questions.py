"""A server's question outlives the process that was asked: another goes on with it, or says that none can."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import pytest_asyncio

from tests.faults.forked import ForkedInterlock
from tests.faults.world import come_back
from tests.mcp_servers.fixtures import AskingServers, WholeServers
from tests.mcp_servers.process import free_port, until
from tests.model_server.scripted_model import ScriptedModel
from tests.person import Person
from tests.running import catalogue_file


class Stage:
    """One server that can be killed and started again on what it left, and servers that ask."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.model = stack.enter_context(ScriptedModel())
        self.asking = AskingServers(folder, stack)
        self.whole = WholeServers(folder, stack)
        self._folder = folder
        servers = catalogue_file(
            folder,
            self.asking.spec("http", id="today"),
            self.asking.spec("http", "--older", id="older"),
            self.whole.spec("http", id="writing"),
        )
        self._settings = {
            "data_dir": str(folder / "data"), "catalogue": str(servers), "port": str(free_port()),
            "model": "openai:scripted", "model_base_url": self.model.openai_url, "model_api_key": "none",
        }  # fmt: skip
        self._server: ForkedInterlock | None = None

    async def serve(self) -> ForkedInterlock:
        if self._server is None or not self._server.alive:
            self._server = ForkedInterlock("serve", self._settings, self._folder / "interlock.log")
        await self._server.ready(60)
        return self._server

    def end(self) -> None:
        if self._server is not None and self._server.alive:
            self._server.process.terminate()
            self._server.process.join(20)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with TemporaryDirectory(prefix="interlock-questions-") as directory, ExitStack() as stack:
        folder = Path(directory)
        folder.chmod(0o711)
        made = Stage(folder, stack)
        stack.callback(made.end)
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def alice(stage: Stage) -> AsyncIterator[Person]:
    async with Person.signed_in((await stage.serve()).base_url, "alice") as alice:
        for server in ("today", "older", "writing"):
            await alice.ok("POST", f"/api/servers/{server}/connect")
        yield alice


async def asked(stage: Stage, alice: Person, server: str) -> tuple[str, str, dict[str, Any]]:
    """A call that was approved, and what its server asks."""
    arguments = {"value": f"killed {server}", "ask": ["name"]}
    stage.model.script(
        [{"after_tool": False, "calls": [{"name": f"{server}__book", "arguments": arguments}]},
         {"text": "Booked.", "times": None}]
    )  # fmt: skip
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Book it")
    assert (await alice.decide(await alice.card(thread_id), "approve"))["ok"]
    (question,) = await alice.until(
        lambda: [card for card in alice.cards(thread_id)
                 if card["kind"] == "elicitation" and card["state"] == "proposed"]
    )  # fmt: skip
    return thread_id, run_id, question


def call_of(alice: Person, thread_id: str) -> dict[str, Any]:
    return next(card for card in alice.cards(thread_id) if card["kind"] == "tool")


async def test_a_question_of_todays_protocol_is_answered_in_another_process(stage: Stage, alice: Person) -> None:
    thread_id, run_id, question = await asked(stage, alice, "today")
    await alice.until(lambda: call_of(alice, thread_id)["state"] == "input_required")
    (await stage.serve()).kill()
    await stage.serve()
    await come_back(alice, thread_id)
    assert (await alice.decide(question, "respond", content={"name": "Ada"}))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    call = call_of(alice, thread_id)
    assert call["state"] == "succeeded"
    assert json.loads(call["result"]["text"]) == [{"name": {"action": "accept", "content": {"name": "Ada"}}}]
    assert stage.asking.heard("killed today", "done") == 1


async def test_a_question_that_a_dead_process_held_is_withdrawn_and_its_call_unknown(
    stage: Stage, alice: Person
) -> None:
    thread_id, run_id, question = await asked(stage, alice, "older")
    (await stage.serve()).kill()
    await stage.serve()
    await come_back(alice, thread_id)
    unknown = await alice.card(thread_id, "unknown")
    assert unknown["id"] == question["parent_id"]
    await alice.until(
        lambda: [
            card for card in alice.cards(thread_id) if (card["id"], card["state"]) == (question["id"], "cancelled")
        ]
    )
    late = await alice.decide(question, "respond", content={"name": "Ada"})
    assert late["error"]["code"] == "already_decided"
    assert (await alice.emit("approval.resolve", id=unknown["id"], resolution="confirmed_not_done"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert stage.asking.heard("killed older") == 1


async def written(stage: Stage, alice: Person, *steps: dict[str, Any]) -> tuple[str, str]:
    """A call whose server has the model write a line, which was allowed."""
    call = {"name": "writing__write", "arguments": {"times": 1}}
    stage.model.forget()
    stage.model.script(
        [*steps, {"contains": "Have it", "after_tool": False, "calls": [call]}, {"text": "Done.", "times": None}]
    )
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Have it written")
    assert (await alice.decide(await alice.card(thread_id), "approve"))["ok"]
    assert (await alice.decide(await waiting(alice, thread_id, "sampling"), "approve"))["ok"]
    return thread_id, run_id


async def waiting(alice: Person, thread_id: str, kind: str, state: str = "proposed") -> dict[str, Any]:
    (found,) = await alice.until(
        lambda: [card for card in alice.cards(thread_id) if (card["kind"], card["state"]) == (kind, state)]
    )
    card: dict[str, Any] = found
    return card


def asked_to_write(stage: Stage) -> int:
    return sum("Write line" in each.last_of_person() for each in stage.model.requests())


async def test_what_was_written_reaches_the_server_by_another_process_and_is_written_once(
    stage: Stage, alice: Person
) -> None:
    thread_id, run_id = await written(stage, alice, {"contains": "Write line", "text": "A line."})
    answer = await waiting(alice, thread_id, "sampling_answer")
    (await stage.serve()).kill()
    await stage.serve()
    await come_back(alice, thread_id)
    assert (await alice.decide(answer, "respond"))["ok"]
    assert await alice.finished(thread_id, run_id) == "success"
    assert "A line." in call_of(alice, thread_id)["result"]["text"]
    assert asked_to_write(stage) == 1


async def test_a_model_whose_process_died_while_it_wrote_is_not_asked_again(stage: Stage, alice: Person) -> None:
    hangs = {"contains": "Write line", "text": "A line.", "hang_after": 0}
    thread_id, run_id = await written(stage, alice, hangs)
    await until(lambda: asked_to_write(stage) == 1, "the model to be asked")
    (await stage.serve()).kill()
    await stage.serve()
    await come_back(alice, thread_id)
    lost = await waiting(alice, thread_id, "sampling", "failed")
    assert lost["error"]["code"] == "model_lost"
    assert await alice.finished(thread_id, run_id) == "success"
    assert (call_of(alice, thread_id)["state"], asked_to_write(stage)) == ("failed", 1)
