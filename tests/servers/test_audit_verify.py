"""`interlock audit verify`: what people see of a verification, and what programs get."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from interlock_platform.audit.chain import canonical, chained
from interlock_platform.audit.lines import BLOCK, Head, entry_line, first_line, signed_line
from interlock_platform.audit.signing import Signer, fingerprint

TENANT = "6b1f3c9e-0c4b-4f0e-9f5e-2f1f6d1d7a11"
SIGNER = Signer("the-secret-key-of-the-tests-and-of-nothing-else")
SOMEBODY_ELSES = Signer("the-secret-key-of-somebody-else-altogether")


def an_export(path: Path, entries: int, signer: Signer = SIGNER) -> list[str]:
    """Writes an export with so many entries; returns the hashes."""
    hashes: list[str] = []
    with path.open("wb") as file:
        file.write(first_line(TENANT))
        for seq in range(1, entries + 1):
            entry = {"tenant": TENANT, "seq": seq, "at": "2026-01-01T00:00:00.000000+00:00", "actor": None,
                     "action": "thing.done", "target": str(seq), "data": {"seal": f"{seq:064x}"}}  # fmt: skip
            hashes.append(chained(hashes[-1] if hashes else "", canonical(entry)))
            file.write(entry_line(entry, hashes[-1]))
            if seq % BLOCK == 0 or seq == entries:
                first = (seq - 1) // BLOCK * BLOCK + 1
                shortened = "".join(each[:8] for each in hashes[first - 1 :])
                head = Head(at="2026-01-01T00:00:00.000000+00:00", entries=seq, first=first, hash=hashes[-1],
                            hashes=shortened, key=signer.public_key, last=seq == entries, seq=seq,
                            tenant=TENANT)  # fmt: skip
                file.write(signed_line(head, signer))
    return hashes


def verify(*arguments: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("INTERLOCK_")}
    return subprocess.run(
        [sys.executable, "-m", "interlock_servers", "audit", "verify", *arguments],
        env=inherited | {"COLUMNS": "120"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_whole_export_says_what_it_proves_and_what_it_does_not(tmp_path: Path) -> None:
    file = tmp_path / "export.ndjson"
    hashes = an_export(file, 250)
    shown = verify(str(file))
    assert (shown.returncode, shown.stderr) == (0, "")
    assert re.search(r"^entries +250$", shown.stdout, re.MULTILINE)
    assert re.search(rf"^head +250:{hashes[-1]}$", shown.stdout, re.MULTILINE)
    assert re.search(rf"^public key +{SIGNER.public_key}$", shown.stdout, re.MULTILINE)
    assert re.search(rf"^fingerprint +{fingerprint(SIGNER.public_key)}$", shown.stdout, re.MULTILINE)
    assert "✓ Whole" in shown.stdout
    assert "a key of their own would pass too" in shown.stdout
    assert "--head SEQ:HASH" in shown.stdout


def test_with_key_and_head_nothing_is_left_to_be_said(tmp_path: Path) -> None:
    file = tmp_path / "export.ndjson"
    hashes = an_export(file, 120)
    shown = verify(str(file), "--public-key", SIGNER.public_key.upper(), "--head", f"100:{hashes[99]}")
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[-1] == "✓ Whole: numbered without a gap, chained and signed."


def test_a_hundred_thousand_entries_take_seconds_and_the_one_that_was_changed_is_found(tmp_path: Path) -> None:
    file = tmp_path / "export.ndjson"
    an_export(file, 100_000)
    content = bytearray(file.read_bytes())
    content[content.index(b'"seq":77777,') - 4] ^= 1
    file.write_bytes(content)
    began = time.monotonic()
    shown = verify(str(file), "--public-key", SIGNER.public_key)
    assert time.monotonic() - began < 30, "two seconds where nothing else runs"
    assert shown.stdout.startswith(f"line {1 + 77_777 + 777}  Entry 77777 was changed")
    assert shown.stdout.splitlines()[-1].endswith("1 place is wrong.")


def test_an_edit_is_told_by_line_and_entry(tmp_path: Path) -> None:
    file = tmp_path / "export.ndjson"
    an_export(file, 250)
    lines = file.read_bytes().splitlines(keepends=True)
    lines[119] = lines[119].replace(b"thing.done", b"thing.gone")
    del lines[200]
    file.write_bytes(b"".join(lines))
    shown = verify(str(file), "--public-key", SIGNER.public_key)
    assert shown.returncode == 1
    first, second, *_ = shown.stdout.splitlines()
    assert first == "line 120  Entry 118 was changed: its contents, after entry 117, do not give its hash."
    assert second == "line 201  Entry 199 is missing here."
    assert shown.stdout.splitlines()[-1] == "✗ Not the record as it was written: 2 places are wrong."


def test_an_export_signed_by_somebody_else_is_refused_by_the_key(tmp_path: Path) -> None:
    file = tmp_path / "export.ndjson"
    an_export(file, 20, SOMEBODY_ELSES)
    assert verify(str(file)).returncode == 0
    shown = verify(str(file), "--public-key", SIGNER.public_key)
    assert shown.returncode == 1
    by = fingerprint(SOMEBODY_ELSES.public_key)
    assert f"line 22  This line is signed by another key, {by}, and not by the one that was given." in shown.stdout


def test_an_export_that_is_older_than_the_head_that_was_kept_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "export.ndjson"
    hashes = an_export(file, 20)
    shown = verify(str(file), "--head", f"21:{hashes[0]}")
    assert shown.returncode == 1
    assert "The record goes to entry 20 here, and was already at entry 21" in shown.stdout
    shown = verify(str(file), "--head", f"7:{hashes[7]}")
    assert shown.returncode == 1
    assert "line 8  Entry 7 is not the one that is pinned" in shown.stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "line 1  The file ends before its last signed line. It is empty."),
        (b"\x00" * 5000, "line 1  This line is cut off before its end. The first line belongs here."),
        (b"PK\x03\x04\n" * 500, "… and 401 more."),
        (b"x" * 3_000_000 + b"\n", "line 1  This line is longer than any line of an export."),
    ],
)
def test_any_other_file_is_told_to_be_none(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "export.ndjson"
    file.write_bytes(content)
    shown = verify(str(file))
    assert shown.returncode == 1
    assert told in shown.stdout
    assert shown.stderr == ""


def test_what_can_not_be_meant_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "export.ndjson"
    an_export(file, 1)
    for arguments, sentence in (
        ((str(tmp_path / "nothing"),), "can't be read: No such file or directory."),
        ((str(tmp_path),), "can't be read: Is a directory."),
        ((str(file), "--public-key", "abc"), "--public-key is 64 hexadecimal digits"),
        ((str(file), "--head", "5"), "--head is a number and a hash with a colon between"),
    ):
        shown = verify(*arguments)
        assert (shown.returncode, shown.stdout) == (2, "")
        assert sentence in shown.stderr
        assert "Traceback" not in shown.stderr


def test_it_starts_without_the_weight_of_the_product() -> None:
    heavy = "{'langchain_core', 'langgraph', 'fastapi', 'sqlalchemy', 'psycopg', 'mcp'}"
    program = f"import sys, interlock_servers.audit_verify; print([name for name in sys.modules if name in {heavy}])"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
