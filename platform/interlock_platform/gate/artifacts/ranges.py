"""Parts of a file, as HTTP asks for them (RFC 9110, 14): one at a time."""

import re

_ASKED = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class Unsatisfiable(ValueError):
    """Nothing of the file is in what was asked for."""


def part_of(asked: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte; None where all of it is to be given, as for what is not understood. Raises Unsatisfiable."""
    found = _ASKED.fullmatch(asked.strip()) if asked else None
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        begin, end = max(size - int(last), 0), size - 1
    else:
        begin, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < begin:
            return None
    if begin >= size or begin > end:
        raise Unsatisfiable
    return begin, end
