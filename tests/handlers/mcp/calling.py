"""Calls over one connection, without the handler that has it."""

from collections.abc import Mapping
from typing import Any

from interlock_handlers.connection import Connection
from interlock_handlers.during import During
from interlock_handlers.elicitation import Ask, InputRequired, Resumption
from interlock_handlers.result import CallResult
from interlock_handlers.tool_request import ToolRequest


async def call_tool(
    connection: Connection,
    tool: str,
    arguments: Mapping[str, Any],
    seconds: float | None = None,
    meta: Mapping[str, Any] | None = None,
) -> CallResult:
    answer = await connection.call(ToolRequest(tool, arguments, meta or {}), seconds, During())
    assert isinstance(answer, CallResult)
    return answer


async def call_with(
    connection: Connection,
    ask: Ask,
    tool: str,
    arguments: Mapping[str, Any],
    resume: Resumption | None = None,
    *,
    seconds: float = 30,
) -> CallResult | InputRequired:
    """With somebody to ask."""
    return await connection.call(ToolRequest(tool, arguments, resume=resume), seconds, During(ask))
