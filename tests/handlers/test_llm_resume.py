"""A run goes on from wherever its checkpoint was left."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.memory import InMemorySaver

from interlock_graphs.chat import ChatContext
from interlock_graphs.gate import Proposed, Ready, Refused, Settled, Waiting
from interlock_handlers.llm import Finished, LLMHandler


class Died(Exception):
    """As far as the saver knows, the process ended here."""


class DyingSaver(InMemorySaver):
    """Dies once, instead of keeping the checkpoint of that number."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._left = at

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        self._left -= 1
        if self._left == 0:
            raise Died
        return await super().aput(config, checkpoint, metadata, new_versions)


class CountingModel(BaseChatModel):
    """Answers with how often it was asked."""

    asked: int = 0

    @property
    def _llm_type(self) -> str:
        return "counting"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("it streams")

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        self.asked += 1
        message = AIMessageChunk(content=f"answer {self.asked}", response_metadata={"finish_reason": "stop"})
        yield ChatGenerationChunk(message=message)


class NoGate:
    """For a conversation without calls."""

    async def propose(self, message: AIMessage) -> Sequence[Proposed | Refused]:
        raise AssertionError("nothing is proposed")

    async def look(self, call_id: str) -> Waiting | Ready | Settled:
        raise AssertionError("nothing is looked at")

    async def execute(self, call_id: str) -> Waiting | Settled:
        raise AssertionError("nothing is executed")


async def history() -> list[BaseMessage]:
    return [HumanMessage("hello")]


@pytest.mark.parametrize(("checkpoint", "asked"), [(1, 1), (2, 1), (3, 1)])
async def test_a_run_that_died_at_a_checkpoint_ends_in_one_answer(checkpoint: int, asked: int) -> None:
    model = CountingModel()
    handler = LLMHandler(model, DyingSaver(checkpoint))
    handler.use_tools(1, [])
    context = ChatContext(gate=NoGate(), history=history, system_prompt="")
    thread, run = str(uuid4()), str(uuid4())
    with pytest.raises(Died):
        async for _ in handler.advance(thread, run, 1, context, fresh=True):
            pass
    pieces = [piece async for piece in handler.advance(thread, run, 1, context, fresh=False)]
    assert isinstance(pieces[-1], Finished)
    assert pieces[-1].message.text == f"answer {model.asked}"
    assert model.asked == asked, "what the model said before is used"
