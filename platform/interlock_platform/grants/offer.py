"""A permission that somebody is about to give, before anybody has asked whether it may be given."""

from dataclasses import dataclass
from uuid import UUID

MOST_DAYS = 30
MOST_USES = 10_000


@dataclass(frozen=True)
class Offer:
    """Whom it is for, for which calls, and how far: the bounds of the grant that it becomes.

    Without `user_id` it is for everybody, without `thread_id` for every chat, without `arguments` (canonical JSON) for
    any, and without `uses` for any number of calls. `from_call` is the call whose card it was given on.
    """

    user_id: UUID | None
    server_id: str
    tool: str
    definition_hash: str
    thread_id: UUID | None = None
    arguments: str | None = None
    condition: str | None = None
    unattended: bool = False
    uses: int | None = None
    days: int = MOST_DAYS
    from_call: UUID | None = None
