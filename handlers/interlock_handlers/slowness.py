"""Whether an attempt failed because the server took too long."""

import mcp_types as types
from mcp import MCPError


def too_slow(error: BaseException | None) -> bool:
    """Whatever it was wrapped in, and also where something else was tried after it.

    A server of today's protocol whose first answer is late is then asked in the words of the older one, and refuses
    those: it is slow all the same.
    """
    if error is None:
        return False
    if isinstance(error, TimeoutError) or (isinstance(error, MCPError) and error.code == types.REQUEST_TIMEOUT):
        return True
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return any(map(too_slow, inner)) or too_slow(error.__cause__ or error.__context__)
