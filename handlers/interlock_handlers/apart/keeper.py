"""The way to a process that keeps connections."""

from contextlib import AbstractContextManager
from typing import Protocol

from interlock_handlers.authorization import Authorization
from interlock_handlers.during import During


class Keeper(Protocol):
    async def ask(self, what: str, body: bytes) -> bytes:
        """Raises Refused, PeerGone and ServerUnavailable."""
        ...

    def under_way(self, during: During) -> AbstractContextManager[int]:
        """The call's number, under which the other process asks and tells of it."""
        ...

    def keep(self, authorization: Authorization) -> int:
        """The number under which the other process asks for these credentials."""
        ...

    def forget(self, number: int | None) -> None: ...

    async def let_go(self, handler: int) -> None:
        """Ends a handler's connections."""
        ...
