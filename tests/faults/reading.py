"""Journals, read as they grow."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

VALUE = re.compile(r"value-[0-9a-f]{12,32}")


class Tail:
    """Whole lines of a file, each found by the values that it names."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._about: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def about(self, value: str) -> list[dict[str, Any]]:
        """The lines so far that name this value, in order."""
        self._take()
        return self._about.get(value, [])

    def forget(self, *values: str) -> None:
        for value in values:
            self._about.pop(value, None)

    def _take(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            lines = file.read().splitlines(keepends=True)
        for line in lines:
            if line.endswith(b"\n"):
                self._read += len(line)
                for value in set(VALUE.findall(line.decode())):
                    self._about[value].append(json.loads(line))
