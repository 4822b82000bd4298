"""The model that answers without a key: rules, no language model."""

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import date
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict

from interlock_handlers.demo.answer import answer
from interlock_handlers.demo.tools import read_tools


class DemoModel(BaseChatModel):
    """Picks tools by what they say they do, fills their arguments from the message, reads results back in sentences.

    `seconds_per_word` only makes streaming visible; tests set it to 0.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    seconds_per_word: float = 0.012
    today: Callable[[], date] = date.today

    @property
    def _llm_type(self) -> str:
        return "interlock-demo"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools to the rules; `tool_choice="none"` takes them away again."""
        offered = [] if tool_choice == "none" else [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=offered, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages, kwargs))])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(self._answer(messages, kwargs)):
            if self.seconds_per_word:
                await asyncio.sleep(self.seconds_per_word)
            generation = ChatGenerationChunk(message=chunk)
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=generation)
            yield generation

    def _answer(self, messages: list[BaseMessage], kwargs: dict[str, Any]) -> AIMessage:
        tools = read_tools(kwargs.get("tools") or ())
        said = answer(messages, tools, self.today())
        calls = [
            ToolCall(name=call.tool.name, args=call.arguments, id=f"call_{uuid.uuid4().hex[:24]}", type="tool_call")
            for call in said.calls
        ]
        reason = "tool_calls" if calls else "stop"
        return AIMessage(said.text, tool_calls=calls, response_metadata={"finish_reason": reason, "model_name": "demo"})


def _chunks(message: AIMessage) -> Iterator[AIMessageChunk]:
    """A message as a provider streams it: words, then each call's name and pieces of its arguments, then the end."""
    for word in re.findall(r"\s*\S+\s*$|\s*\S+", message.text):
        yield AIMessageChunk(content=word)
    for index, call in enumerate(message.tool_calls):
        yield AIMessageChunk(
            content="", tool_call_chunks=[tool_call_chunk(name=call["name"], args="", id=call["id"], index=index)]
        )
        for piece in re.findall(r".{1,24}", json.dumps(call["args"], ensure_ascii=False), re.DOTALL):
            yield AIMessageChunk(
                content="", tool_call_chunks=[tool_call_chunk(name=None, args=piece, id=None, index=index)]
            )
    yield AIMessageChunk(content="", response_metadata=message.response_metadata, chunk_position="last")
