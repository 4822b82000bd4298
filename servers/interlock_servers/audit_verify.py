"""`interlock audit verify`: an export of the record, checked without the database, and told to people."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from interlock_platform.audit.lines import LONGEST
from interlock_platform.audit.report import Pin, Report
from interlock_platform.audit.signing import fingerprint
from interlock_platform.audit.verification import verify

PIN = re.compile(r"([1-9][0-9]*):([0-9a-f]{64})")
KEY = re.compile(r"[0-9a-f]{64}")


def read_pin(given: str) -> Pin:
    """Raises ValueError, with a sentence, for anything but SEQ:HASH."""
    match = PIN.fullmatch(given.strip().lower())
    if match is None:
        raise ValueError("--head is a number and a hash with a colon between: SEQ:HASH, as a verification shows them.")
    return Pin(int(match[1]), match[2])


def read_key(given: str) -> str:
    """Raises ValueError, with a sentence, for anything but a public key."""
    if not KEY.fullmatch(given.strip().lower()):
        raise ValueError("--public-key is 64 hexadecimal digits: what GET /api/audit/key answers.")
    return given.strip().lower()


def verify_file(path: Path, public_key: str | None, pin: Pin | None, console: Console) -> Report:
    """Shows how far it is while it reads. Raises OSError."""
    with path.open("rb") as file, _progress(console) as progress:
        return verify(_lines(file, progress), public_key=public_key, pin=pin)


def show_report(console: Console, report: Report, *, pinned_key: bool, pinned_head: bool) -> None:
    for finding in report.findings:
        console.print(f"[red]line {finding.line}[/]  {escape(finding.what)}", highlight=False, soft_wrap=True)
    if report.more:
        console.print(f"… and {report.more:,} more.", highlight=False)
    if report.findings:
        console.print()
    for name, value in _facts(report):
        console.print(f"{name:<13} {escape(value)}", highlight=False, soft_wrap=True)
    if report.findings:
        count = len(report.findings) + report.more
        console.print(f"\n[bold red]✗ Not the record as it was written:[/] {count:,} "
                      f"{'place is' if count == 1 else 'places are'} wrong.", highlight=False)  # fmt: skip
        return
    console.print("\n[bold green]✓ Whole:[/] numbered without a gap, chained and signed.", highlight=False)
    for warning in _unproven(report, pinned_key=pinned_key, pinned_head=pinned_head):
        console.print(f"[yellow]![/] {escape(warning)}", highlight=False, soft_wrap=True)


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    yield "entries", f"{report.entries:,}"
    if report.tenant:
        yield "organisation", report.tenant
    if report.end:
        yield "head", f"{report.end.seq}:{report.end.hash}"
    if report.key and report.at:
        yield "signed", report.at
        yield "public key", report.key
        yield "fingerprint", fingerprint(report.key)


def _unproven(report: Report, *, pinned_key: bool, pinned_head: bool) -> Iterator[str]:
    """What a file that is whole does not prove, and what would."""
    if not pinned_key:
        yield (
            "The key is the one that the file brings with it: whoever made a record of their own and signed it with a "
            "key of their own would pass too. Compare the fingerprint with that of your Interlock, or give its key: "
            "--public-key, from GET /api/audit/key."
        )
    if not pinned_head:
        yield (
            "An older export is whole as well, and so is a record that was written anew before this export, in the "
            "database itself. Keep the head, and give it to the next verification: --head SEQ:HASH."
        )


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _lines(file: BinaryIO, progress: Progress) -> Iterator[bytes]:
    """No line is read further than a line of an export can be long."""
    size = os.fstat(file.fileno()).st_size
    task = progress.add_task("Verifying", total=size or None)
    done = told = 0
    while line := file.readline(LONGEST + 1):
        done += len(line)
        if done - told > 1_000_000:
            progress.update(task, completed=done)
            told = done
        yield line
