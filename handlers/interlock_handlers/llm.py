"""One user's agent: a graph compiled for their tools, and compiled again whenever those change."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from interlock_graphs.chat import MAX_STEPS, ChatContext, ChatGraph, beginning, compile_chat
from interlock_graphs.model import Delta, Retrying
from interlock_handlers.asking import AskedModel
from interlock_handlers.convert import model_tool
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.sampling import Sampled, SamplingRequest
from interlock_handlers.titling import title
from interlock_handlers.writing import write

KEPT_BUILDS = 4
"""How many toolsets stay compiled: those that were used last."""
NODES_PER_STEP = 4


@dataclass(frozen=True)
class Paused:
    """Calls wait; the checkpoint holds what the run needs to go on."""

    kind: Literal["paused"] = "paused"


@dataclass(frozen=True)
class Finished:
    """The run's last message."""

    message: AIMessage
    kind: Literal["finished"] = "finished"


Advance = Delta | Retrying | Paused | Finished


class LLMHandler:
    """Holds the model, the checkpoints' saver, and a compiled graph per toolset."""

    def __init__(self, model: BaseChatModel, saver: BaseCheckpointSaver[str]) -> None:
        self._model = model
        self._saver = saver
        self._builds: dict[Hashable, ChatGraph] = {}
        self._under_way = 0

    @property
    def busy(self) -> bool:
        return self._under_way > 0

    def use_tools(self, toolset: Hashable, definitions: Sequence[ToolDefinition], kept: Collection[str] = ()) -> None:
        """Compiles the graph for these tools, which `toolset` stands for, if it is not compiled yet.

        Of very many the model is shown some; `kept` are always among them, by qualified name.
        """
        build = self._builds.pop(toolset, None)
        if build is None:
            tools = [model_tool(each) for each in definitions]
            build = compile_chat(AskedModel(self._model, tools, kept), self._saver)
        self._builds[toolset] = build
        for stale in list(self._builds)[:-KEPT_BUILDS]:
            del self._builds[stale]

    async def write(self, request: SamplingRequest, name: str) -> Sampled:
        """What this user's model, of this name, writes for a server. Raises ModelFailed."""
        self._under_way += 1
        try:
            return await write(self._model, request, name)
        finally:
            self._under_way -= 1

    async def title(self, said: str, answered: str) -> str:
        """What this user's model would call a conversation that begins so. Raises ModelFailed, TimeoutError."""
        self._under_way += 1
        try:
            return await title(self._model, said, answered)
        finally:
            self._under_way -= 1

    async def advance(
        self, thread_id: str, run_id: str, toolset: Hashable, context: ChatContext, *, fresh: bool
    ) -> AsyncGenerator[Advance, None]:
        """Runs the graph of a thread until it ends or waits; the last thing yielded is Finished or Paused.

        With `fresh` the run begins; otherwise it goes on from its checkpoint, or begins if it has none.
        Raises ModelFailed, and what the gate raises.
        """
        graph = self._builds[toolset]
        # Room for every step the model may take; the graph itself says it more kindly before this is reached.
        config: RunnableConfig = {
            "configurable": {"thread_id": thread_id},
            "recursion_limit": (MAX_STEPS + 1) * NODES_PER_STEP,
        }
        self._under_way += 1
        try:
            source: Any = beginning(run_id)
            if not fresh:
                state = await graph.aget_state(config)
                if state.values.get("run") == {"id": run_id}:
                    # Not `next`: that is empty too where a task has written, and died before the step was closed.
                    if not state.tasks:
                        yield Finished(cast(AIMessage, state.values["messages"][-1]))
                        return
                    waits = [each.id for task in state.tasks for each in task.interrupts]
                    source = Command(resume=dict.fromkeys(waits, True)) if waits else None
            async with aclosing(self._stream(graph, source, config, context)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self._under_way -= 1

    async def _stream(
        self, graph: ChatGraph, source: Any, config: RunnableConfig, context: ChatContext
    ) -> AsyncGenerator[Advance, None]:
        paused, last = False, None
        parts = graph.astream(
            source, config, context=context, stream_mode=["custom", "updates"], durability="sync", version="v2"
        )
        async with aclosing(cast(AsyncGenerator[dict[str, Any], None], parts)):
            async for part in cast(AsyncIterator[dict[str, Any]], parts):
                if part["type"] == "custom":
                    yield part["data"]
                elif "__interrupt__" in part["data"]:
                    paused = True
                else:
                    for node in ("llm", "humanize"):
                        if update := part["data"].get(node):
                            last = update["messages"][-1]
        if paused:
            yield Paused()
        else:
            assert last is not None, "a graph that ends has ended in a message"
            yield Finished(last)

    async def aclose(self) -> None:
        """Nothing is held open; runs under way keep their graph."""
