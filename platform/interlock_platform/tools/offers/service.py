"""Resources and prompts of a user's connected servers, as texts for the message that the user is writing."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from interlock_handlers.blocks import Block, LinkBlock, MediaBlock, OmittedBlock, ResourceBlock, TextBlock
from interlock_handlers.server_errors import NotExecuted, ServerUnavailable
from interlock_platform.errors import Problem
from interlock_platform.tools.service import Tools, UserKey

MOST_CHARACTERS = 30_000
"""Of one text: it goes into a message, which has an end."""


class Offers:
    """Only reads, and only for the user who asks: nothing that a server gives goes to a model before they send it.

    Everything raises `not_found`, what a server that can't be used answers with, and `server_refused`.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def resources(self, key: UserKey, server_id: str) -> dict[str, Any]:
        await self._tools.spec_of(key, server_id)
        with _said():
            found = await (await self._tools.ready(key, server_id)).resources(server_id)
        return {"resources": [{name: value for name, value in asdict(one).items() if name != "kind"} for one in found]}

    async def read(self, key: UserKey, server_id: str, uri: str) -> dict[str, Any]:
        await self._tools.spec_of(key, server_id)
        with _said():
            blocks = await (await self._tools.ready(key, server_id)).read_resource(server_id, uri)
        return {"text": _text(blocks)}

    async def prompts(self, key: UserKey, server_id: str) -> dict[str, Any]:
        await self._tools.spec_of(key, server_id)
        with _said():
            found = await (await self._tools.ready(key, server_id)).prompts(server_id)
        return {"prompts": [asdict(one) for one in found]}

    async def fill(self, key: UserKey, server_id: str, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        await self._tools.spec_of(key, server_id)
        with _said():
            messages = await (await self._tools.ready(key, server_id)).prompt(server_id, name, arguments)
        return {"messages": [{"role": message.role, "text": _text(message.blocks)} for message in messages]}


@contextmanager
def _said() -> Iterator[None]:
    """What servers refuse, as problems."""
    try:
        yield
    except ServerUnavailable as error:
        raise Problem(error.code, 502, str(error)) from error
    except NotExecuted as error:
        raise Problem("server_refused", 502, str(error)) from error


def _text(blocks: Iterable[Block]) -> str:
    """The texts; in the place of everything else stands a note."""
    text = "\n".join(_text_of(block) for block in blocks)
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\n[Cut here: the first {MOST_CHARACTERS:,} of {len(text):,} characters.]"


def _text_of(block: Block) -> str:
    match block:
        case TextBlock():
            return block.text
        case ResourceBlock(text=str() as text):
            return text
        case ResourceBlock():
            return f"[No text: {block.uri}]"
        case LinkBlock():
            return f"[A link: {block.uri}]"
        case MediaBlock():
            return f"[No text: {block.mime_type}]"
        case OmittedBlock():
            return f"[{block.note}]"
