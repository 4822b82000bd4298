"""Text as it is written: sent round in batches, kept nowhere, replaced by the stored message when that comes."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select

from interlock_platform.database import Database, Scope

LIVE_CHANNEL = "interlock_live"
MOST_CHARACTERS = 1500
MOST_OF_PROGRESS = 500
"""A notification holds 8,000 bytes, and a character up to 12 of them in JSON."""


@dataclass(frozen=True)
class LiveText:
    """A piece of a message that is being written; `offset` in characters."""

    thread_id: str
    run_id: str
    message_id: str
    offset: int
    delta: str

    def wire(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class LiveProgress:
    """What a server tells while it works on a call: how far it is (`done`), or a line of its log (`level`)."""

    thread_id: str
    run_id: str
    call_id: str
    text: str | None
    done: float | None = None
    total: float | None = None
    level: str | None = None

    def wire(self) -> dict[str, Any]:
        return asdict(self)


class LiveWriter(Protocol):
    """The worker's end."""

    async def write(self, piece: LiveText | LiveProgress) -> None:
        """Sends a piece to every process that may have a browser looking at it."""
        ...


class PostgresLive:
    """Live text by Postgres' own notifications: nothing else has to be there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, piece: LiveText | LiveProgress) -> None:
        async with self._database.transaction(Scope()) as session:
            for part in _parts(piece):
                await session.execute(select(func.pg_notify(LIVE_CHANNEL, json.dumps(part.wire()))))


def _parts(piece: LiveText | LiveProgress) -> Iterator[LiveText | LiveProgress]:
    """The piece in pieces that a notification can hold."""
    if isinstance(piece, LiveProgress):
        yield replace(piece, text=piece.text and piece.text[:MOST_OF_PROGRESS])
        return
    for at in range(0, len(piece.delta), MOST_CHARACTERS):
        yield replace(piece, offset=piece.offset + at, delta=piece.delta[at : at + MOST_CHARACTERS])


class LiveTexts:
    """The reader's end: what is being written now, per thread."""

    def __init__(self) -> None:
        self._texts: dict[str, LiveText] = {}
        self._done: dict[str, str] = {}

    def take(self, payload: str) -> LiveText | LiveProgress:
        """Adds a piece of a message to what is known of that."""
        given = json.loads(payload)
        if "call_id" in given:
            return LiveProgress(**given)
        piece = LiveText(**given)
        if self._done.get(piece.thread_id) == piece.message_id:
            return piece
        held = self._texts.get(piece.thread_id)
        if piece.offset == 0:
            self._texts[piece.thread_id] = piece
        elif held and held.message_id == piece.message_id and len(held.delta) == piece.offset:
            self._texts[piece.thread_id] = LiveText(
                piece.thread_id, piece.run_id, piece.message_id, 0, held.delta + piece.delta
            )
        else:
            # The beginning was missed: the stored message will bring it.
            self._texts.pop(piece.thread_id, None)
        return piece

    def now(self, thread_id: UUID) -> dict[str, str] | None:
        held = self._texts.get(str(thread_id))
        return {"run_id": held.run_id, "message_id": held.message_id, "text": held.delta} if held else None

    def done(self, thread_id: UUID, message_id: str | None = None) -> None:
        """This message of the thread, or whichever is being written, is stored, or will not be."""
        thread = str(thread_id)
        held = self._texts.get(thread)
        if held and message_id in (None, held.message_id):
            del self._texts[thread]
        # A piece may come after the stored message: each has a way of its own.
        if message_id is None:
            self._done.pop(thread, None)
        else:
            self._done[thread] = message_id
