"""One user's connection to one server: what is called over the session that is kept up."""

import time

from interlock_handlers.during import During
from interlock_handlers.elicitation import InputRequired
from interlock_handlers.going_on import gone_on
from interlock_handlers.result import CallResult, call_result
from interlock_handlers.server_errors import NotExecuted, OutcomeUnknown
from interlock_handlers.tool_request import ToolRequest
from interlock_handlers.upkeep import Upkeep


class Connection(Upkeep):
    """Used from any task."""

    async def call(
        self, request: ToolRequest, timeout_seconds: float | None, during: During
    ) -> CallResult | InputRequired:
        """Send one call, once. Raises ServerUnavailable, NotExecuted or OutcomeUnknown when there is no result."""
        seconds = timeout_seconds or self.spec.timeout_seconds
        begun = time.monotonic()
        session = await self.session(seconds)
        left = max(seconds - (time.monotonic() - begun), 0.001)
        try:
            answer = await gone_on(session, request, await session.call(request, left, during), left, during)
        except OutcomeUnknown as error:
            if not self._closing.is_set and (why := self._breaker.useless(error.evidence.bytes_read)):
                session.wire.excessive.set(why)
            raise
        self._breaker.useful()
        if isinstance(answer, InputRequired):
            if during.ask is None:
                message = "The server wants to be told something first, and nobody is there to be asked."
                raise NotExecuted(message, code="input_not_supported")
            if answer.samplings and not self._samples:
                message = "The server asked for something that Interlock does not give it (sampling/createMessage)."
                raise NotExecuted(message, code="input_not_supported")
            return answer
        return call_result(answer)
