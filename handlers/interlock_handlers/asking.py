"""A chat model as graphs ask it: streamed, asked again when its provider fails, its calls made whole."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata, add_ai_message_chunks
from langchain_core.messages.tool import tool_call
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.runnables import Runnable

from interlock_graphs.model import Answer, Delta, ModelFailed, Retrying
from interlock_handlers.batches import in_batches
from interlock_handlers.model_errors import classify, incomplete, is_complete
from interlock_handlers.models import without_calls
from interlock_handlers.tool_calls import read_calls
from interlock_handlers.tool_choice import ToolChoice

ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 20.0
BATCH_SECONDS = 0.03
"""Text is passed on at most this often."""
PLAIN_ID = re.compile(r"[!-~]{1,200}")


class AskedModel:
    """A chat model with a user's tools bound to it: all of them, or of very many those that it is asked about."""

    def __init__(
        self,
        model: BaseChatModel,
        tools: Sequence[dict[str, Any]],
        kept: Collection[str] = (),
        *,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """`kept` are tools that it is always shown, by name; `options` go to the provider when it has no tools."""
        self._model = model
        self._choice = ToolChoice(tools, kept)
        few = () if self._choice.is_bounded else tools
        self._plain: Runnable[Any, Any] = without_calls(model, few)
        if options:
            self._plain = self._plain.bind(**options)
        self._with_tools: Runnable[Any, Any] = model.bind_tools(few) if few else model

    async def ask(
        self, messages: Sequence[BaseMessage], *, with_tools: bool = True
    ) -> AsyncIterator[Delta | Retrying | Answer]:
        """One answer within a few attempts. Raises ModelFailed with the last that was said in any of them."""
        kept_id, kept = "", ""
        for attempt in range(1, ATTEMPTS + 1):
            message_id, text = str(uuid4()), ""
            try:
                async for piece in self._stream(messages, message_id, with_tools=with_tools):
                    if isinstance(piece, Delta):
                        text += piece.text
                    yield piece
                return
            except Exception as error:
                failure = incomplete() if isinstance(error, BrokenOff) else classify(error, streaming=bool(text))
                if failure is None:
                    raise
                if text:
                    kept_id, kept = message_id, text
                if not failure.retryable or attempt == ATTEMPTS:
                    raise ModelFailed(failure.code, failure.message, message_id=kept_id, partial=kept) from error
            wait = failure.wait_seconds or FIRST_WAIT_SECONDS * 2 ** (attempt - 1)
            wait = min(wait, LONGEST_WAIT_SECONDS)
            yield Retrying(attempt + 1, ATTEMPTS, wait, failure.code)
            await asyncio.sleep(wait)

    def _bound(self, messages: Sequence[BaseMessage], *, with_tools: bool) -> Runnable[Any, Any]:
        if not self._choice.is_bounded:
            return self._with_tools if with_tools else self._plain
        chosen = self._choice.choose(messages)
        return self._model.bind_tools(chosen) if with_tools else without_calls(self._model, chosen)

    async def _stream(
        self, messages: Sequence[BaseMessage], message_id: str, *, with_tools: bool
    ) -> AsyncIterator[Delta | Answer]:
        model = self._bound(messages, with_tools=with_tools)
        chunks: list[AIMessageChunk] = []
        said = ""
        async for batch in in_batches(model.astream(list(messages)), BATCH_SECONDS):
            chunks.extend(batch)
            if text := "".join(readable(chunk.text) for chunk in batch):
                yield Delta(message_id, len(said), text)
                said += text
        if not chunks:
            raise BrokenOff
        whole = add_ai_message_chunks(*chunks)
        if not is_complete(whole):
            raise BrokenOff
        answer = made_whole(whole, said, message_id, used_ids(messages))
        yield Answer(
            answer
            if answer.usage_metadata
            else answer.model_copy(update={"usage_metadata": usage_of(messages, answer)})
        )


class BrokenOff(Exception):
    """The stream ended, but the answer had not."""


def usage_of(messages: Sequence[BaseMessage], answer: AIMessage) -> UsageMetadata:
    """What an answer took, about, where its provider does not report it."""
    asked, said = count_tokens_approximately(messages), count_tokens_approximately([answer])
    return UsageMetadata(input_tokens=asked, output_tokens=said, total_tokens=asked + said)


def used_ids(messages: Sequence[BaseMessage]) -> set[str]:
    return {str(call["id"]) for message in messages if isinstance(message, AIMessage) for call in message.tool_calls}


def made_whole(message: AIMessage, text: str, message_id: str, used: set[str]) -> AIMessage:
    """The message as it is kept: text and calls, every call with an id of its own and a JSON object for arguments.

    A call whose arguments were no JSON keeps its place with none, and `bad_calls` says why.
    """
    whole, broken = read_calls(message)
    calls = [
        tool_call(name=readable(each["name"]), args=readable_in(each["args"]), id=fresh(each["id"], used))
        for each in whole
    ]
    bad = {}
    for each in broken:
        call_id = fresh(each["id"], used)
        bad[call_id] = readable(each["error"] or "they could not be read")
        calls.append(tool_call(name=readable(each["name"] or "unnamed"), args={}, id=call_id))
    return AIMessage(
        text,
        id=message_id,
        tool_calls=calls,
        additional_kwargs={"bad_calls": bad} if bad else {},
        usage_metadata=message.usage_metadata,
    )


def readable(text: str) -> str:
    """Without what neither a person nor a database can read: NUL, halves of characters."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def readable_in(value: Any) -> Any:
    match value:
        case str():
            return readable(value)
        case list():
            return [readable_in(item) for item in value]
        case dict():
            return {readable_in(key): readable_in(item) for key, item in value.items()}
        case _:
            return value


def fresh(given: str | None, used: set[str]) -> str:
    """The provider's id, unless it gave none or this one before."""
    chosen = given if given and given not in used and PLAIN_ID.fullmatch(given) else f"call_{uuid4().hex}"
    used.add(chosen)
    return chosen
