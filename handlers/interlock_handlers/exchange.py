"""What became of one tool call on the wire, recorded as it happens."""

from contextvars import ContextVar
from datetime import UTC, datetime

import mcp_types as types

from interlock_handlers.during import During
from interlock_handlers.latch import Latch
from interlock_handlers.limits import SAID_CHARACTERS
from interlock_handlers.server_errors import CallError, Evidence, NotExecuted, OutcomeUnknown, ServerUnavailable
from interlock_handlers.telling import Teller
from interlock_handlers.time_limit import TimeLimit

REFUSING_STATUSES = {
    401: "server_login_required",
    403: "server_login_required",
    404: "server_not_found",
    413: "arguments_too_large",
}
# The last three are refusals that the protocol defines to come before the tool runs.
REFUSING_ERRORS = {
    types.INVALID_REQUEST,
    types.METHOD_NOT_FOUND,
    types.INVALID_PARAMS,
    types.HEADER_MISMATCH,
    types.UNSUPPORTED_PROTOCOL_VERSION,
    types.URL_ELICITATION_REQUIRED,
}


class Exchange:
    """The wire under a session fills this in for the call that is current in its context.

    `during` are those who can be asked and told while the call is held open.
    """

    def __init__(self, limit: TimeLimit, during: During) -> None:
        self.limit = limit
        self.during = during
        self.teller = Teller(during.told)
        self.samplings = 0
        self.sent_at: datetime | None = None
        self.last_heard: str | None = None
        self.status: int | None = None
        # False when the SDK makes up a JSON-RPC error for an answer that is none (a redirect, a web page, 202).
        self.in_protocol = True
        self.request_id: object = None
        self.resumptions = 0
        self.bytes_read = 0
        self.given_up = Latch()
        # Why no credentials could be sent, or none that the server takes.
        self.unauthorized: ServerUnavailable | None = None
        self.signed_in = False
        self.broken = Latch()

    def sending(self) -> bool:
        """Note that bytes go out now; False if the caller has given up, and nothing may be sent any more."""
        if self.given_up.is_set:
            return False
        if self.sent_at is None:
            self.sent_at = datetime.now(UTC)
        return True

    def not_sent_after_all(self) -> None:
        self.sent_at = None

    def outcome(self, why: str, error: types.ErrorData | None = None) -> CallError:
        """What a call without a result came to; `error` is the answer, if there was one."""
        if self.unauthorized is not None:
            return self.unauthorized
        if self.sent_at is None:
            return ServerUnavailable(f"{why}. Nothing was sent to it.")
        if self.status in REFUSING_STATUSES:
            reason = f"The server refused the call (HTTP {self.status}); it did not run."
            if self.status == 403 and self.signed_in:
                return NotExecuted(f"{reason} Your account there may not do this.", code="server_forbidden")
            return NotExecuted(reason, code=REFUSING_STATUSES[self.status])
        if error is not None and self.in_protocol and error.code in REFUSING_ERRORS:
            return NotExecuted(
                f"The server refused the call: {said(error.message)} ({error.code})", code="server_refused"
            )
        return OutcomeUnknown(Evidence(self.sent_at, self.last_heard, why, self.bytes_read))


def said(text: str) -> str:
    """What a server said, no longer than a person reads it."""
    return text if len(text) <= SAID_CHARACTERS else f"{text[: SAID_CHARACTERS - 1]}…"


current_exchange: ContextVar[Exchange | None] = ContextVar("current_exchange", default=None)
