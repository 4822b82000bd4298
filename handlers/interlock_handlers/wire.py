"""What a session needs to know of the transport beneath it."""

from typing import Protocol

from mcp.client import Transport

from interlock_handlers.latch import Latch
from interlock_handlers.server_errors import ServerUnavailable


class Wire(Protocol):
    """One attempt to reach a server: opened once, and never again after it has died."""

    dead: Latch
    """Nothing can come back over it any more."""
    doubtful: Latch
    """The server is gone or has forgotten us; what is under way may still be answered."""
    excessive: Latch
    """The server sent more than is taken from it, or nothing that makes sense: it is to be left alone."""
    established: bool
    """The handshake is done."""
    wants_login: bool
    """The server refused credentials, or wants some: it is not at fault."""

    def transport(self) -> Transport: ...

    def excess(self, why: str) -> None:
        """The server sends more than is taken from it: nothing more is read of anything."""
        ...

    def diagnosis(self, error: BaseException | None) -> ServerUnavailable:
        """Why the session could not be opened, in a sentence for people."""
        ...
