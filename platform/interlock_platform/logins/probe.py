"""Asking a server what it wants before it lets anybody in, where it has not said so yet."""

import json

from mcp_types import LATEST_PROTOCOL_VERSION

from interlock_handlers.oauth.challenge import Challenge, read_challenge
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import FetchFailed
from interlock_handlers.server_spec import ServerSpec

PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode()


async def challenge_of(outbound: Outbound, spec: ServerSpec) -> Challenge:
    """What it says to somebody without credentials; a server that says nothing may still describe itself.

    Raises AddressRefused.
    """
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": LATEST_PROTOCOL_VERSION}
    try:
        if spec.transport == "sse":
            answer = await outbound.fetch("GET", spec.url, headers=headers, max_redirects=0)
        else:
            headers["Content-Type"] = "application/json"
            answer = await outbound.fetch("POST", spec.url, headers=headers, content=PING)
    except FetchFailed:
        return Challenge()
    return read_challenge(answer.headers.get("www-authenticate")) if answer.status == 401 else Challenge()
