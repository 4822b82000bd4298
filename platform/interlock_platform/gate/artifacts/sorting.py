"""A result in two: what the ledger and the card have of it, and the bytes that are kept beside it."""

import mimetypes
import re
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID, uuid4

from interlock_handlers.blocks import LinkBlock, MediaBlock, OmittedBlock, ResourceBlock, TextBlock
from interlock_handlers.result import CallResult

TEXT_BYTES = 256 * 1024
"""As much of a text as a card has; of more, the beginning, and the whole of it is kept beside it."""
NAME_CHARACTERS = 80
BINARY = "application/octet-stream"

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Kept:
    """Bytes to be kept with a call."""

    id: UUID
    mime_type: str
    name: str
    data: bytes = field(repr=False)


def sort_result(result: CallResult) -> tuple[dict[str, Any], tuple[Kept, ...]]:
    """The `result` of the wire, and what its `blocks` refer to. Texts are in `text` already, and no blocks."""
    kept: list[Kept] = []
    text = result.text
    blocks: list[dict[str, Any]] = []
    data = text.encode()
    if len(data) > TEXT_BYTES:
        blocks.append(_keep(kept, "text", "text/plain", "result.txt", data))
        beginning = data[:TEXT_BYTES].decode(errors="ignore")
        text = f"{beginning}\n[Cut here: this is the beginning of {len(data) / 1024:,.0f} KiB; people have all of it.]"
    blocks += [shown_block(block, kept) for block in result.blocks if not isinstance(block, TextBlock)]
    shown = {"text": text, "structured": result.structured, "is_error": result.is_error, "blocks": blocks}
    return shown, tuple(kept)


def shown_block(block: MediaBlock | ResourceBlock | LinkBlock | OmittedBlock, kept: list[Kept]) -> dict[str, Any]:
    """The block of the wire; its bytes are added to what is kept."""
    match block:
        case MediaBlock():
            return _keep(kept, block.kind, block.mime_type, block.kind, block.data)
        case ResourceBlock():
            data, otherwise = block.data, BINARY
            if data is None:
                data, otherwise = (block.text or "").encode(), "text/plain"
            name = block.uri.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
            return {**_keep(kept, "resource", block.mime_type or otherwise, name, data), "uri": block.uri}
        case LinkBlock() | OmittedBlock():
            return asdict(block)


def _keep(kept: list[Kept], kind: str, mime_type: str, name: str, data: bytes) -> dict[str, Any]:
    one = Kept(uuid4(), mime_type, file_name(name, mime_type), data)
    kept.append(one)
    return {"kind": kind, "id": str(one.id), "mime_type": mime_type, "name": one.name, "size": len(data)}


def file_name(wanted: str, mime_type: str) -> str:
    """A name that means the same to every file system; it ends as its type does where it has no ending."""
    name = _UNSAFE.sub("_", wanted)[-NAME_CHARACTERS:].strip("._-") or "file"
    return name if "." in name else f"{name}{mimetypes.guess_extension(mime_type) or ''}"
