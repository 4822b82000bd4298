"""Whose secret it is."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Owner:
    """One user's for one server, or, without a user, the tenant's."""

    tenant_id: UUID
    user_id: UUID | None
    server_id: str

    def place(self, name: str) -> tuple[str, ...]:
        """What a secret of this name is bound to."""
        return (str(self.tenant_id), str(self.user_id or ""), self.server_id, name)
