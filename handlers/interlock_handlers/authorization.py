"""What a connection asks for credentials: fresh before each request, and again when they were refused."""

from collections.abc import Mapping
from typing import Protocol


class Authorization(Protocol):
    """One user's credentials for one server. Two that compare equal stand for the same account."""

    async def headers(self) -> Mapping[str, str]:
        """What the next request carries.

        Raises LoginRequired where there is nothing to send, and ServerUnavailable where it can't be got now.
        """
        ...

    async def refused(self, status: int, challenge: str | None, sent: Mapping[str, str]) -> bool:
        """The server answered 401 or 403 to a request with the headers `sent`, which proves that it ran nothing.

        `challenge` is its WWW-Authenticate. True if there are other credentials by now, and the request may be sent
        once more; False if other credentials would not help. Raises LoginRequired where only the user can help, and
        ServerUnavailable where new credentials can't be got now.
        """
        ...
