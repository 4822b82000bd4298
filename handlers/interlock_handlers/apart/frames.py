"""How two processes write to each other: frames of a head and a body, over one stream."""

import asyncio
import json
import struct
from dataclasses import dataclass
from typing import Literal

Kind = Literal["ask", "answer", "error", "stop", "tell"]

MAX_BODY_BYTES = 32 * 1024 * 1024
"""More than anything that is let through: a longer one means that the stream is out of step."""
MAX_HEAD_BYTES = 1024
_LENGTHS = struct.Struct(">II")


class OutOfStep(Exception):
    """What came is no frame of ours."""


@dataclass(frozen=True)
class Frame:
    """`number` joins an answer to what was asked; `what` names what is asked or told; `body` is JSON."""

    kind: Kind
    number: int
    what: str = ""
    body: bytes = b""

    def packed(self) -> bytes:
        head = json.dumps([self.kind, self.number, self.what]).encode()
        return _LENGTHS.pack(len(head), len(self.body)) + head + self.body


async def read(stream: asyncio.StreamReader) -> Frame | None:
    """The next frame; None at the end of the stream. Raises OutOfStep."""
    try:
        head_length, body_length = _LENGTHS.unpack(await stream.readexactly(_LENGTHS.size))
        if head_length > MAX_HEAD_BYTES or body_length > MAX_BODY_BYTES:
            raise OutOfStep(f"A frame of {head_length} and {body_length} bytes")
        kind, number, what = json.loads(await stream.readexactly(head_length))
        return Frame(kind, number, what, await stream.readexactly(body_length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
