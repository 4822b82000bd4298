"""A notebook that is a file: every change is on the disk before it is confirmed."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MAX_NOTES = 1000


class NotebookError(ValueError):
    """A change that cannot be made; the message says why."""


@dataclass(frozen=True)
class Note:
    """One note; a title stands for one note, whatever its case."""

    title: str
    text: str
    written_at: str
    """ISO 8601 in UTC"""


class Notebook:
    """Shared by every process that opens the same file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, query: str | None = None) -> list[Note]:
        """Notes whose title or text contains every word of `query`; all of them without one. Oldest first."""
        words = (query or "").lower().split()
        return [note for note in self._load() if all(word in f"{note.title}\n{note.text}".lower() for word in words)]

    def write(self, title: str, text: str) -> Note:
        """Add a note, or replace the one of the same title."""
        note = Note(title.strip(), text, datetime.now(UTC).isoformat(timespec="seconds"))
        if not note.title:
            raise NotebookError("A note needs a title.")
        with self._locked():
            notes = [other for other in self._load() if not _same(other, note.title)]
            if len(notes) >= MAX_NOTES:
                raise NotebookError(f"The notebook is full: it holds {MAX_NOTES} notes.")
            self._save([*notes, note])
        return note

    def delete(self, title: str) -> Note:
        """Remove the note of this title and give it back."""
        with self._locked():
            notes = self._load()
            gone = next((note for note in notes if _same(note, title.strip())), None)
            if gone is None:
                raise NotebookError(f"There is no note titled “{title}”.")
            self._save([note for note in notes if note is not gone])
        return gone

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # A file of its own: the notebook's is replaced by each write, and a lock on it with it.
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _load(self) -> list[Note]:
        try:
            stored: list[dict[str, Any]] = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        return [Note(**note) for note in stored]

    def _save(self, notes: list[Note]) -> None:
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump([asdict(note) for note in notes], file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _same(note: Note, title: str) -> bool:
    return note.title.casefold() == title.casefold()
