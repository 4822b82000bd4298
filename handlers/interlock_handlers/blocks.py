"""What a server gives for people to see: texts, images, sounds, resources and links to them, each of a bounded size."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Literal

import mcp_types as types

from interlock_handlers.storable import short, storable

MAX_BLOCKS = 100
MAX_BYTES = 4 * 1024 * 1024
"""Of all blocks of one answer together."""
MAX_URI_CHARACTERS = 2000
MAX_NAME_CHARACTERS = 200
MAX_DESCRIPTION_CHARACTERS = 2000

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class TextBlock:
    text: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class MediaBlock:
    """An image or a sound; `mime_type` is the server's word for what the bytes are."""

    kind: Literal["image", "audio"]
    mime_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class LinkBlock:
    """A resource that the server can be asked for; the address is the server's, and nobody follows it by itself."""

    uri: str
    name: str
    title: str | None = None
    description: str | None = None
    mime_type: str | None = None
    size: int | None = None
    kind: Literal["resource_link"] = "resource_link"


@dataclass(frozen=True)
class ResourceBlock:
    """The content of a resource: a text, or bytes."""

    uri: str
    mime_type: str | None = None
    text: str | None = None
    data: bytes | None = field(default=None, repr=False)
    kind: Literal["resource"] = "resource"


@dataclass(frozen=True)
class OmittedBlock:
    """Something that is not kept, and why, in a sentence."""

    note: str
    kind: Literal["omitted"] = "omitted"


Block = TextBlock | MediaBlock | LinkBlock | ResourceBlock | OmittedBlock


class Blocks:
    """The blocks of one answer, in its order, until it is too much."""

    def __init__(self) -> None:
        self._kept: list[Block] = []
        self._left = MAX_BYTES
        self._left_out = 0

    @property
    def kept(self) -> tuple[Block, ...]:
        rest = OmittedBlock(f"{self._left_out} more are left out: an answer has at most {MAX_BLOCKS} parts.")
        return (*self._kept, rest) if self._left_out else tuple(self._kept)

    def add(self, content: types.ContentBlock) -> None:
        match content:
            case types.TextContent():
                self._add(TextBlock(storable(content.text)), len(content.text.encode(errors="replace")), "text")
            case types.ImageContent() | types.AudioContent():
                self._add_media(content)
            case types.ResourceLink():
                self._add(link(content), 0, "link")
            case types.EmbeddedResource(resource=resource):
                self.add_resource(resource)

    def add_resource(self, resource: types.TextResourceContents | types.BlobResourceContents) -> None:
        uri, kind = short(resource.uri, MAX_URI_CHARACTERS) or "", media_type(resource.mime_type)
        if isinstance(resource, types.TextResourceContents):
            size = len(resource.text.encode(errors="replace"))
            self._add(ResourceBlock(uri, kind, text=storable(resource.text)), size, "resource")
        elif (data := _decoded(resource.blob)) is not None:
            self._add(ResourceBlock(uri, kind, data=data), len(data), "resource")
        else:
            self._add(OmittedBlock(f"The resource {uri} is not base64, as its server says it is."), 0, "resource")

    def _add_media(self, content: types.ImageContent | types.AudioContent) -> None:
        kind = "image" if isinstance(content, types.ImageContent) else "audio"
        data, mime_type = _decoded(content.data), media_type(content.mime_type)
        if data is None or mime_type is None or not mime_type.startswith(f"{kind}/"):
            self._add(OmittedBlock(f"What the server gave as {kind} is none."), 0, kind)
        else:
            self._add(MediaBlock("image" if kind == "image" else "audio", mime_type, data), len(data), kind)

    def _add(self, block: Block, size: int, what: str) -> None:
        if len(self._kept) == MAX_BLOCKS:
            self._left_out += 1
        elif size > self._left:
            self._kept.append(OmittedBlock(f"A part ({what}, {size / 1024:,.0f} KiB) is left out: it is too large."))
        else:
            self._left -= size
            self._kept.append(block)


def link(resource: types.Resource) -> LinkBlock:
    return LinkBlock(
        uri=short(resource.uri, MAX_URI_CHARACTERS) or "",
        name=short(resource.name, MAX_NAME_CHARACTERS) or "",
        title=short(resource.title, MAX_NAME_CHARACTERS),
        description=short(resource.description, MAX_DESCRIPTION_CHARACTERS),
        mime_type=media_type(resource.mime_type),
        size=resource.size if resource.size is not None and 0 <= resource.size < 2**53 else None,
    )


def media_type(given: str | None) -> str | None:
    """The type and subtype, in lower case and without parameters; None where it is no media type."""
    kind = (given or "").partition(";")[0].strip().lower()
    return kind if _MEDIA_TYPE.fullmatch(kind) else None


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
