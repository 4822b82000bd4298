"""What a verification found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something is wrong at a line of the file, in words; `entry` is its number in the record, if it is about one."""

    line: int
    entry: int | None
    what: str


@dataclass(frozen=True)
class Pin:
    """The end of the record as it was known before: entry `seq` had this hash."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Report:
    """`findings` are the first, by line; `more` were left out. `end` is the last entry; `key` has signed, at `at`."""

    findings: list[Finding]
    more: int
    entries: int
    tenant: str | None
    end: Pin | None
    key: str | None
    at: str | None

    @property
    def ok(self) -> bool:
        return not self.findings
