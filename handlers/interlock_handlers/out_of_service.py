"""A connection that can't be had now: when it is tried again, and what its user is told."""

import random
from datetime import UTC, datetime, timedelta

from interlock_handlers.connection_state import ConnectionState
from interlock_handlers.outbound.refusal import AddressRefused
from interlock_handlers.server_errors import LoginRequired, ServerNonsense, ServerUnavailable

FIRST_RETRY_SECONDS = 0.5
LAST_RETRY_SECONDS = 60.0


def retry_seconds(failure: ServerUnavailable, failures: int) -> float | None:
    """How long to wait after so many failures in a row; None where only somebody's doing would help."""
    if isinstance(failure, LoginRequired | ServerNonsense | AddressRefused):
        return None
    most = min(FIRST_RETRY_SECONDS * 2**failures, LAST_RETRY_SECONDS)
    return random.uniform(most / 2, most)  # noqa: S311 - spreads reconnects, guards nothing


def out_of_service(failure: ServerUnavailable, delay: float | None, tools: int) -> ConnectionState:
    """The state until the next attempt, `delay` seconds from now."""
    return ConnectionState(
        "sign_in" if isinstance(failure, LoginRequired) else "error",
        code=failure.code,
        message=str(failure),
        retry_at=datetime.now(UTC) + timedelta(seconds=delay) if delay is not None else None,
        tools=tools,
    )
