"""What a server wants written, put to the user's model: the server's words alone, without tools and without a chat."""

import base64
from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from interlock_graphs.model import Answer
from interlock_handlers.asking import AskedModel
from interlock_handlers.blocks import Block
from interlock_handlers.models import at_most
from interlock_handlers.sampling import Sampled, SamplingRequest


async def write(model: BaseChatModel, request: SamplingRequest, name: str) -> Sampled:
    """What the model, of this name, writes. Raises ModelFailed.

    Not every model takes a temperature or sequences to stop at: the one is the operator's, and the text is cut at the
    others here.
    """
    asked = AskedModel(model, (), options=at_most(model, request.max_tokens))
    answer: AIMessage | None = None
    async for piece in asked.ask(_messages(request), with_tools=False):
        if isinstance(piece, Answer):
            answer = piece.message
    assert answer is not None, "a model that does not fail answers"
    text = _cut(answer.text, request.stop_sequences)
    usage = answer.usage_metadata
    given, used = (usage["input_tokens"], usage["output_tokens"]) if usage else (0, 0)
    if len(text) < len(answer.text):
        return Sampled(text, name, "stopSequence", given, used)
    return Sampled(text, name, "maxTokens" if used >= request.max_tokens else "endTurn", given, used)


def _messages(request: SamplingRequest) -> list[BaseMessage]:
    messages: list[BaseMessage] = [SystemMessage(request.system)] if request.system else []
    for message in request.messages:
        content: list[str | dict[str, Any]] = [_part(block) for block in message.blocks]
        messages.append(HumanMessage(content) if message.role == "user" else AIMessage(content))
    return messages


def _part(block: Block) -> dict[str, Any]:
    match block.kind:
        case "text":
            return {"type": "text", "text": block.text}
        case "image" | "audio":
            data = base64.b64encode(block.data).decode()
            return {"type": block.kind, "base64": data, "mime_type": block.mime_type}
        case _:
            return {"type": "text", "text": "[A part that could not be taken along.]"}


def _cut(text: str, stops: Sequence[str]) -> str:
    found = [at for stop in stops if stop and (at := text.find(stop)) >= 0]
    return text[: min(found)] if found else text
