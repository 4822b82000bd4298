"""Who is asking, as read from the live session or key of this very request or event."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class ByKey:
    """The key that a program came with, and what it was made for; `by_token`: it brought a token that the key gave."""

    id: UUID
    scopes: frozenset[str]
    by_token: bool = False


@dataclass(frozen=True)
class Principal:
    """Somebody in one tenant: a person who signed in, or a program with a key of theirs (`key`).

    `session_id` is the session, or the key in its place. A program's roles are never more than a member's.
    """

    tenant_id: UUID
    user_id: UUID
    session_id: UUID
    name: str
    email: str
    roles: frozenset[str]
    key: ByKey | None = None
    signed_in_seconds: float | None = None
    """How long ago they proved who they are; None where nobody can say."""
