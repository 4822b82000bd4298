"""A connection that can't be had now: when it is tried again, and what its user is told."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from interlock_handlers.conduct import GOOD_SECONDS, Conduct
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


def kept_apart(conduct: Conduct, left_out: Sequence[str]) -> str | None:
    """What there is to say of a server that is connected."""
    said = [f"Left out: {'; '.join(left_out)}."] if left_out else []
    if not conduct.forgiven:
        times = "once" if conduct.strikes == 1 else f"{conduct.strikes} times"
        said.append(
            f"It was cut off {times}, and goes slower until it has behaved for {GOOD_SECONDS / 60:g} minutes. "
            f"What it did last: {conduct.why}."
        )
    return " ".join(said) or None
