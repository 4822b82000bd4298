"""Who is asking, as read from the live session of this very request or event."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Principal:
    """A signed-in person in one tenant."""

    tenant_id: UUID
    user_id: UUID
    session_id: UUID
    name: str
    email: str
    roles: frozenset[str]
