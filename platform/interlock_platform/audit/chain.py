"""The chain of the record: each entry's hash covers the entry and the hash before it."""

import hashlib
import json
from typing import Any

MOST_BYTES = 1_000_000
"""Of one entry in canonical form."""


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and nothing superfluous: RFC 8785 for what `plain` lets through."""
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return written.encode()


def chained(previous: str, body: bytes) -> str:
    """sha256 in hexadecimal over the hash before (empty for the first entry) and an entry in canonical form."""
    return hashlib.sha256(previous.encode() + b"\n" + body).hexdigest()


def entry_hash(previous: str, entry: dict[str, Any]) -> str:
    """The hash of an entry with `tenant`, `seq`, `at`, `actor`, `action`, `target` and `data`."""
    return chained(previous, canonical(entry))
