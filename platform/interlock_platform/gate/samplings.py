"""What servers want the user's model to write: rows below their calls, which policy judges as it judges calls."""

import json
from collections.abc import Collection, Sequence
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.blocks import Block
from interlock_handlers.definition import SAMPLING, ToolDefinition
from interlock_handlers.sampling import (
    MAX_CHARACTERS,
    MAX_MESSAGES,
    MAX_SAMPLINGS,
    MAX_STOP_SEQUENCES,
    MAX_TOKENS,
    MAX_TOKENS_OF_CALL,
    SamplingRequest,
)
from interlock_platform.audit.store import record
from interlock_platform.features.store import features_of
from interlock_platform.gate import store
from interlock_platform.gate.artifacts.room import Room
from interlock_platform.gate.artifacts.sorting import Kept, shown_block
from interlock_platform.gate.artifacts.store import keep
from interlock_platform.gate.proposer import Proposer, Wanted
from interlock_platform.gate.seal import canonical
from interlock_platform.gate.store import Whole
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.ledger import Call

SWITCHED_OFF = "The organisation does not let servers have a model write for them."
UNATTENDED = "Nobody looks on in this run, so a server gets nothing written in it."

_TEXT = {"type": "string", "maxLength": MAX_CHARACTERS}
_PARTS: list[dict[str, Any]] = [
    {"properties": {"kind": {"const": "text"}, "text": _TEXT}, "required": ["kind", "text"]},
    {
        "properties": {
            "kind": {"enum": ["image", "audio"]}, "id": _TEXT, "mime_type": _TEXT, "name": _TEXT,
            "size": {"type": "integer"},
        },
        "required": ["kind", "id", "mime_type", "name", "size"],
    },
    {"properties": {"kind": {"const": "omitted"}, "note": _TEXT}, "required": ["kind", "note"]},
]  # fmt: skip
_MESSAGE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "role": {"enum": ["user", "assistant"]},
        "content": {
            "type": "array",
            "items": {"oneOf": [{"type": "object", "additionalProperties": False, **part} for part in _PARTS]},
        },
    },
    "required": ["role", "content"],
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "system": {"type": ["string", "null"], "maxLength": MAX_CHARACTERS},
        "messages": {"type": "array", "items": _MESSAGE, "maxItems": MAX_MESSAGES},
        "max_tokens": {"type": "integer", "minimum": 1, "maximum": MAX_TOKENS},
        "stop_sequences": {"type": "array", "items": {"type": "string"}, "maxItems": MAX_STOP_SEQUENCES},
    },
    "required": ["system", "messages", "max_tokens", "stop_sequences"],
    "additionalProperties": False,
}
"""What the arguments of such a row are, also after a person edited them."""


def sampling_definition(server_id: str) -> ToolDefinition:
    """What is judged, sealed and granted in the place of a tool: our own words, and for each server another hash."""
    return ToolDefinition(
        server_id=server_id,
        name=SAMPLING,
        title="Ask your model",
        description=f"Your model writes what the server {server_id} asks it for; the server gets the text.",
        input_schema=SCHEMA,
        output_schema=None,
        annotations=None,
    )


class Samplings:
    """Enters them, as far as they are within what one call may use."""

    def __init__(self, proposer: Proposer, room: Room) -> None:
        self._proposer = proposer
        self._room = room

    async def refusal(self, session: AsyncSession, parent: Call, wanted: Collection[SamplingRequest]) -> str | None:
        """Why nobody is asked about these, in a sentence for the server; it goes on the record."""
        before = [each for each in await store.children(session, parent.id) if each.kind == "sampling"]
        tokens = sum(json.loads(each.arguments)["max_tokens"] for each in before)
        tokens += sum(each.max_tokens for each in wanted)
        why = None
        if not (await features_of(session)).sampling:
            why = SWITCHED_OFF
        elif parent.unattended:
            why = UNATTENDED
        elif len(before) + len(wanted) > MAX_SAMPLINGS:
            why = f"It was wanted more than {MAX_SAMPLINGS} times in one call."
        elif tokens > MAX_TOKENS_OF_CALL:
            why = f"Its answers would have up to {tokens:,} tokens in one call, of which {MAX_TOKENS_OF_CALL:,} may be."
        if why is not None:
            record(session, None, "sampling.refused", str(parent.id), reason=why)
        return why

    async def put(
        self,
        session: AsyncSession,
        thread: Thread,
        parent: Call,
        wanted: SamplingRequest,
        *,
        position: int = 0,
        call_id: UUID | None = None,
    ) -> Whole:
        """Enters one as policy judges it. What policy allows is written at once."""
        messages, kept = await self._messages(session, wanted)
        arguments = {
            "system": wanted.system,
            "messages": messages,
            "max_tokens": wanted.max_tokens,
            "stop_sequences": list(wanted.stop_sequences),
        }
        siblings = await store.children(session, parent.id)
        entered = await self._proposer.propose_below(
            session,
            thread,
            Wanted(
                run_id=parent.run_id,
                unattended=parent.unattended,
                tool_call_id=parent.tool_call_id,
                position=position,
                definition=sampling_definition(parent.server_id),
                arguments=canonical(arguments),
                generation=sum(each.kind == "sampling" for each in siblings),
                kind="sampling",
                parent_id=parent.id,
                call_id=call_id or uuid4(),
            ),
        )
        await keep(session, thread.id, entered.call.id, kept)
        if entered.call.state == "approved":
            await self._proposer.ledger.write(session, thread, entered.call.id)
        return entered

    async def _messages(
        self, session: AsyncSession, wanted: SamplingRequest
    ) -> tuple[list[dict[str, Any]], Sequence[Kept]]:
        kept: list[Kept] = []
        contents = [_content(each.blocks, kept) for each in wanted.messages]
        fitting, blocks = await self._room.fit(session, kept, [block for content in contents for block in content])
        in_order = iter(blocks)
        return [
            {"role": each.role, "content": list(islice(in_order, len(content)))}
            for each, content in zip(wanted.messages, contents, strict=True)
        ], fitting


def _content(blocks: Sequence[Block], kept: list[Kept]) -> list[dict[str, Any]]:
    return [
        {"kind": "text", "text": block.text} if block.kind == "text" else shown_block(block, kept) for block in blocks
    ]
