"""Whatever is done to an export, the verification says where."""

import json
from collections.abc import Callable
from random import Random
from uuid import uuid4

import pytest_asyncio

from interlock_platform.audit.chain import canonical, chained
from interlock_platform.audit.lines import BLOCK, entry_line
from interlock_platform.audit.report import Finding
from interlock_platform.audit.verification import verify
from interlock_platform.database import Database
from tests.platform.audit.recording import SIGNER, exported, recorded

ENTRIES = 2 * BLOCK + 37
TAMPERINGS = 1000
SEED = 20260
Tampering = tuple[list[bytes], int]
"""The lines as they are then, and the number of the line that is wrong."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lines(database: Database) -> list[bytes]:
    tenant = uuid4()
    await recorded(database, tenant, ENTRIES)
    return await exported(database, tenant)


def first_finding(lines: list[bytes], **options: object) -> Finding:
    findings = verify(lines, public_key=SIGNER.public_key, **options).findings  # type: ignore[arg-type]
    assert findings, "nothing was found"
    assert findings == sorted(findings, key=lambda finding: finding.line)
    return findings[0]


def an_entry(lines: list[bytes], random: Random) -> int:
    """The index of a line with an entry."""
    return random.choice([at for at, line in enumerate(lines) if is_entry(line)])


def is_entry(line: bytes) -> bool:
    return line.startswith(b'{"action":')


def with_another(value: object, random: Random) -> object:
    """Something else of the same kind."""
    if isinstance(value, dict):
        field = random.choice(sorted(value))
        return {**value, field: with_another(value[field], random)}
    if isinstance(value, int):
        return value + random.choice([1, -1, 2, 1000, 10**30])
    return f"{value}x" if random.random() < 0.5 else str(uuid4())


def field_edited(lines: list[bytes], random: Random) -> Tampering:
    at = an_entry(lines, random)
    entry = json.loads(lines[at])
    field = random.choice(sorted(entry))
    entry[field] = with_another(entry[field], random)
    found = entry.pop("hash")
    return [*lines[:at], entry_line(entry, found), *lines[at + 1 :]], at + 1


def byte_changed(lines: list[bytes], random: Random) -> Tampering:
    """In any line, of whatever kind; not its end, which would make two lines one."""
    at = random.randrange(len(lines))
    line = bytearray(lines[at])
    line[random.randrange(len(line) - 1)] ^= 1 << random.randrange(7)
    if b"\n" in line[:-1]:
        return byte_changed(lines, random)
    return [*lines[:at], bytes(line), *lines[at + 1 :]], at + 1


def line_deleted(lines: list[bytes], random: Random) -> Tampering:
    at = random.randrange(len(lines))
    return [*lines[:at], *lines[at + 1 :]], at + 1


def lines_deleted(lines: list[bytes], random: Random) -> Tampering:
    at = random.randrange(len(lines) - 1)
    return [*lines[:at], *lines[at + random.randint(2, BLOCK + 50) :]], at + 1


def lines_swapped(lines: list[bytes], random: Random) -> Tampering:
    one, other = sorted(random.sample(range(len(lines)), 2))
    swapped = list(lines)
    swapped[one], swapped[other] = lines[other], lines[one]
    return swapped, one + 1


def line_moved(lines: list[bytes], random: Random) -> Tampering:
    at, to = random.sample(range(len(lines)), 2)
    rest = [*lines[:at], *lines[at + 1 :]]
    return [*rest[:to], lines[at], *rest[to:]], min(at, to) + 1


def line_repeated(lines: list[bytes], random: Random) -> Tampering:
    at, to = random.randrange(len(lines)), random.randrange(len(lines) + 1)
    # Repeated where it stands, the second of the two is too many.
    return [*lines[:to], lines[at], *lines[to:]], to + 1 if to != at else at + 2


def lines_repeated(lines: list[bytes], random: Random) -> Tampering:
    at = random.randrange(1, len(lines) - 10)
    end = at + random.randint(2, 9)
    return [*lines[:end], *lines[at:]], end + 1


def entry_inserted(lines: list[bytes], random: Random) -> Tampering:
    """One that is properly chained to what stands before it."""
    at = an_entry(lines, random)
    entry = {**json.loads(lines[at]), "action": "thing.invented"}
    entry.pop("hash")
    invented = entry_line(entry, chained(hash_before(lines, at), canonical(entry)))
    return [*lines[:at], invented, *lines[at:]], at + 1


def nonsense_inserted(lines: list[bytes], random: Random) -> Tampering:
    at = random.randrange(len(lines) + 1)
    return [*lines[:at], random.choice([b"\n", b"{}\n", b"[" * 5000 + b"\n", b"\xff\xfe\n"]), *lines[at:]], at + 1


def cut_between_lines(lines: list[bytes], random: Random) -> Tampering:
    kept = random.randrange(len(lines))
    return lines[:kept], kept + 1


def cut_at_a_byte(lines: list[bytes], random: Random) -> Tampering:
    at = random.randrange(len(lines))
    return [*lines[:at], lines[at][: random.randrange(1, len(lines[at]))]], at + 1


def rewritten(lines: list[bytes], random: Random) -> Tampering:
    """An entry is changed and hashed again, and sometimes all after it, without the key."""
    at = an_entry(lines, random)
    changed, all_after = list(lines), random.random() < 0.7
    for index in range(at, len(lines) if all_after else at + 1):
        if is_entry(lines[index]):
            entry = json.loads(lines[index])
            entry.pop("hash")
            entry |= {"data": {"number": -1}} if index == at else {}
            changed[index] = entry_line(entry, chained(hash_before(changed, index), canonical(entry)))
    return changed, at + 1


def hash_before(lines: list[bytes], at: int) -> str:
    """The hash of the last entry before this line."""
    return next((json.loads(line)["hash"] for line in reversed(lines[:at]) if is_entry(line)), "")


KINDS: list[Callable[[list[bytes], Random], Tampering]] = [
    field_edited, byte_changed, line_deleted, lines_deleted, lines_swapped, line_moved, line_repeated, lines_repeated,
    entry_inserted, nonsense_inserted, cut_between_lines, cut_at_a_byte, rewritten,
]  # fmt: skip


def test_an_export_that_nobody_touched_is_found_whole(lines: list[bytes]) -> None:
    report = verify(lines, public_key=SIGNER.public_key)
    assert (report.findings, report.more, report.entries) == ([], 0, ENTRIES)
    assert report.end is not None
    assert report.end.seq == ENTRIES
    assert report.key == SIGNER.public_key


def test_a_thousand_random_tamperings_are_located(lines: list[bytes]) -> None:
    random = Random(SEED)  # noqa: S311 - repeatable
    for number in range(TAMPERINGS):
        kind = KINDS[number % len(KINDS)]
        tampered, line = kind(lines, random)
        if tampered == lines:
            continue
        found = first_finding(tampered)
        assert found.line == line, f"seed {SEED}, number {number}, {kind.__name__}: {found}, and not line {line}"
