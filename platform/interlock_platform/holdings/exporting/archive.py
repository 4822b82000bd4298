"""A zip that is written from its beginning to its end, and taken away in parts."""

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

PART_BYTES = 1024 * 1024


class _Parts(io.RawIOBase):
    """What was written and not taken yet."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.waiting += data
        return len(data)


class Archive:
    """Files are added whole or (`lines`) row by row; `files` is what a manifest says of them."""

    def __init__(self) -> None:
        self._parts = _Parts()
        self._zip = ZipFile(self._parts, "w", ZIP_DEFLATED)
        self.files: list[dict[str, Any]] = []
        self.size = 0

    def add(self, path: str, data: bytes) -> None:
        self._zip.writestr(path, data)
        self.files.append({"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})

    def rows(self, path: str) -> "Rows":
        return Rows(self._zip, path, self.files)

    def full(self) -> Iterator[bytes]:
        """The parts that are full."""
        while len(self._parts.waiting) >= PART_BYTES:
            yield self._take(PART_BYTES)

    def close(self) -> bytes:
        """Ends the archive; the last part."""
        self._zip.close()
        return self._take(len(self._parts.waiting))

    def _take(self, count: int) -> bytes:
        taken = bytes(self._parts.waiting[:count])
        del self._parts.waiting[:count]
        self.size += count
        return taken


class Rows:
    """A JSON array in the archive, an element a line; nothing else is added before it is closed."""

    def __init__(self, archive: ZipFile, path: str, files: list[dict[str, Any]]) -> None:
        self._file = archive.open(path, "w", force_zip64=True)
        self._path = path
        self._files = files
        self._hash = hashlib.sha256()
        self._count = 0
        self._bytes = 0

    def add(self, row: dict[str, Any]) -> None:
        self._write(b",\n" if self._count else b"[\n")
        self._write(json.dumps(row, ensure_ascii=False, default=_plain).encode())
        self._count += 1

    def close(self) -> None:
        self._write(b"\n]\n" if self._count else b"[]\n")
        self._file.close()
        said = {"path": self._path, "rows": self._count, "bytes": self._bytes, "sha256": self._hash.hexdigest()}
        self._files.append(said)

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self._bytes += len(data)


def _plain(value: Any) -> str:
    """Times as ISO 8601, ids as they are written."""
    return str(value.isoformat() if hasattr(value, "isoformat") else value)
