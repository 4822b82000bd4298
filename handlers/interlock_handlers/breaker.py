"""A server that fails again and again, or sends what is too much, is left alone for a while, whoever asks for it."""

import math
import time

from interlock_handlers.conduct import Conduct
from interlock_handlers.limits import USELESS_ANSWERS, USELESS_BYTES
from interlock_handlers.server_errors import LoginRequired, ServerUnavailable

OPENS_AFTER = 5
REST_SECONDS = 5.0
STEADY_SECONDS = 10.0


class ServerResting(ServerUnavailable):
    """It failed so often in a row, or was cut off, that it is not even tried at the moment."""

    code = "server_resting"


class Breaker:
    """Counts failures in a row; once there are enough of them, each opens it for a time. So does each strike at once.

    What is tried after that is a connection and a list of tools, never a call: those go to a server that has listed.
    """

    def __init__(self, conduct: Conduct) -> None:
        self.conduct = conduct
        self.failures = 0
        self._since = 0.0
        self._useless = 0

    @property
    def is_open(self) -> bool:
        return self.conduct.seconds > 0 or (
            self.failures >= OPENS_AFTER and time.monotonic() - self._since < REST_SECONDS
        )

    def struck(self, why: str) -> None:
        """It went over a limit."""
        self.conduct = self.conduct.struck(why)

    def useless(self, bytes_read: int) -> str:
        """A call had no answer, or none that makes sense; why that is too much, if it is."""
        if bytes_read > USELESS_BYTES:
            return f"The server sent {bytes_read // 1024} KiB for a call, and no answer"
        self._useless += 1
        if self._useless < USELESS_ANSWERS:
            return ""
        self._useless = 0
        return f"The server had no answer to {USELESS_ANSWERS} calls in a row"

    def useful(self) -> None:
        """A call was answered."""
        self._useless = 0

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
        if self.conduct.seconds > 0:
            raise resting(name, self.conduct)
        if self.is_open:
            raise ServerResting(
                f"{name} failed {self.failures} times in a row and is left alone for a few seconds; then it can be "
                f"tried again. Nothing was sent to it. The last failure: {failure}"
            )


def resting(name: str, conduct: Conduct) -> ServerResting:
    """What whoever asks for it is told while it rests for a strike."""
    return ServerResting(
        f"{name} was cut off: {conduct.why}. It is left alone for {math.ceil(conduct.seconds)} s, and then tried again "
        "by itself. Nothing was sent to it."
    )
