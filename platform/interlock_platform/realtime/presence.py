"""Who looks on through a socket of this process."""

from uuid import UUID


class Presence:
    """The people behind the open sockets, found by their tenant."""

    def __init__(self) -> None:
        self._people: dict[str, tuple[UUID, UUID]] = {}
        self._sockets: dict[UUID, dict[UUID, set[str]]] = {}

    def enter(self, sid: str, tenant_id: UUID, user_id: UUID) -> None:
        self._people[sid] = tenant_id, user_id
        self._sockets.setdefault(tenant_id, {}).setdefault(user_id, set()).add(sid)

    def leave(self, sid: str) -> None:
        """The socket is closed; one that never entered is nobody's."""
        if sid not in self._people:
            return
        tenant_id, user_id = self._people.pop(sid)
        users = self._sockets[tenant_id]
        users[user_id].remove(sid)
        if not users[user_id]:
            del users[user_id]
        if not users:
            del self._sockets[tenant_id]

    def count(self, tenant_id: UUID, user_id: UUID) -> int:
        """How many sockets one of them has open."""
        return len(self._sockets.get(tenant_id, {}).get(user_id, ()))

    def users_of(self, tenant_id: UUID) -> tuple[UUID, ...]:
        """Each of them once, however many sockets they have."""
        return tuple(self._sockets.get(tenant_id, ()))
