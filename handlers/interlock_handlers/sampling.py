"""A server that wants the user's model to write something for it, and what it is given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import mcp_types as types

from interlock_handlers.blocks import Block, Blocks
from interlock_handlers.storable import short, storable

MAX_MESSAGES = 100
MAX_CHARACTERS = 256 * 1024
MAX_TOKENS = 8192
"""In one request: what it wants beyond that it does not get."""
MAX_TOKENS_OF_CALL = 32_768
"""In all requests of one call together."""
MAX_STOP_SEQUENCES = 8
MAX_SAMPLINGS = 8
"""In one call."""
REFUSED = -1
"""The protocol's own example of a code for "the user said no"."""


@dataclass(frozen=True)
class SamplingMessage:
    role: Literal["user", "assistant"]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class SamplingRequest:
    """What the server wants written, bounded; which model writes it is for whoever answers to say."""

    messages: tuple[SamplingMessage, ...]
    system: str | None
    max_tokens: int
    temperature: float | None
    stop_sequences: tuple[str, ...]


@dataclass(frozen=True)
class Sampled:
    """`model` is told to the server."""

    text: str
    model: str
    stop_reason: Literal["endTurn", "stopSequence", "maxTokens"] = "endTurn"
    input_tokens: int = 0
    output_tokens: int = 0


class SamplingRefused(Exception):
    """It is not written; the message, a sentence, goes to the server."""


Sample = Callable[[SamplingRequest], Awaitable[Sampled]]
"""Writes what a server asks for in the middle of a call, or raises SamplingRefused."""


def sampling_request(params: types.CreateMessageRequestParams) -> SamplingRequest:
    """The request as it may be put to a model. Raises SamplingRefused."""
    if params.tools or params.tool_choice:
        raise SamplingRefused("Interlock's model gets no tools of a server's choice.")
    if len(params.messages) > MAX_MESSAGES:
        raise SamplingRefused(f"It has more than {MAX_MESSAGES} messages.")
    messages = tuple(SamplingMessage(message.role, _blocks(message)) for message in params.messages)
    system = storable(params.system_prompt)
    size = len(system or "") + sum(_size(block) for message in messages for block in message.blocks)
    if size > MAX_CHARACTERS:
        raise SamplingRefused(f"It is longer than {MAX_CHARACTERS:,} characters.")
    return SamplingRequest(
        messages,
        system,
        max(1, min(params.max_tokens, MAX_TOKENS)),
        params.temperature,
        tuple((params.stop_sequences or [])[:MAX_STOP_SEQUENCES]),
    )


def sampling_result(sampled: Sampled) -> types.CreateMessageResult:
    return types.CreateMessageResult(
        role="assistant",
        content=types.TextContent(text=sampled.text),
        model=short(sampled.model, 200) or "",
        stop_reason=sampled.stop_reason,
    )


def _blocks(message: types.SamplingMessage) -> tuple[Block, ...]:
    blocks = Blocks()
    for content in message.content_as_list:
        if not isinstance(content, types.TextContent | types.ImageContent | types.AudioContent):
            raise SamplingRefused("It has tools in it, and Interlock's model gets none of a server's choice.")
        blocks.add(content)
    return blocks.kept


def _size(block: Block) -> int:
    match block.kind:
        case "text":
            return len(block.text)
        case "image" | "audio":
            return len(block.data)
        case _:
            return 0
