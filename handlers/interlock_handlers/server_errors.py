"""What can go wrong between us and a server, told apart by what it proves."""

from dataclasses import dataclass
from datetime import datetime


class ServerUnavailable(Exception):
    """The request was certainly not sent: nothing ran, and it is safe to say so."""

    code = "server_unreachable"


class LoginRequired(ServerUnavailable):
    """The server wants credentials that it was not given."""

    code = "server_login_required"


class ServerNonsense(ServerUnavailable):
    """Something answers at the server's address, but not as an MCP server does."""

    code = "server_nonsense"


class ServerForbids(ServerNonsense):
    """The server knows who asks, and lets this account do nothing."""

    code = "server_forbidden"


class NotExecuted(Exception):
    """The server refused the call in a way that proves that nothing ran."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Evidence:
    """What is known of a call whose outcome is not: when it left, the last thing heard of it, what went wrong.

    `bytes_read` are those of its answer, of which nothing came.
    """

    sent_at: datetime
    last_heard: str | None
    why: str
    bytes_read: int = 0


class OutcomeUnknown(Exception):
    """The request may have been sent and there is no definite answer: it may have run, and must not be sent again."""

    code = "outcome_unknown"

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence.why)
        self.evidence = evidence


CallError = ServerUnavailable | NotExecuted | OutcomeUnknown
