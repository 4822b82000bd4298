"""The chain of the record: each entry's hash covers the entry and the hash before it."""

import hashlib
import json
from typing import Any


def entry_hash(previous: str, entry: dict[str, Any]) -> str:
    """sha256 in hexadecimal over the hash before (empty for the first entry) and the entry in canonical form.

    `entry` has `tenant`, `seq`, `at`, `actor`, `action`, `target` and `data`, of which no number is a fraction.
    """
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()
