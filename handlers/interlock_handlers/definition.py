"""What a server declared about one of its tools, as it is pinned."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import rfc8785

if TYPE_CHECKING:
    # Only for what a type is called: loading the protocol's models takes a good part of a start.
    import mcp_types as types

NAME_LENGTH = 64
HASH_LENGTH = 8
SAMPLING = "sampling/createMessage"
"""What a server's wish to have the user's model write is judged as, in the place of a tool: no tool has this name."""


class UnusableDefinition(ValueError):
    """A tool that no model may be offered; the message says why."""


@dataclass(frozen=True)
class ToolDefinition:
    """A tool of one server; `hash` changes when anything does that a person or a model was shown."""

    server_id: str
    name: str
    title: str | None
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    annotations: dict[str, Any] | None

    @cached_property
    def qualified_name(self) -> str:
        return qualified_name(self.server_id, self.name)

    @cached_property
    def hash(self) -> str:
        """sha256 over the RFC 8785 form, in hexadecimal."""
        declared = {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "input_schema": self.input_schema,
            "output_schema": self.output_schema,
            "annotations": self.annotations,
        }
        try:
            canonical = rfc8785.dumps(declared)
        except (rfc8785.CanonicalizationError, RecursionError) as error:
            raise UnusableDefinition(f"its definition has no canonical form ({error})") from error
        if b"\\u0000" in canonical:
            raise UnusableDefinition("its definition has NUL characters")
        return hashlib.sha256(canonical).hexdigest()


def definition_of(server_id: str, tool: "types.Tool") -> ToolDefinition:
    """The definition as the server sent it."""
    annotations = tool.annotations
    return ToolDefinition(
        server_id=server_id,
        name=tool.name,
        title=tool.title or (annotations.title if annotations else None),
        description=tool.description or "",
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=annotations.model_dump(by_alias=True, mode="json", exclude_none=True) if annotations else None,
    )


def qualified_name(server_id: str, tool: str) -> str:
    """`<server>__<tool>` as OpenAI and Bedrock accept it: the same for ever, and no other tool's.

    A name that had to be changed, or that could be read in two ways, ends in a hash of what it stands for. It depends
    on nothing but the two parts, so a toolset can grow without renaming what it has.
    """
    plain = f"{server_id}__{tool}"
    name = re.sub(r"[^A-Za-z0-9_-]", "_", plain)
    ambiguous = "__" in server_id or server_id.endswith("_") or re.search(r"_[0-9a-f]{8}$", plain)
    if name == plain and len(name) <= NAME_LENGTH and not ambiguous:
        return name
    digest = hashlib.sha256(json.dumps([server_id, tool]).encode()).hexdigest()[:HASH_LENGTH]
    return f"{name[: NAME_LENGTH - HASH_LENGTH - 1]}_{digest}"
