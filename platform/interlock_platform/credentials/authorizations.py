"""What connections are given to send: a login's token, or secret headers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from interlock_handlers.oauth.challenge import read_challenge
from interlock_platform.credentials.keeper import Keeper, Place

HEADER = "header:"
"""What the names of secret headers begin with, in the vault."""


@dataclass(frozen=True)
class Login:
    """OAuth: the token of this account, for as long as the login is this account's."""

    place: Place
    account: str
    keeper: Keeper = field(compare=False, repr=False)

    async def headers(self) -> Mapping[str, str]:
        token = await self.keeper.token(self.place, self.account)
        return {"Authorization": f"Bearer {token}"} if token is not None else {}

    async def refused(self, status: int, challenge: str | None, sent: Mapping[str, str]) -> bool:
        said = read_challenge(challenge)
        if status == 403 and not said.wants_more:
            return False
        token = sent.get("Authorization", "").removeprefix("Bearer ")
        return await self.keeper.refused(self.place, said, token or None)


@dataclass(frozen=True)
class Headers:
    """Secrets that somebody entered with the server; `version` is another one after each change of them."""

    place: Place
    version: str
    values: Mapping[str, str] = field(compare=False, repr=False)

    async def headers(self) -> Mapping[str, str]:
        return self.values

    async def refused(self, status: int, challenge: str | None, sent: Mapping[str, str]) -> bool:
        return False
