"""The graph of a chat: llm -> propose -> call* -> settle -> llm | humanize.

Node names and state keys are a stored format: a thread that waits must resume on a graph that is compiled later.
The state carries this run's messages only; what came before is rows, read through `ChatContext.history`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypedDict, cast

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send, interrupt

from interlock_graphs.gate import Gate, Proposed, Ready, Refused, Settled, Waiting
from interlock_graphs.model import Answer, Meter, Model, ModelFailed

MAX_STEPS = 25
"""How often the model may be asked in one run."""
MAX_BAD_STEPS = 3
"""How often in a row it may propose nothing but calls that make no sense."""

DECLINED_NOTE = (
    "Every call you proposed was declined, and none of them ran. Tell the user so in one or two plain sentences, "
    "name the reason if one was given, and offer what you can do instead. Do not propose calls."
)


class History(Protocol):
    """The conversation up to and including the message that this run answers."""

    async def __call__(self) -> list[BaseMessage]: ...


@dataclass(frozen=True)
class ChatContext:
    """What one run brings along; nothing of it is stored with the checkpoint."""

    gate: Gate
    history: History
    system_prompt: str
    meter: Meter | None = None


def extend_or_begin(held: list[BaseMessage], new: list[BaseMessage] | None) -> list[BaseMessage]:
    """Appends; None begins a new run with an empty list."""
    return [] if new is None else [*held, *new]


class Turn(TypedDict):
    run: dict[str, str]
    messages: Annotated[list[BaseMessage], extend_or_begin]
    proposed: list[dict[str, str]]


class PendingCall(TypedDict):
    call_id: str
    tool_call_id: str


def beginning(run_id: str) -> dict[str, Any]:
    """The input of a new run."""
    return {"run": {"id": run_id}, "messages": None, "proposed": []}


ChatGraph = CompiledStateGraph[Any, ChatContext, Any, Any]


def compile_chat(model: Model, saver: BaseCheckpointSaver[str]) -> ChatGraph:
    """The graph over this model and the tools that the model was given."""

    async def ask(state: Turn, runtime: Runtime[ChatContext], *, with_tools: bool, note: str = "") -> AIMessage:
        context = runtime.context
        prompt = "\n\n".join(part for part in (context.system_prompt, note) if part)
        messages = [SystemMessage(prompt), *await context.history(), *state["messages"]]
        if context.meter is not None:
            await context.meter.before(messages)
        async for piece in model.ask(messages, with_tools=with_tools):
            if isinstance(piece, Answer):
                return piece.message
            runtime.stream_writer(piece)
        raise ModelFailed("model_incomplete", "The model ended without an answer.")

    async def llm(state: Turn, runtime: Runtime[ChatContext]) -> dict[str, Any]:
        asked = sum(isinstance(message, AIMessage) for message in state["messages"])
        if asked >= MAX_STEPS:
            raise ModelFailed("too_many_steps", f"The agent was stopped after {MAX_STEPS} steps in one run.")
        return {"messages": [await ask(state, runtime, with_tools=True)]}

    async def propose(state: Turn, runtime: Runtime[ChatContext]) -> dict[str, Any]:
        message = cast(AIMessage, state["messages"][-1])
        answers = await runtime.context.gate.propose(message)
        refused = [tool_message(a.tool_call_id, a.why, "refused") for a in answers if isinstance(a, Refused)]
        if len(refused) == len(answers) and bad_steps(state["messages"]) >= MAX_BAD_STEPS - 1:
            raise ModelFailed(
                "model_bad_call", f"The model proposed {MAX_BAD_STEPS} times in a row calls that make no sense."
            )
        pending = [{"call_id": a.call_id, "tool_call_id": a.tool_call_id} for a in answers if isinstance(a, Proposed)]
        return {"messages": refused, "proposed": pending}

    async def call(state: PendingCall, runtime: Runtime[ChatContext]) -> dict[str, Any]:
        gate = runtime.context.gate
        seen: Waiting | Ready | Settled = await gate.look(state["call_id"])
        while not isinstance(seen, Settled):
            if isinstance(seen, Ready):
                seen = await gate.execute(state["call_id"])
            else:
                # The value of the resume carries no authority: the ledger is read again.
                interrupt({"call_id": state["call_id"]})
                seen = await gate.look(state["call_id"])
        outcome = "declined" if seen.declined else "failed" if seen.failed else "done"
        return {"messages": [tool_message(state["tool_call_id"], seen.content, outcome)]}

    async def settle(state: Turn) -> dict[str, Any]:
        return {"proposed": []}

    async def humanize(state: Turn, runtime: Runtime[ChatContext]) -> dict[str, Any]:
        return {"messages": [await ask(state, runtime, with_tools=False, note=DECLINED_NOTE)]}

    def after_llm(state: Turn) -> str:
        message = cast(AIMessage, state["messages"][-1])
        return "propose" if message.tool_calls else END

    def after_propose(state: Turn) -> str | list[Send]:
        return [Send("call", pending) for pending in state["proposed"]] or "settle"

    def after_settle(state: Turn) -> str:
        outcomes = [message.additional_kwargs.get("outcome") for message in last_results(state["messages"])]
        return "humanize" if outcomes and all(outcome == "declined" for outcome in outcomes) else "llm"

    graph = StateGraph(Turn, context_schema=ChatContext)
    graph.add_node("llm", llm)
    graph.add_node("propose", propose)
    graph.add_node("call", call, input_schema=PendingCall)
    graph.add_node("settle", settle, defer=True)
    graph.add_node("humanize", humanize)
    graph.add_edge(START, "llm")
    graph.add_conditional_edges("llm", after_llm, ["propose", END])
    graph.add_conditional_edges("propose", after_propose, ["call", "settle"])
    graph.add_edge("call", "settle")
    graph.add_conditional_edges("settle", after_settle, ["llm", "humanize"])
    graph.add_edge("humanize", END)
    return graph.compile(checkpointer=saver)


def tool_message(tool_call_id: str, content: str, outcome: str) -> ToolMessage:
    """What the model is told about a call; `outcome` is what the graph itself goes by."""
    return ToolMessage(
        content,
        tool_call_id=tool_call_id,
        status="success" if outcome == "done" else "error",
        additional_kwargs={"outcome": outcome},
    )


def last_results(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    """The results of the latest step, in the order of its calls."""
    results: list[ToolMessage] = []
    for message in reversed(messages):
        if not isinstance(message, ToolMessage):
            break
        results.append(message)
    return results[::-1]


def bad_steps(messages: Sequence[BaseMessage]) -> int:
    """How many steps in a row, up to the last but one message, had nothing but refused calls."""
    count = 0
    rest = list(messages[:-1])
    while results := last_results(rest):
        if any(result.additional_kwargs.get("outcome") != "refused" for result in results):
            break
        count += 1
        rest = rest[: -len(results) - 1]
    return count
