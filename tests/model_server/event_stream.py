"""The framing of `application/vnd.amazon.eventstream`."""

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any


def event(kind: str, payload: Mapping[str, Any]) -> bytes:
    """One event of a stream."""
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return _frame(headers, payload)


def exception(kind: str, payload: Mapping[str, Any]) -> bytes:
    """An exception in the middle of a stream."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return _frame(headers, payload)


def _frame(headers: Mapping[str, str], payload: Mapping[str, Any]) -> bytes:
    # total length, length of the headers, CRC of these two, headers, payload, CRC of everything before it
    packed = b"".join(_header(name, value) for name, value in headers.items())
    body = json.dumps(payload).encode()
    prelude = struct.pack("!II", 16 + len(packed) + len(body), len(packed))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + packed + body
    return message + struct.pack("!I", zlib.crc32(message))


def _header(name: str, value: str) -> bytes:
    # length and name, type 7 (string), length and value
    encoded = value.encode()
    return struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(encoded)) + encoded
