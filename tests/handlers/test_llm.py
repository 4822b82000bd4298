"""One user's agent: compiled per revision, advanced from wherever its thread is."""

from dataclasses import dataclass, field

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from interlock_graphs.chat import ChatContext
from interlock_graphs.gate import Waiting
from interlock_graphs.model import Delta, ModelFailed
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.llm import KEPT_BUILDS, Advance, Finished, LLMHandler, Paused
from tests.graphs.acting import DONE, ActingGate
from tests.model_server.scripted_model import ScriptedModel


def tool(name: str) -> ToolDefinition:
    return ToolDefinition("journal", name, None, f"Does {name}.", {"type": "object"}, None, None)


@dataclass
class Agent:
    """A handler and the gate that its runs go through."""

    handler: LLMHandler
    gate: ActingGate = field(default_factory=ActingGate)

    async def advance(self, revision: int, run_id: str = "run", *, fresh: bool = True) -> list[Advance]:
        async def history() -> list[BaseMessage]:
            return [HumanMessage("hello")]

        context = ChatContext(gate=self.gate, history=history, system_prompt="Be good.")
        return [piece async for piece in self.handler.advance("thread", run_id, revision, context, fresh=fresh)]


@pytest.fixture
def agent(chat_model: BaseChatModel) -> Agent:
    return Agent(LLMHandler(chat_model, InMemorySaver()))


async def test_a_run_yields_its_text_and_then_its_last_message(agent: Agent, scripted: ScriptedModel) -> None:
    scripted.script([{"text": "Hello there."}])
    agent.handler.use_tools(1, [])
    *deltas, last = await agent.advance(1)
    assert isinstance(last, Finished)
    assert last.message.text == "".join(each.text for each in deltas if isinstance(each, Delta)) == "Hello there."
    assert not agent.handler.busy


async def test_each_revision_offers_its_own_tools(agent: Agent, scripted: ScriptedModel) -> None:
    agent.handler.use_tools(1, [tool("record")])
    agent.handler.use_tools(2, [tool("record"), tool("slow")])
    await agent.advance(1, "one")
    await agent.advance(2, "two")
    asked = [request.tools for request in scripted.requests()]
    assert asked == [["journal__record"], ["journal__record", "journal__slow"]]


async def test_a_waiting_run_goes_on_with_the_revision_it_began_with(agent: Agent, scripted: ScriptedModel) -> None:
    scripted.script([{"calls": [{"name": "journal__record", "id": "a"}]}, {"text": "Done."}])
    agent.gate.seen["a"] = Waiting()
    agent.handler.use_tools(1, [tool("record")])
    assert isinstance((await agent.advance(1))[-1], Paused)
    # So many changes of the tools while it waits that its build is long dropped.
    for revision in range(2, 2 + 2 * KEPT_BUILDS):
        agent.handler.use_tools(revision, [tool("slow")])
    agent.gate.seen["a"] = DONE
    agent.handler.use_tools(1, [tool("record")])
    assert isinstance((await agent.advance(1, fresh=False))[-1], Finished)
    assert [request.tools for request in scripted.requests()] == [["journal__record"]] * 2


async def test_a_run_without_a_checkpoint_of_its_own_begins(agent: Agent, scripted: ScriptedModel) -> None:
    scripted.script([{"calls": [{"name": "journal__record", "id": "a"}]}, {"text": "New."}])
    agent.gate.seen["a"] = Waiting()
    agent.handler.use_tools(1, [tool("record")])
    assert isinstance((await agent.advance(1, "one"))[-1], Paused)
    last = (await agent.advance(1, "two", fresh=False))[-1]
    assert isinstance(last, Finished)
    assert last.message.text == "New."


async def test_a_run_that_has_ended_is_not_asked_again(agent: Agent, scripted: ScriptedModel) -> None:
    scripted.script([{"text": "Once."}])
    agent.handler.use_tools(1, [])
    (*_, first) = await agent.advance(1)
    assert await agent.advance(1, fresh=False) == [first]
    assert len(scripted.requests()) == 1


async def test_a_run_that_failed_goes_on_from_where_it_stopped(agent: Agent, scripted: ScriptedModel) -> None:
    scripted.script([{"calls": [{"name": "journal__record", "id": "a"}]}, {"status": 400}, {"text": "At last."}])
    agent.gate.seen["a"] = DONE
    agent.handler.use_tools(1, [tool("record")])
    with pytest.raises(ModelFailed):
        await agent.advance(1)
    assert not agent.handler.busy
    last = (await agent.advance(1, fresh=False))[-1]
    assert isinstance(last, Finished)
    assert last.message.text == "At last."
    assert [said.role for said in scripted.requests()[-1].messages] == ["system", "user", "assistant", "tool"]
