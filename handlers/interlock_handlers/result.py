"""What a tool gave back, as the model and the ledger get it."""

import json
from dataclasses import dataclass
from typing import Any

import mcp_types as types

from interlock_handlers.blocks import Block, Blocks
from interlock_handlers.limits import RESULT_TEXT_BYTES
from interlock_handlers.storable import storable


@dataclass(frozen=True)
class CallResult:
    """A definite answer to a call.

    `text` is for the model, `structured` is the JSON value if the tool gave one, `blocks` are what people are shown.
    """

    text: str
    structured: Any
    is_error: bool
    blocks: tuple[Block, ...]


def call_result(result: types.CallToolResult) -> CallResult:
    """The result; in its text everything that is not text is a note, and it is cut where it is too long."""
    blocks = Blocks()
    for content in result.content:
        blocks.add(content)
    text = "\n".join(text for text in map(_text, result.content) if text)
    structured = storable(result.structured_content)
    if structured is not None:
        form = json.dumps(structured, ensure_ascii=False)
        if not text:
            text = form
        if len(form.encode()) > RESULT_TEXT_BYTES:
            structured = None
    return CallResult(
        text=_cut(text) if text else "The tool gave no output.",
        structured=structured,
        is_error=result.is_error,
        blocks=blocks.kept,
    )


def _text(block: types.ContentBlock) -> str:
    match block:
        case types.TextContent():
            return block.text
        case types.ImageContent():
            return _noted(f"an image ({block.mime_type}, {_bytes(block.data)})")
        case types.AudioContent():
            return _noted(f"a sound ({block.mime_type}, {_bytes(block.data)})")
        case types.ResourceLink():
            return _noted(f"a link to the resource {block.name} ({block.uri})")
        case types.EmbeddedResource(resource=types.TextResourceContents() as resource):
            return f"{resource.uri}:\n{resource.text}"
        case types.EmbeddedResource(resource=resource):
            return _noted(f"the resource {resource.uri} ({resource.mime_type or 'binary'})")


def _noted(note: str) -> str:
    return f"[The tool returned {note}.]"


def _bytes(encoded: str) -> str:
    return f"{len(encoded) * 3 // 4 / 1024:.1f} KiB"


def _cut(text: str) -> str:
    text = storable(text)
    data = text.encode()
    if len(data) <= RESULT_TEXT_BYTES:
        return text
    kept = data[:RESULT_TEXT_BYTES].decode(errors="ignore")
    return f"{kept}\n[Cut here: the tool returned {len(data) / 1024 / 1024:.1f} MiB of text.]"
