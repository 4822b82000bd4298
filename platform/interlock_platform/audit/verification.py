"""Whether an export is what was recorded; if not: which line, which entry, what is wrong."""

from collections.abc import Iterable, Iterator

from interlock_platform.audit.block import Block, Kept
from interlock_platform.audit.chain import chained
from interlock_platform.audit.lines import (
    BLOCK,
    SHORT,
    Head,
    Line,
    entries_before,
    is_signed_by,
    name_of,
    read_line,
)
from interlock_platform.audit.report import Finding, Pin, Report
from interlock_platform.audit.signing import fingerprint

MOST_FINDINGS = 100


def verify(lines: Iterable[bytes], *, public_key: str | None = None, pin: Pin | None = None) -> Report:
    """Reads the file once, with two blocks of it in memory at most.

    `public_key` is the one that has to have signed; without it the file is measured by the key that it brings itself.
    """
    walk = _Walk(public_key, pin)
    for line, following in _pairs(lines):
        walk.take(line, following)
    return walk.report()


def _pairs(lines: Iterable[bytes]) -> Iterator[tuple[Line, Line | None]]:
    read = (read_line(number, line) for number, line in enumerate(lines, 1))
    line = next(read, None)
    while line is not None:
        following = next(read, None)
        yield line, following
        line = following


class _Walk:
    """Goes from line to line; knows which place in an export comes next, and finds it again after a disturbance."""

    def __init__(self, public_key: str | None, pin: Pin | None) -> None:
        self._given, self._pin = public_key, pin
        self._place = 1
        self._hash: str | None = ""  # of the entry before; None where that is not known
        self._block = Block()
        self._new: list[Finding] = []
        self._findings: list[Finding] = []
        self._more = 0
        self._misplaced: dict[int, int] = {}
        self._tenant: str | None = None
        self._head: Head | None = None
        self._head_line = 0
        self._signed_through = 0
        self._last: Line | None = None
        self._lines = self._entries = 0
        self._ended = self._pin_seen = False

    def take(self, line: Line, following: Line | None) -> None:
        self._lines = line.number
        if len(self._new) > BLOCK:
            self._judge(None)
        after = following.place if following else None
        if self._ended:
            self._find(line, f"{_said(line)} stands behind the signed line that ends the file.")
        elif line.place is None:
            self._find(line, f"This line {line.why}. {_capital(name_of(self._place))} belongs here.")
            if after != self._place:
                self._pass_over(self._place + 1)
        elif line.place == self._place:
            self._accept(line)
        elif after == self._place:
            self._find(line, f"{_said(line)} is out of place here: {name_of(self._place)} comes next.")
            self._misplace(line)
        elif after == self._place + 1:
            self._find(line, f"{_said(line)} stands here, where {name_of(self._place)} belongs.")
            self._misplace(line)
            self._pass_over(self._place + 1)
        elif line.place > self._place:
            self._find(line, self._missing(line.place))
            self._pass_over(line.place)
            self._accept(line)
        else:
            self._go_back(line)

    def report(self) -> Report:
        self._judge(None)
        if not self._ended:
            through = f"entry {self._signed_through}" if self._signed_through else "no entry"
            what = "It is empty." if not self._lines else f"Its end was cut off. A signature vouches for {through}."
            end = Finding(self._lines + 1, None, f"The file ends before its last signed line. {what}")
            self._new.append(end)
        if self._pin and not self._pin_seen and self._last is not None and self._last.seq < self._pin.seq:
            what = f"The record goes to entry {self._last.seq} here, and was already at entry {self._pin.seq}: "
            self._new.append(Finding(self._lines, None, f"{what}its end is gone, or the export is older than that."))
        elif self._pin and not self._pin_seen:
            what = f"Entry {self._pin.seq}, whose hash was to be compared, was not found in its place."
            self._new.append(Finding(self._lines, self._pin.seq, what))
        self._settle()
        return Report(
            findings=self._findings,
            more=self._more,
            entries=self._entries,
            tenant=self._tenant,
            end=Pin(self._last.seq, self._last.hash) if self._last else None,
            key=self._head.key if self._head else None,
            at=self._head.at if self._head else None,
        )

    def _accept(self, line: Line) -> None:
        self._place = line.place + 1 if line.place else self._place
        if line.kind == "first":
            self._tenant = line.tenant
        elif line.head is not None:
            self._accept_signed(line, line.head)
        else:
            follows = None if self._hash is None else chained(self._hash, line.body) == line.hash
            self._block.add(Kept(line.number, line.seq, line.hash, line.tenant, follows))
            self._hash, self._last = line.hash, line
            self._entries += 1
            if len(self._block) > 2 * BLOCK:
                self._judge(None)
            if self._pin and line.seq == self._pin.seq:
                self._pin_seen = True
                if line.hash != self._pin.hash:
                    self._find(line, f"Entry {line.seq} is not the one that is pinned: that has another hash.")

    def _accept_signed(self, line: Line, head: Head) -> None:
        self._ended = head.last
        key = self._given or (self._head.key if self._head else head.key)
        if not is_signed_by(line, key):
            own = head.key != key and is_signed_by(line, head.key)
            other = f"This line is signed by another key, {fingerprint(head.key) if own else ''}"
            wrong = "The signature does not fit: this line was changed, or written by somebody without the key."
            self._find(line, f"{other}{self._instead()}." if own else wrong)
            self._judge(None)
            return
        if self._head is None:
            self._head, self._head_line = head, line.number
            if self._tenant not in (None, head.tenant):
                what = f"The file says that it is of organisation {self._tenant}; signed is {head.tenant}."
                self._new.append(Finding(1, None, what))
            self._tenant = head.tenant
        elif (head.tenant, head.at) != (self._head.tenant, self._head.at):
            self._find(line, f"This signed line is of another export than line {self._head_line}.")
        if self._differs(head):
            self._find(
                line, f"The hash of the record's end is not that of entry {head.seq}: one of the two was changed."
            )
        self._signed_through = max(self._signed_through, min(head.seq, self._last.seq if self._last else 0))
        self._judge(head)

    def _differs(self, head: Head) -> bool:
        """Whether the signed end is not that of the last entry although the entry is the signed one."""
        if self._last is None or self._last.seq != head.seq or not (head.hash or head.last):
            return False
        at = (head.seq - head.first) * SHORT
        return self._last.hash != head.hash and head.hashes[at : at + SHORT] == self._last.hash[:SHORT]

    def _instead(self) -> str:
        return ", and not by the one that was given" if self._given else f", and not by that of line {self._head_line}"

    def _go_back(self, line: Line) -> None:
        if line.head is not None and line.head.last:
            what = f"By its end the record has {line.seq} entries, and {entries_before(self._place)} are here."
            self._find(line, what)
        else:
            self._find(line, f"{_said(line)} stands here, after {name_of(self._place - 1)}: it was there before.")
        self._hash = None
        self._accept(line)

    def _missing(self, place: int) -> str:
        """What should stand between the place that comes next and this one."""
        first, last = entries_before(self._place) + 1, entries_before(place)
        if last < first:
            gone = f"{_capital(name_of(self._place))} is missing here."
        elif last == first:
            gone = f"Entry {first} is missing here."
        else:
            gone = f"Entries {first} to {last} are missing here."
        elsewhere = self._misplaced.get(self._place)
        return f"{gone} It stands on line {elsewhere}." if elsewhere and last <= first else gone

    def _pass_over(self, place: int) -> None:
        """Goes on at a later place; what is between is not there."""
        if entries_before(place) > entries_before(self._place):
            self._hash = None
        self._place = place

    def _misplace(self, line: Line) -> None:
        if line.place is not None and len(self._misplaced) < BLOCK:
            self._misplaced[line.place] = line.number

    def _find(self, line: Line, what: str) -> None:
        self._new.append(Finding(line.number, line.seq if line.kind == "entry" else None, what))

    def _judge(self, signed: Head | None) -> None:
        tenants = self._block.tenants()
        if signed is None and len(tenants) == 1 and self._tenant not in (None, *tenants) and self._head is None:
            what = f"The file says that it is of organisation {self._tenant}; its entries are of {min(tenants)}."
            self._new.append(Finding(1, None, what))
            self._tenant = min(tenants)
        self._new.extend(self._block.judge(signed, self._tenant))
        self._settle()

    def _settle(self) -> None:
        self._new.sort(key=lambda finding: finding.line)
        room = MOST_FINDINGS - len(self._findings)
        self._findings.extend(self._new[:room])
        self._more += len(self._new[room:])
        self._new.clear()


def _said(line: Line) -> str:
    if line.kind == "entry":
        return f"Entry {line.seq}"
    if line.kind == "first":
        return "The first line"
    return f"The signed line after entry {line.seq}" if line.head else "A line that can't be read"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
