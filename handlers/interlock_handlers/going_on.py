"""A call of today's protocol that goes on without a person: it is sent again, later or with what the model wrote."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import mcp_types as types

from interlock_handlers.during import During
from interlock_handlers.elicitation import InputRequired, Resumption
from interlock_handlers.sampling import MAX_SAMPLINGS, Sample, Sampled, SamplingRefused
from interlock_handlers.server_errors import Evidence, NotExecuted, OutcomeUnknown, ServerUnavailable
from interlock_handlers.session import Session
from interlock_handlers.tool_request import ToolRequest

FIRST_SECONDS = 0.05
LAST_SECONDS = 2.0


async def gone_on(
    session: Session, request: ToolRequest, answer: types.CallToolResult | InputRequired, seconds: float, during: During
) -> types.CallToolResult | InputRequired:
    """Go on until there is a result or a question for a person, for `seconds` at most besides what the model takes.

    A server may want nothing but to be asked again a little later (`input_required` with a state and no requests).
    Raises NotExecuted and OutcomeUnknown.
    """
    begun, end, delay, sampled = datetime.now(UTC), time.monotonic() + seconds, FIRST_SECONDS, 0
    while isinstance(answer, InputRequired) and not (answer.requests or answer.declined):
        written: Mapping[str, Sampled] = {}
        if answer.samplings:
            sampled += 1
            if sampled > MAX_SAMPLINGS:
                message = f"The server wanted the model to write more than {MAX_SAMPLINGS} times."
                raise NotExecuted(message, code="too_many_rounds")
            stood = time.monotonic()
            written = await _written(answer, during.sample)
            end += time.monotonic() - stood
        elif time.monotonic() + delay > end:
            raise _unknown(begun, f"The server only said to ask again later, for {seconds:g} s")
        else:
            await asyncio.sleep(delay)
            delay = min(2 * delay, LAST_SECONDS)
        again = replace(request, resume=Resumption(answer.request_state, written))
        try:
            answer = await session.call(again, max(end - time.monotonic(), 0.001), during)
        except ServerUnavailable as error:
            # It may be at work since it was asked first.
            raise _unknown(begun, str(error)) from error
    return answer


async def _written(answer: InputRequired, sample: Sample | None) -> Mapping[str, Sampled]:
    if sample is None:
        message = "The server asked for something that Interlock does not give it (sampling/createMessage)."
        raise NotExecuted(message, code="input_not_supported")
    try:
        return {key: await sample(wanted) for key, wanted in answer.samplings.items()}
    except SamplingRefused as why:
        message = f"The server wanted the model to write something, and it did not: {why}"
        raise NotExecuted(message, code="sampling_refused") from why


def _unknown(since: datetime, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(Evidence(sent_at=since, last_heard="input_required, without a question", why=why))
