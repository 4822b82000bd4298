"""What a server says when it wants credentials, or more of them: WWW-Authenticate, read."""

from dataclasses import dataclass

import httpx2
from mcp.client.auth.utils import extract_field_from_www_auth

MOST_CHARACTERS = 2000


@dataclass(frozen=True)
class Challenge:
    """`scope` is what the refused request needs, `resource_metadata` where the server describes itself (RFC 9728)."""

    error: str | None = None
    scope: str | None = None
    resource_metadata: str | None = None

    @property
    def wants_more(self) -> bool:
        """Whether the credentials are good, and not good for this."""
        return self.error == "insufficient_scope"


def read_challenge(header: str | None) -> Challenge:
    """Of a header that says nothing, or too much, nothing."""
    if not header or len(header) > MOST_CHARACTERS:
        return Challenge()
    answer = httpx2.Response(401, headers={"WWW-Authenticate": header})
    return Challenge(
        error=extract_field_from_www_auth(answer, "error"),
        scope=extract_field_from_www_auth(answer, "scope"),
        resource_metadata=extract_field_from_www_auth(answer, "resource_metadata"),
    )
