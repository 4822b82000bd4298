"""How a tool is called, wherever its server's connection is kept."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, overload

from interlock_handlers.during import During
from interlock_handlers.elicitation import Ask, InputRequired, Resumption
from interlock_handlers.result import CallResult
from interlock_handlers.sampling import Sample
from interlock_handlers.telling import Told
from interlock_handlers.tool_request import ToolRequest


class Calls(ABC):
    """Whoever has the connections says how a call is sent."""

    @overload
    async def call(
        self,
        server_id: str,
        tool: str,
        arguments: Mapping[str, Any],
        timeout_seconds: float | None = None,
        meta: Mapping[str, Any] | None = None,
        *,
        told: Told | None = None,
        sample: Sample | None = None,
    ) -> CallResult: ...

    @overload
    async def call(
        self,
        server_id: str,
        tool: str,
        arguments: Mapping[str, Any],
        timeout_seconds: float | None = None,
        meta: Mapping[str, Any] | None = None,
        *,
        ask: Ask | None,
        told: Told | None = None,
        sample: Sample | None = None,
        resume: Resumption | None = None,
    ) -> CallResult | InputRequired: ...

    async def call(
        self,
        server_id: str,
        tool: str,
        arguments: Mapping[str, Any],
        timeout_seconds: float | None = None,
        meta: Mapping[str, Any] | None = None,
        *,
        ask: Ask | None = None,
        told: Told | None = None,
        sample: Sample | None = None,
        resume: Resumption | None = None,
    ) -> CallResult | InputRequired:
        """Send one call, once; `tool` is the server's own name for it.

        A server may want to be told something first: one of the older protocol while it works, and then `ask` is
        awaited and the time limit stands still; one of today's by InputRequired, and then the same call is sent once
        more, by whatever process, with `resume`. Without `ask`, the older kind is declined. What it wants the user's
        model to write comes in the same two ways, with `sample` for the older one, which is refused without. `told`
        hears how far it is, and what it logs.
        Raises ServerUnavailable (not sent; LoginRequired), NotExecuted (refused before it ran) or OutcomeUnknown (may
        have run).
        """
        request = ToolRequest(tool, arguments, meta or {}, resume)
        return await self.send(server_id, request, timeout_seconds, During(ask, sample, told))

    @abstractmethod
    async def send(
        self, server_id: str, request: ToolRequest, timeout_seconds: float | None, during: During
    ) -> CallResult | InputRequired:
        """As `call`, which is the same in other words."""
