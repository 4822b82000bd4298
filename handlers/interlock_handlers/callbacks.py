"""A server of the older protocol calls back while it works on a call: whose call it is, and what it is told."""

import logging

import mcp_types as types
from mcp.client.session import ClientRequestContext

from interlock_handlers.elicitation import CANCELLED, DECLINED, Ask, Elicitation, ElicitationAnswer
from interlock_handlers.exchange import Exchange, current_exchange
from interlock_handlers.question import Unaskable, question
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
            if exchange.ask is None:
                raise Unaskable("nobody is there to be asked")
            put = question(str(context.request_id), params)
            return elicit_result(await self._ask(exchange, exchange.ask, put))
        except Unaskable as why:
            logger.warning("A question of the server %s is declined: %s", self._server, why)
            return elicit_result(DECLINED)

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
