"""A server that fails again and again is left alone for a while, whoever asks for it."""

import time

from interlock_handlers.server_errors import LoginRequired, ServerUnavailable

OPENS_AFTER = 5
REST_SECONDS = 5.0
STEADY_SECONDS = 10.0


class ServerResting(ServerUnavailable):
    """It failed so often in a row that it is not even tried at the moment."""

    code = "server_resting"


class Breaker:
    """Counts failures in a row; once there are enough of them, each opens it for a time.

    What is tried after that is a connection and a list of tools, never a call: those go to a server that has listed.
    """

    def __init__(self) -> None:
        self.failures = 0
        self._since = 0.0

    @property
    def is_open(self) -> bool:
        return self.failures >= OPENS_AFTER and time.monotonic() - self._since < REST_SECONDS

    def lasted(self, seconds: float, failure: ServerUnavailable) -> None:
        """A session ended after so long; one that held for a while was no failure."""
        if seconds > STEADY_SECONDS:
            self.failures = 0
        else:
            self.failed(failure)

    def failed(self, failure: ServerUnavailable) -> None:
        """A sign-in that is missing is no failure of the server's, and is tried again as soon as it is there."""
        if not isinstance(failure, LoginRequired):
            self.failures += 1
            self._since = time.monotonic()

    def check(self, name: str, failure: ServerUnavailable) -> None:
        """Raises ServerResting while it is open."""
        if self.is_open:
            raise ServerResting(
                f"{name} failed {self.failures} times in a row and is left alone for a few seconds; then it can be "
                f"tried again. Nothing was sent to it. The last failure: {failure}"
            )
