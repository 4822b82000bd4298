"""The entries since the last signed line, and what the next one says about them."""

from collections.abc import Iterator
from dataclasses import dataclass

from interlock_platform.audit.lines import SHORT, Head
from interlock_platform.audit.report import Finding


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry in its place. `follows`: its contents, after the entry before, give its hash; None if there is no
    entry before by which to tell."""

    line: int
    seq: int
    hash: str
    tenant: str
    follows: bool | None


class Block:
    """Judged as a whole: a signature tells which of two entries that don't fit together was changed."""

    def __init__(self) -> None:
        self._entries: list[Kept] = []
        self._rewritten_before: int | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Kept) -> None:
        self._entries.append(entry)

    def tenants(self) -> set[str]:
        return {entry.tenant for entry in self._entries}

    def judge(self, signed: Head | None, tenant: str | None) -> Iterator[Finding]:
        """What is wrong with the entries, and forgets them. `signed` is a head whose signature fits."""
        entries, self._entries = self._entries, []
        rewritten = {entry.seq for entry in entries if signed is not None and not _is_signed(entry, signed)}
        for entry in entries:
            before = entry.seq - 1
            if entry.seq in rewritten:
                if before not in rewritten and before != self._rewritten_before:
                    count = _run(entry.seq, rewritten)
                    after = f" So were the {count} entries after it." if count > 1 else ""
                    after = " So was the entry after it." if count == 1 else after
                    what = f"Entry {entry.seq} was changed, and its hash with it: another one was signed.{after}"
                    yield Finding(entry.line, entry.seq, what)
            elif entry.follows is False and before not in rewritten and before != self._rewritten_before:
                yield Finding(entry.line, entry.seq, _does_not_follow(entry, signed))
            elif tenant is not None and entry.tenant != tenant:
                yield Finding(entry.line, entry.seq, f"Entry {entry.seq} is of another organisation, {entry.tenant}.")
        if entries:
            self._rewritten_before = entries[-1].seq if entries[-1].seq in rewritten else None


def _is_signed(entry: Kept, signed: Head) -> bool:
    """Also of one that the signed line says nothing about."""
    at = (entry.seq - signed.first) * SHORT
    return at < 0 or signed.hashes[at : at + SHORT] in ("", entry.hash[:SHORT])


def _run(seq: int, rewritten: set[int]) -> int:
    count = 0
    while seq + count + 1 in rewritten:
        count += 1
    return count


def _does_not_follow(entry: Kept, signed: Head | None) -> str:
    if entry.seq == 1 or signed is not None:
        after = f", after entry {entry.seq - 1}," if entry.seq > 1 else ""
        return f"Entry {entry.seq} was changed: its contents{after} do not give its hash."
    return f"Entry {entry.seq} does not follow from entry {entry.seq - 1}: one of the two was changed."
