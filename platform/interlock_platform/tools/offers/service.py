"""Resources and prompts of a user's connected servers, as texts for the message that the user is writing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from interlock_handlers.blocks import Block, LinkBlock, MediaBlock, OmittedBlock, ResourceBlock, TextBlock
from interlock_handlers.completing import Completing
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.server_errors import NotExecuted, ServerUnavailable
from interlock_platform.database import Database
from interlock_platform.errors import Problem, feature_off
from interlock_platform.features.store import features_of
from interlock_platform.tools.definitions.review import sorted_now
from interlock_platform.tools.service import Tools, UserKey

MOST_CHARACTERS = 30_000
"""Of one text: it goes into a message, which has an end."""
QUARANTINED = (
    "So many of the server's tools changed at once that nothing of it may be read until somebody accepts the changes."
)


class Offers:
    """Only reads, and only for the user who asks: nothing that a server gives goes to a model before they send it.

    Everything raises `not_found`, `feature_off`, `server_quarantined`, what a server that can't be used answers
    with, and `server_refused`.
    """

    def __init__(self, database: Database, tools: Tools) -> None:
        self._database = database
        self._tools = tools

    async def resources(self, key: UserKey, server_id: str) -> dict[str, Any]:
        await self._require_offered(key, server_id)
        with _said():
            handler = await self._tools.ready(key, server_id)
            await self._require_itself(key, server_id, handler.definitions(server_id))
            found = await handler.resources(server_id)
        return {"resources": [{name: value for name, value in asdict(one).items() if name != "kind"} for one in found]}

    async def read(
        self, key: UserKey, server_id: str, uri: str, values: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """With `values`, `uri` is a template."""
        await self._require_offered(key, server_id)
        with _said():
            handler = await self._tools.ready(key, server_id)
            await self._require_itself(key, server_id, handler.definitions(server_id))
            blocks = await handler.read_resource(server_id, uri, values)
        return {"text": _text(blocks)}

    async def templates(self, key: UserKey, server_id: str) -> dict[str, Any]:
        await self._require_offered(key, server_id)
        with _said():
            handler = await self._tools.ready(key, server_id)
            await self._require_itself(key, server_id, handler.definitions(server_id))
            found = await handler.resource_templates(server_id)
        return {"templates": [asdict(one) for one in found]}

    async def complete(self, key: UserKey, server_id: str, asked: Completing) -> dict[str, Any]:
        await self._require_offered(key, server_id)
        with _said():
            handler = await self._tools.ready(key, server_id)
            await self._require_itself(key, server_id, handler.definitions(server_id))
            found = await handler.complete(server_id, asked)
        return {"values": list(found)}

    async def prompts(self, key: UserKey, server_id: str) -> dict[str, Any]:
        await self._require_offered(key, server_id)
        with _said():
            handler = await self._tools.ready(key, server_id)
            await self._require_itself(key, server_id, handler.definitions(server_id))
            found = await handler.prompts(server_id)
        return {"prompts": [asdict(one) for one in found]}

    async def fill(self, key: UserKey, server_id: str, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        await self._require_offered(key, server_id)
        with _said():
            handler = await self._tools.ready(key, server_id)
            await self._require_itself(key, server_id, handler.definitions(server_id))
            messages = await handler.prompt(server_id, name, arguments)
        return {"messages": [{"role": message.role, "text": _text(message.blocks)} for message in messages]}

    async def _require_offered(self, key: UserKey, server_id: str) -> None:
        """Raises `not_found`, and `feature_off`."""
        await self._tools.spec_of(key, server_id)
        async with self._database.transaction(key.scope) as session:
            if not (await features_of(session)).offers:
                raise feature_off("takes nothing of servers into messages")

    async def _require_itself(self, key: UserKey, server_id: str, declared: Sequence[ToolDefinition]) -> None:
        """Raises `server_quarantined`: what is not itself any more is not read."""
        async with self._database.transaction(key.scope) as session:
            if (await sorted_now(session, server_id, declared)).quarantined:
                raise Problem("server_quarantined", 409, QUARANTINED)


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
