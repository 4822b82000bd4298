"""A chat model that costs nothing: random words, streamed at a set pace, and a tool call where one is asked for."""

import asyncio
import json
import random
import string
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.tool import ToolCallChunk, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable

USE = "use "
"""A message of a person that begins so names the tool to call and the value to call it with."""


class InstantModel(BaseChatModel):
    """Answers every message with `characters` of random text in `pieces`, each after `seconds_per_piece`."""

    characters: int = 200
    pieces: int = 10
    seconds_per_piece: float = 0.0

    @property
    def _llm_type(self) -> str:
        return "instant"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(random_text(self.characters)))])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        last = messages[-1]
        if isinstance(last, HumanMessage) and last.text.startswith(USE):
            _, tool, value = last.text.split(" ", 2)
            arguments = json.dumps({"value": value})
            call = tool_call_chunk(name=tool, args=arguments, id=f"call_{uuid4().hex}", index=0)
            yield piece("", calls=[call], last=True)
            return
        text = random_text(self.characters)
        size = -(-len(text) // self.pieces)
        for at in range(0, len(text), size):
            if self.seconds_per_piece:
                await asyncio.sleep(self.seconds_per_piece)
            yield piece(text[at : at + size], last=at + size >= len(text))


def piece(text: str, *, calls: Sequence[ToolCallChunk] = (), last: bool) -> ChatGenerationChunk:
    """A piece of an answer; the last one says that the answer is whole."""
    end: dict[str, Any] = {"finish_reason": "stop"} if last else {}
    message = AIMessageChunk(
        content=text, tool_call_chunks=list(calls), response_metadata=end, chunk_position="last" if last else None
    )
    return ChatGenerationChunk(message=message)


def random_text(characters: int) -> str:
    """Words that no compression makes much smaller."""
    letters = random.choices(string.ascii_lowercase + string.digits + " ", k=characters - 1)  # noqa: S311 - no secret
    return "".join(letters).strip().ljust(characters, "x")
