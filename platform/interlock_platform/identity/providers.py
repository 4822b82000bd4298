"""The identity providers that people sign in with, and which of them somebody means."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from interlock_platform.errors import not_found
from interlock_platform.identity.oidc import Provider
from interlock_platform.identity.rules import Rules

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

MAIN = "main"
"""The provider that the settings name, or the development one."""


@dataclass(frozen=True)
class Trusted:
    """One provider, by the `id` that its addresses have here.

    `key` stands for it in the tables: its issuer for a real one. The development provider's issuer contains the port,
    so its key is the constant `interlock-dev`: alice is one person, whichever port she came by. People whose e-mail
    addresses are of the `domains` are sent here without being asked.
    """

    id: str
    name: str
    key: str
    client: Provider
    rules: Rules
    domains: frozenset[str] = frozenset()


Find = Callable[[UUID], Awaitable[Trusted | None]]
"""A provider that a tenant entered, by its id."""


class Providers:
    """Those of the operator's settings and file, in their order, and beside them those that tenants entered."""

    def __init__(self, providers: Sequence[Trusted], own: Find | None = None) -> None:
        self._by_id = {provider.id: provider for provider in providers}
        self._own = own

    @property
    def all(self) -> Sequence[Trusted]:
        return tuple(self._by_id.values())

    @property
    def keys(self) -> list[str]:
        """Whose word counts: sessions of people whom another has vouched for open nothing."""
        return [provider.key for provider in self._by_id.values()]

    @property
    def has_own(self) -> bool:
        """Whether those count that tenants entered."""
        return self._own is not None

    async def get(self, provider_id: str) -> Trusted:
        """Raises `not_found`."""
        if provider_id in self._by_id:
            return self._by_id[provider_id]
        found = await self._own(UUID(provider_id)) if self._own is not None and _ID.fullmatch(provider_id) else None
        if found is None:
            raise not_found()
        return found

    async def meant(self, provider_id: str | None, hint: str | None) -> Trusted | None:
        """The one that is named, or that the address in the hint is of, or the only one; else somebody has to choose.

        Raises `not_found`.
        """
        if provider_id is not None:
            return await self.get(provider_id)
        domain = (hint or "").rpartition("@")[2].casefold()
        for provider in self._by_id.values():
            if domain in provider.domains:
                return provider
        return self.all[0] if len(self._by_id) == 1 else None


def callback_path(provider_id: str) -> str:
    """Each has its own: an answer that comes by another's way is refused (RFC 9700, mix-up)."""
    return "/auth/callback" if provider_id == MAIN else f"/auth/callback/{provider_id}"
