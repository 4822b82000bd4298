"""A model and a gate that act as a test says, for graphs without a platform around them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.messages.tool import tool_call
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from interlock_graphs.chat import ChatContext, ChatGraph, beginning, compile_chat
from interlock_graphs.gate import Proposed, Ready, Refused, Settled, Waiting
from interlock_graphs.model import Answer, Delta

DONE = Settled("it is done", declined=False, failed=False)
FAILED = Settled("it broke", declined=False, failed=True)
DECLINED = Settled("Rejected by Alice: not today", declined=True, failed=False)


def says(text: str, *calls: str) -> AIMessage:
    """A message of the model, with calls of these ids."""
    return AIMessage(text, tool_calls=[tool_call(name="act", args={"id": each}, id=each) for each in calls])


@dataclass
class ActingModel:
    """Gives its answers in order, the last one for ever, and keeps what it was asked."""

    answers: list[AIMessage]
    asked: list[list[BaseMessage]] = field(default_factory=list)
    with_tools: list[bool] = field(default_factory=list)

    async def ask(self, messages: Sequence[BaseMessage], *, with_tools: bool = True) -> AsyncIterator[Delta | Answer]:
        self.asked.append(list(messages))
        self.with_tools.append(with_tools)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        # A new message each time, as every answer of a provider is.
        message = answer.model_copy(update={"id": f"message-{len(self.asked)}"})
        if message.text:
            yield Delta(str(message.id), 0, message.text)
        yield Answer(message)


@dataclass
class ActingGate:
    """The ledger as a dictionary: `seen[id]` is what a look at the call tells; what is not there is refused."""

    seen: dict[str, Waiting | Ready | Settled] = field(default_factory=dict)
    executed: list[str] = field(default_factory=list)
    after: dict[str, Waiting | Settled] = field(default_factory=dict)

    async def propose(self, message: AIMessage) -> Sequence[Proposed | Refused]:
        ids = [str(call["id"]) for call in message.tool_calls]
        return [Proposed(each, f"row-{each}") if each in self.seen else Refused(each, "no such tool") for each in ids]

    async def look(self, call_id: str) -> Waiting | Ready | Settled:
        return self.seen[call_id.removeprefix("row-")]

    async def execute(self, call_id: str) -> Waiting | Settled:
        each = call_id.removeprefix("row-")
        self.executed.append(each)
        outcome = self.after.get(each, DONE)
        self.seen[each] = outcome
        return outcome


@dataclass
class Conversation:
    """One thread on a graph that can be compiled again over the same checkpoints."""

    model: ActingModel
    gate: ActingGate = field(default_factory=ActingGate)
    said: str = "please"
    saver: InMemorySaver = field(default_factory=InMemorySaver)
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.compile_again(self.model)

    def compile_again(self, model: ActingModel) -> None:
        self.model = model
        self.graph: ChatGraph = compile_chat(model, self.saver)

    async def begin(self, run_id: str = "run-1") -> bool:
        """A new run; True if it waits."""
        return await self._go(beginning(run_id))

    async def resume(self, value: Any = True) -> bool:
        return await self._go(Command(resume=dict.fromkeys(await self.waits(), value)))

    async def waits(self) -> list[str]:
        state = await self.graph.aget_state(self._config)
        return [each.id for task in state.tasks for each in task.interrupts]

    async def messages(self) -> list[BaseMessage]:
        return cast(list[BaseMessage], (await self.graph.aget_state(self._config)).values["messages"])

    async def told(self) -> list[str]:
        """What the model was told about its calls, in this run."""
        return [str(each.content) for each in await self.messages() if each.type == "tool"]

    @property
    def _config(self) -> Any:
        return {"configurable": {"thread_id": "thread"}, "recursion_limit": 104}

    async def _history(self) -> list[BaseMessage]:
        return [HumanMessage(self.said)]

    async def _go(self, source: Any) -> bool:
        paused = False
        context = ChatContext(gate=self.gate, history=self._history, system_prompt="Be good.")
        parts = self.graph.astream(
            source, self._config, context=context, stream_mode=["custom", "updates"], durability="sync", version="v2"
        )
        async for part in cast(AsyncIterator[dict[str, Any]], parts):
            if part["type"] == "custom":
                self.written.append(part["data"].text)
            paused = paused or "__interrupt__" in part["data"] if part["type"] == "updates" else paused
        return paused
