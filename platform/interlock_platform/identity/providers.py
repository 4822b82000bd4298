"""The identity providers that people sign in with, and which of them somebody means."""

from collections.abc import Sequence
from dataclasses import dataclass

from interlock_platform.errors import not_found
from interlock_platform.identity.oidc import Provider
from interlock_platform.identity.rules import Rules

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


class Providers:
    """Those of the operator's settings and file, in their order."""

    def __init__(self, providers: Sequence[Trusted]) -> None:
        self._by_id = {provider.id: provider for provider in providers}

    @property
    def all(self) -> Sequence[Trusted]:
        return tuple(self._by_id.values())

    @property
    def keys(self) -> list[str]:
        """Whose word counts: sessions of people whom another has vouched for open nothing."""
        return [provider.key for provider in self._by_id.values()]

    def get(self, provider_id: str) -> Trusted:
        """Raises `not_found`."""
        if provider_id not in self._by_id:
            raise not_found()
        return self._by_id[provider_id]

    def meant(self, provider_id: str | None, hint: str | None) -> Trusted | None:
        """The one that is named, or that the address in the hint is of, or the only one; else somebody has to choose.

        Raises `not_found`.
        """
        if provider_id is not None:
            return self.get(provider_id)
        domain = (hint or "").rpartition("@")[2].casefold()
        for provider in self._by_id.values():
            if domain in provider.domains:
                return provider
        return self.all[0] if len(self._by_id) == 1 else None


def callback_path(provider_id: str) -> str:
    """Each has its own: an answer that comes by another's way is refused (RFC 9700, mix-up)."""
    return "/auth/callback" if provider_id == MAIN else f"/auth/callback/{provider_id}"
