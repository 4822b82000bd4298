"""Prompts that a server has ready for people to begin with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import mcp_types as types
from pydantic import TypeAdapter

from interlock_handlers.blocks import MAX_BLOCKS, MAX_DESCRIPTION_CHARACTERS, MAX_NAME_CHARACTERS, Block, Blocks
from interlock_handlers.listing import every_page
from interlock_handlers.server_errors import NotExecuted
from interlock_handlers.session import Session
from interlock_handlers.storable import short

MAX_PROMPTS = 500
MAX_ARGUMENTS = 32

Answer = types.GetPromptResult | types.InputRequiredResult
ANSWER: TypeAdapter[Answer] = TypeAdapter(types.GetPromptResult | types.InputRequiredResult)


@dataclass(frozen=True)
class PromptArgument:
    name: str
    title: str | None = None
    description: str | None = None
    required: bool = False


@dataclass(frozen=True)
class Prompt:
    """`name` is what the server is asked for; the rest is for people."""

    name: str
    title: str | None = None
    description: str | None = None
    arguments: tuple[PromptArgument, ...] = ()


@dataclass(frozen=True)
class PromptMessage:
    role: Literal["user", "assistant"]
    blocks: tuple[Block, ...]


async def prompts(session: Session, seconds: float) -> tuple[Prompt, ...]:
    """The first MAX_PROMPTS of them; one whose name is too long is left out."""
    if session.capabilities.prompts is None:
        return ()

    async def page(cursor: str | None) -> types.ListPromptsResult:
        params = types.PaginatedRequestParams(cursor=cursor)
        return await session.request(types.ListPromptsRequest(params=params), types.ListPromptsResult, seconds)

    found, _ = await every_page(page, lambda page: page.prompts, MAX_PROMPTS)
    return tuple(_prompt(prompt) for prompt in found if len(prompt.name) <= MAX_NAME_CHARACTERS)


async def get(session: Session, name: str, arguments: Mapping[str, str], seconds: float) -> tuple[PromptMessage, ...]:
    """Its messages with the arguments filled in. Raises NotExecuted where the server does not give it."""
    params = types.GetPromptRequestParams(name=name, arguments=dict(arguments))
    answer = await session.request(types.GetPromptRequest(params=params), ANSWER, seconds)
    if isinstance(answer, types.InputRequiredResult):
        raise NotExecuted("The server wants to be told something before it gives this.", code="input_not_supported")
    # The bound on size is that of an answer, not of each message in it.
    blocks = Blocks()
    messages: list[PromptMessage] = []
    for message in answer.messages[:MAX_BLOCKS]:
        before = len(blocks.kept)
        blocks.add(message.content)
        messages.append(PromptMessage(message.role, blocks.kept[before:]))
    return tuple(messages)


def _prompt(prompt: types.Prompt) -> Prompt:
    return Prompt(
        prompt.name,
        short(prompt.title, MAX_NAME_CHARACTERS),
        short(prompt.description, MAX_DESCRIPTION_CHARACTERS),
        tuple(
            PromptArgument(
                argument.name,
                short(argument.title, MAX_NAME_CHARACTERS),
                short(argument.description, MAX_DESCRIPTION_CHARACTERS),
                bool(argument.required),
            )
            for argument in (prompt.arguments or [])[:MAX_ARGUMENTS]
        ),
    )
