"""The lines of an export: how each is written and read, and where in the file it belongs.

The first line says what the file is, then come the entries. After every BLOCK of them, and at the end, stands a signed
line: the hash so far, and the beginnings of the hashes since the signed line before, by which a change is located.
"""

import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from interlock_platform.audit.chain import MOST_BYTES, canonical
from interlock_platform.audit.signing import Signer, is_signed

FORMAT = "interlock-audit-1"
BLOCK = 100
SHORT = 8
NOTHING = "-" * SHORT
"""Stands for the hash of an entry that was not there."""

_HASH = b',"hash":"'
_TAIL = len(_HASH) + 64 + len(b'"}\n')
_HEXADECIMAL = re.compile(rb"[0-9a-f]{64}")
LONGEST = MOST_BYTES + _TAIL


@dataclass(frozen=True)
class Head:
    """What a signed line says. `hashes` are the beginnings of the hashes of the entries from `first` on, side by side;
    `entries` counts those before it in the file; `last` is true of the line that ends it."""

    at: str
    entries: int
    first: int
    hash: str
    hashes: str
    key: str
    last: bool
    seq: int
    tenant: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line, read: `place` is the number of the line where it belongs, None if it can't be told."""

    number: int
    kind: Literal["first", "entry", "signed", "unreadable"]
    place: int | None = None
    seq: int = 0
    hash: str = ""
    body: bytes = b""
    tenant: str = ""
    head: Head | None = None
    signature: str = ""
    why: str = ""


def first_line(tenant: str) -> bytes:
    return canonical({"begins": {"hash": "", "seq": 1}, "format": FORMAT, "tenant": tenant}) + b"\n"


def entry_line(entry: dict[str, Any], entry_hash: str) -> bytes:
    """The very bytes that were hashed, and the hash as a last member."""
    return canonical(entry)[:-1] + _HASH + entry_hash.encode() + b'"}\n'


def signed_line(head: Head, signer: Signer) -> bytes:
    body = canonical(asdict(head))
    return b'{"head":' + body + b',"signature":"' + signer.sign(body).encode() + b'"}\n'


def is_signed_by(line: Line, key: str) -> bool:
    return line.head is not None and is_signed(key, canonical(asdict(line.head)), line.signature)


def place_of_entry(seq: int) -> int:
    return 1 + seq + (seq - 1) // BLOCK


def place_after(seq: int) -> int:
    """Where the signed line behind this entry belongs."""
    return place_of_entry(seq) + 1 if seq else 2


def name_of(place: int) -> str:
    """What belongs on a line of this number."""
    if place == 1:
        return "the first line"
    block, at = divmod(place - 2, BLOCK + 1)
    return f"the signed line after entry {(block + 1) * BLOCK}" if at == BLOCK else f"entry {block * BLOCK + at + 1}"


def entries_before(place: int) -> int:
    """How many entries belong before a line of this number."""
    block, at = divmod(max(place, 2) - 2, BLOCK + 1)
    return block * BLOCK + at


def read_line(number: int, line: bytes) -> Line:
    """Never raises: a line that is none says why."""
    if not line.endswith(b"\n"):
        why = "is longer than any line of an export" if len(line) > LONGEST else "is cut off before its end"
        return Line(number, "unreadable", why=why)
    try:
        if line[-_TAIL : len(_HASH) - _TAIL] == _HASH and line.endswith(b'"}\n'):
            return _read_entry(number, line)
        if line.startswith(b'{"head":'):
            return _read_signed(number, line)
        return _read_first(number, line)
    except (ValueError, TypeError, KeyError, RecursionError):
        return Line(number, "unreadable", why="is not a line of an export")


def _read_entry(number: int, line: bytes) -> Line:
    body = line[:-_TAIL] + b"}"
    digits = line[len(_HASH) - _TAIL : -3]
    entry = json.loads(body)
    seq, tenant = entry["seq"], entry["tenant"]
    if not _HEXADECIMAL.fullmatch(digits) or type(seq) is not int or seq < 1 or type(tenant) is not str:
        raise ValueError("no entry")
    return Line(number, "entry", place_of_entry(seq), seq, digits.decode(), body, tenant)


def _read_signed(number: int, line: bytes) -> Line:
    parsed = json.loads(line)
    if canonical(parsed) + b"\n" != line or set(parsed) != {"head", "signature"}:
        raise ValueError("not as it is written")
    head = Head(**parsed["head"])
    types = {name: type(value) for name, value in asdict(head).items()}
    numbers = dict.fromkeys(("entries", "first", "seq"), int)
    if types != dict.fromkeys(types, str) | numbers | {"last": bool} or type(parsed["signature"]) is not str:
        raise TypeError("no head")
    if head.seq < 0 or (not head.last and (head.seq == 0 or head.seq % BLOCK)):
        raise ValueError("no place for a signed line")
    place = place_after(head.seq)
    return Line(
        number, "signed", place, head.seq, head.hash, tenant=head.tenant, head=head, signature=parsed["signature"]
    )


def _read_first(number: int, line: bytes) -> Line:
    tenant = json.loads(line)["tenant"]
    if type(tenant) is not str or first_line(tenant) != line:
        raise ValueError("another format, or not as it is written")
    return Line(number, "first", 1, tenant=tenant)
