"""What a rule may look at: the call as it would run, and who wants it. Nothing that a server says of itself."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from interlock_graphs.conditions import Situation

Effect = Literal["pure", "idempotent", "at_most_once"]
"""Whether a call that may have happened can be sent again; only an admin says so."""
Risk = Literal["reads", "changes", "destroys", "leaves"]
"""What a call can do at worst; None where no admin has said. `leaves`: data leaves the organisation."""


@dataclass(frozen=True)
class Facts:
    """One call. `tool` is the server's own name for it, `arguments` are what would run."""

    server_id: str
    tool: str
    definition_hash: str
    arguments: dict[str, Any]
    requester: UUID
    email: str
    roles: frozenset[str]
    thread_id: UUID | None = None
    unattended: bool = False
    of_key: bool = False
    """The requester is the account of a key of the organisation's: no person, so it can be asked nothing."""
    effect: Effect = "at_most_once"
    risk: Risk | None = None

    @cached_property
    def situation(self) -> Situation:
        """The same, as conditions look at it."""
        return Situation(
            {
                "arguments": self.arguments,
                "tool": {"name": self.tool, "server": self.server_id, "effect": self.effect, "risk": self.risk},
                "requester": {"id": str(self.requester), "email": self.email, "roles": sorted(self.roles)},
                "unattended": self.unattended,
            }
        )
