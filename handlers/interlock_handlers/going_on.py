"""A call of today's protocol that goes on without anybody's answer: it is sent again, a little later."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime

import mcp_types as types

from interlock_handlers.during import During
from interlock_handlers.elicitation import InputRequired, Resumption
from interlock_handlers.server_errors import Evidence, OutcomeUnknown, ServerUnavailable
from interlock_handlers.session import Session
from interlock_handlers.tool_request import ToolRequest

FIRST_SECONDS = 0.05
LAST_SECONDS = 2.0


async def gone_on(
    session: Session, request: ToolRequest, answer: types.CallToolResult | InputRequired, seconds: float, during: During
) -> types.CallToolResult | InputRequired:
    """Go on until there is a result, or something that the server wants answered, for `seconds` at most.

    A server may want nothing but to be asked again a little later (`input_required` with a state and no requests).
    Raises NotExecuted and OutcomeUnknown.
    """
    begun, end, delay = datetime.now(UTC), time.monotonic() + seconds, FIRST_SECONDS
    while isinstance(answer, InputRequired) and not answer.wants_answers:
        if time.monotonic() + delay > end:
            raise _unknown(begun, f"The server only said to ask again later, for {seconds:g} s")
        await asyncio.sleep(delay)
        delay = min(2 * delay, LAST_SECONDS)
        again = replace(request, resume=Resumption(answer.request_state))
        try:
            answer = await session.call(again, max(end - time.monotonic(), 0.001), during)
        except ServerUnavailable as error:
            # It may be at work since it was asked first.
            raise _unknown(begun, str(error)) from error
    return answer


def _unknown(since: datetime, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(Evidence(sent_at=since, last_heard="input_required, without a question", why=why))
