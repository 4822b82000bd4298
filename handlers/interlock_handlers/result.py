"""What a tool gave back, as the model and the ledger get it."""

import json
import math
from dataclasses import dataclass
from typing import Any

import mcp_types as types

MAX_TEXT_BYTES = 1024 * 1024


@dataclass(frozen=True)
class ContentNote:
    """One block of a result: what kind it was, and of an image, a sound or a resource what it was about."""

    kind: str
    note: str


@dataclass(frozen=True)
class CallResult:
    """A definite answer to a call; `text` is for the model, `structured` is the JSON value if the tool gave one."""

    text: str
    structured: Any
    is_error: bool
    content: tuple[ContentNote, ...]


def call_result(result: types.CallToolResult) -> CallResult:
    """The result with everything that is not text as a note, and cut where it is too long."""
    blocks = [_block(block) for block in result.content]
    text = "\n".join(text for text, _ in blocks if text)
    structured = _storable(result.structured_content)
    if structured is not None:
        form = json.dumps(structured, ensure_ascii=False)
        if not text:
            text = form
        if len(form.encode()) > MAX_TEXT_BYTES:
            structured = None
    return CallResult(
        text=_cut(text) if text else "The tool gave no output.",
        structured=structured,
        is_error=result.is_error,
        content=tuple(note for _, note in blocks),
    )


def _block(block: types.ContentBlock) -> tuple[str, ContentNote]:
    match block:
        case types.TextContent():
            return block.text, ContentNote("text", f"{len(block.text)} characters")
        case types.ImageContent():
            return _noted("image", f"an image ({block.mime_type}, {_bytes(block.data)})")
        case types.AudioContent():
            return _noted("audio", f"a sound ({block.mime_type}, {_bytes(block.data)})")
        case types.ResourceLink():
            return _noted("resource_link", f"a link to the resource {block.name} ({block.uri})")
        case types.EmbeddedResource(resource=types.TextResourceContents() as resource):
            return f"{resource.uri}:\n{resource.text}", ContentNote("resource", str(resource.uri))
        case types.EmbeddedResource(resource=resource):
            return _noted("resource", f"the resource {resource.uri} ({resource.mime_type or 'binary'})")


def _noted(kind: str, note: str) -> tuple[str, ContentNote]:
    return f"[The tool returned {note}.]", ContentNote(kind, note)


def _bytes(encoded: str) -> str:
    return f"{len(encoded) * 3 // 4 / 1024:.1f} KiB"


def _storable(value: Any) -> Any:
    """The value without what JSON in a database cannot hold: NUL, lone surrogates, infinities."""
    match value:
        case str():
            return value.replace("\0", "\ufffd").encode(errors="replace").decode()
        case float() if not math.isfinite(value):
            return None
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case _:
            return value


def _cut(text: str) -> str:
    text = _storable(text)
    data = text.encode()
    if len(data) <= MAX_TEXT_BYTES:
        return text
    kept = data[:MAX_TEXT_BYTES].decode(errors="ignore")
    return f"{kept}\n[Cut here: the tool returned {len(data) / 1024 / 1024:.1f} MiB of text.]"
