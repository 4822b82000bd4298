"""An entry of the catalogue: a server, what people are told of it, and whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from interlock_handlers.server_spec import ServerSpec

Trust = Literal["trusted", "untrusted"]
"""The operator's word on a server, for admins who set its policy; by itself it allows nothing."""


@dataclass(frozen=True)
class Entry:
    """`spec` is without the values of secret headers, which are fetched to connect; `owner` is whose own it is.

    `revision` grows with every change of how the server is reached.
    """

    spec: ServerSpec
    icon: str | None = None
    categories: tuple[str, ...] = ()
    trust: Trust = "untrusted"
    header_names: tuple[str, ...] = ()
    owner: UUID | None = None
    revision: int = 0

    def wire(self) -> dict[str, Any]:
        """What everybody is told who sees it: nothing of how a command is run, and no header's value."""
        spec = self.spec
        return {
            "id": spec.id,
            "name": spec.name,
            "description": spec.description,
            "transport": spec.transport,
            "origin": spec.origin,
            "auth": spec.auth,
            "icon": self.icon,
            "categories": list(self.categories),
            "trust": self.trust,
        }


@dataclass(frozen=True)
class Catalogue:
    """What the operator offers: entries by id, and what servers that others enter may be at, private or not."""

    entries: Mapping[str, Entry]
    allowed: tuple[str, ...] = ()
