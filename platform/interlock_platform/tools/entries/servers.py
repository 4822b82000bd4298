"""The catalogue as each user sees it: the operator's servers, the tenant's, and their own."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.errors import not_found
from interlock_platform.features.store import features_of
from interlock_platform.tools.entries import store
from interlock_platform.tools.entries.entry import Catalogue, Entry
from interlock_platform.tools.entries.permitted import still_permitted
from interlock_platform.tools.entries.store import Policy


class Servers:
    """Every method reads in the tenant of the transaction; the operator's servers are everybody's."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    async def visible(self, session: AsyncSession, user_id: UUID) -> dict[str, Entry]:
        """By id: the operator's, then the tenant's, then the user's own."""
        entered = await store.entries(session, user_id)
        return {**self.catalogue.entries, **{entry.spec.id: entry for entry in entered}}

    async def find(self, session: AsyncSession, user_id: UUID, server_id: str) -> Entry:
        """Raises `not_found` for what is somebody else's as for what does not exist."""
        entry = await self.seen(session, user_id, server_id)
        if entry is None:
            raise not_found()
        return entry

    async def seen(self, session: AsyncSession, user_id: UUID, server_id: str) -> Entry | None:
        offered = self.catalogue.entries.get(server_id)
        if offered is not None:
            return offered
        row = await store.find(session, user_id, server_id)
        return store.entry_of(row) if row else None

    async def names(self, session: AsyncSession, user_id: UUID) -> dict[str, str]:
        """What the servers are called that this user sees, by id."""
        offered = {server_id: entry.spec.name for server_id, entry in self.catalogue.entries.items()}
        return {**offered, **await store.names(session, user_id)}

    async def refusal(self, session: AsyncSession, entry: Entry) -> str | None:
        """Why the tenant no longer lets its owner use an entry that is there; None where it does."""
        if entry.spec.origin != "personal":
            return None
        return still_permitted(await in_force(session), entry)


async def in_force(session: AsyncSession) -> Policy:
    """What people may enter for themselves now: nothing where the organisation does without servers of their own."""
    if not (await features_of(session)).personal_servers:
        return Policy("catalogue")
    return await store.policy(session)
