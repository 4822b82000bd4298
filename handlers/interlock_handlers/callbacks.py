"""A server of the older protocol calls back while it works on a call: whose call it is, and what it is told."""

import logging
from contextlib import suppress

import mcp_types as types
from mcp.client.session import ClientRequestContext

from interlock_handlers.elicitation import CANCELLED, DECLINED, Ask, Elicitation, ElicitationAnswer
from interlock_handlers.exchange import Exchange, current_exchange
from interlock_handlers.question import Unaskable, question
from interlock_handlers.sampling import MAX_SAMPLINGS, REFUSED, SamplingRefused, sampling_request, sampling_result
from interlock_handlers.tool_request import elicit_result

logger = logging.getLogger(__name__)


class Callbacks:
    """The calls of one session that are under way, and the answers to what the server asks for them."""

    def __init__(self, server: str) -> None:
        self.under_way: set[Exchange] = set()
        self._server = server

    async def answer(self, context: ClientRequestContext, params: types.ElicitRequestParams) -> types.ElicitResult:
        """What the person says whose call it is; declined where that can't be told or the question can't be put."""
        try:
            exchange = self._whose()
            ask = exchange.during.ask
            if ask is None:
                raise Unaskable("nobody is there to be asked")
            put = question(str(context.request_id), params)
            return elicit_result(await self._ask(exchange, ask, put))
        except Unaskable as why:
            logger.warning("A question of the server %s is declined: %s", self._server, why)
            return elicit_result(DECLINED)

    async def sample(
        self, context: ClientRequestContext, params: types.CreateMessageRequestParams
    ) -> types.CreateMessageResult | types.ErrorData:
        """What the user's model writes; refused where it can't be told whose call it is, or nobody gives it."""
        try:
            exchange = self._whose()
            sample = exchange.during.sample
            if sample is None:
                raise SamplingRefused("Nobody is there who would write it.")
            exchange.samplings += 1
            if exchange.samplings > MAX_SAMPLINGS:
                raise SamplingRefused(f"It was wanted more than {MAX_SAMPLINGS} times in one call.")
            with exchange.limit.standing_still():
                return sampling_result(await sample(sampling_request(params)))
        except (SamplingRefused, Unaskable) as why:
            logger.warning("The server %s gets nothing written: %s", self._server, why)
            return types.ErrorData(code=REFUSED, message=str(why))
        except Exception:
            logger.exception("What the server %s wanted could not be written", self._server)
            return types.ErrorData(code=types.INTERNAL_ERROR, message="It could not be written.")

    async def line(self, params: types.LoggingMessageNotificationParams) -> None:
        """A line of the server's log goes to the call that it belongs to, if that can be told."""
        with suppress(Unaskable):
            self._whose().teller.line(params)

    async def _ask(self, exchange: Exchange, ask: Ask, put: Elicitation) -> ElicitationAnswer:
        with exchange.limit.standing_still():
            try:
                return await ask(put)
            except Exception:
                logger.exception("A question of the server %s could not be put", self._server)
                return CANCELLED

    def _whose(self) -> Exchange:
        # Over HTTP the question comes on the answer to the call, and so in the call's context.
        carried = current_exchange.get()
        if carried in self.under_way:
            return carried
        if carried is None and len(self.under_way) == 1:
            return next(iter(self.under_way))
        raise Unaskable(f"it belongs to none in particular of {len(self.under_way)} calls that are under way")
