"""What is one message on a connection, and whether it is answered: Postgres, HTTP, or whatever comes in one piece."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
STATEMENT_ENDS = (b"S", b"Q")
"""Sync and Query: the server answers each with ReadyForQuery, and commits what is not in a transaction."""
PREPARES = (b"P", b"B", b"D", b"E", b"C", b"H")


@dataclass(frozen=True)
class Message:
    """What the client sent: whole, with what it says. Only those that `counts` can be cut at."""

    data: bytes
    text: str
    counts: bool = True


class Framing(Protocol):
    """One connection's messages; both directions are fed as they come."""

    def sent(self, data: bytes) -> Sequence[Message]:
        """The messages that these bytes of the client complete."""

    def heard(self, data: bytes) -> bool:
        """Whether these bytes of the server complete the answers to all that was sent."""


class Pieces:
    """Every piece is a message, and every piece from the other side an answer: Redis."""

    def sent(self, data: bytes) -> Sequence[Message]:
        return [Message(data, data.decode("latin-1"))]

    def heard(self, data: bytes) -> bool:
        return True


class Postgres:
    """Statements: a Query, or what is prepared, bound and executed until a Sync. `text` is their SQL in one line."""

    def __init__(self) -> None:
        self._sent, self._heard = b"", b""
        self._started = False
        self._bare_bytes = 0
        self._unanswered = 0
        self._group = b""
        self._said: list[str] = []
        self._prepared: dict[bytes, str] = {}

    def sent(self, data: bytes) -> Sequence[Message]:
        self._sent += data
        found: list[Message] = []
        while (size := self._size(self._sent, typed=self._started)) is not None:
            whole, self._sent = self._sent[:size], self._sent[size:]
            if message := self._understand(whole):
                found.append(message)
        return found

    def heard(self, data: bytes) -> bool:
        bare, self._bare_bytes = data[: self._bare_bytes], max(0, self._bare_bytes - len(data))
        self._heard += data[len(bare) :]
        while (size := self._size(self._heard, typed=True)) is not None:
            self._unanswered -= self._heard[:1] == b"Z"
            self._heard = self._heard[size:]
        return self._unanswered == 0

    @staticmethod
    def _size(data: bytes, *, typed: bool) -> int | None:
        """How long the first message is; None while it is not whole."""
        if len(data) < 4 + typed:
            return None
        size = typed + int(struct.unpack_from(">i", data, int(typed))[0])
        return size if len(data) >= size else None

    def _understand(self, whole: bytes) -> Message | None:
        if not self._started:
            return self._start(whole)
        kind, body = whole[:1], whole[5:]
        if kind == b"Q":
            self._said.append(_line(body))
        elif kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self._prepared[name] = _line(sql)
        elif kind == b"B":
            self._said.append(self._prepared.get(body.split(b"\0", 2)[1], "?"))
        self._group += whole
        if kind in PREPARES:
            return None
        self._unanswered += kind in STATEMENT_ENDS
        message = Message(self._group, "; ".join(self._said), counts=bool(self._said))
        self._group, self._said = b"", []
        return message

    def _start(self, whole: bytes) -> Message:
        code = struct.unpack_from(">i", whole, 4)[0]
        if code in (SSL_REQUEST, GSS_REQUEST):
            self._bare_bytes += 1
        else:
            self._started = True
            self._unanswered += code != CANCEL_REQUEST
        return Message(whole, "", counts=False)


class Http:
    """Whole requests with their bodies; `text` is all of it."""

    def __init__(self) -> None:
        self._requests, self._answers = _HttpSplitter(), _HttpSplitter()
        self._unanswered = 0

    def sent(self, data: bytes) -> Sequence[Message]:
        found = [Message(whole, whole.decode("latin-1")) for whole in self._requests.feed(data)]
        self._unanswered += len(found)
        return found

    def heard(self, data: bytes) -> bool:
        self._unanswered -= len(self._answers.feed(data))
        return self._unanswered == 0


class _HttpSplitter:
    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> list[bytes]:
        self._data += data
        found = []
        while (size := self._size()) is not None:
            found.append(self._data[:size])
            self._data = self._data[size:]
        return found

    def _size(self) -> int | None:
        """How long the first message is; None while it is not whole."""
        head, end, body = self._data.partition(b"\r\n\r\n")
        if not end:
            return None
        lines = [line.partition(b":") for line in head.lower().split(b"\r\n")]
        fields = {name: value.strip() for name, _, value in lines}
        if fields.get(b"transfer-encoding") == b"chunked":
            last = 0 if body.startswith(b"0\r\n\r\n") else body.find(b"\r\n0\r\n\r\n") + 2
            return len(head) + 4 + last + 5 if last != 1 else None
        size = len(head) + 4 + int(fields.get(b"content-length", b"0"))
        return size if len(self._data) >= size else None


def _line(sql: bytes) -> str:
    return " ".join(sql.rstrip(b"\0").decode().split())
