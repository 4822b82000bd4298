"""A server that wants nothing but to be asked again a little later (`input_required` with a state and no requests)."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime

import mcp_types as types

from interlock_handlers.elicitation import InputRequired, Resumption
from interlock_handlers.server_errors import Evidence, OutcomeUnknown, ServerUnavailable
from interlock_handlers.session import Session
from interlock_handlers.tool_request import ToolRequest

FIRST_SECONDS = 0.05
LAST_SECONDS = 2.0


async def asked_again(
    session: Session, request: ToolRequest, answer: InputRequired, seconds: float
) -> types.CallToolResult | InputRequired:
    """Ask until there is something else than "later", for `seconds` at most. Raises NotExecuted and OutcomeUnknown."""
    begun, end, delay = datetime.now(UTC), time.monotonic() + seconds, FIRST_SECONDS
    later: types.CallToolResult | InputRequired = answer
    while isinstance(later, InputRequired) and not (later.requests or later.declined):
        if time.monotonic() + delay > end:
            raise _unknown(begun, f"The server only said to ask again later, for {seconds:g} s")
        await asyncio.sleep(delay)
        delay = min(2 * delay, LAST_SECONDS)
        again = replace(request, resume=Resumption(later.request_state))
        try:
            later = await session.call(again, max(end - time.monotonic(), 0.001), None)
        except ServerUnavailable as error:
            # It may be at work since it was asked first.
            raise _unknown(begun, str(error)) from error
    return later


def _unknown(since: datetime, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(Evidence(sent_at=since, last_heard="input_required, without a question", why=why))
