"""A user's toolset changes when what a server declares does: a new revision, and what waits is looked at again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.definition import ToolDefinition
from interlock_platform.runs.queue import Queue
from interlock_platform.runs.store import tell_user
from interlock_platform.tools import store
from interlock_platform.tools.definitions import store as definition_store
from interlock_platform.tools.definitions.review import review
from interlock_platform.tools.toolset import Toolset


async def record_tools(
    session: AsyncSession,
    queue: Queue,
    tenant_id: UUID,
    user_id: UUID,
    server_id: str,
    declared: Sequence[ToolDefinition],
) -> Toolset:
    """What the server declares now takes the place of what it declared before: a new revision if that differs."""
    await store.hold_user(session, user_id)
    wanted = server_id in await store.wanted(session, user_id)
    sorted_out = await review(session, server_id, declared if wanted else ())
    revision = await store.latest_revision(session, user_id)
    before = await read_toolset(session, user_id, revision)
    others = tuple(each for each in before.definitions if each.server_id != server_id)
    after = Toolset(revision + 1, (*others, *sorted_out.admitted))
    if sorted_out.set_aside or not set(before.entries) <= set(after.entries):
        # What waits may be about a tool that is not offered any more.
        await queue.revalidate(session, tenant_id, user_id)
    if after.definitions == before.definitions:
        return before
    await definition_store.pin(session, after.definitions)
    await store.add_revision(session, user_id, after.revision, after.entries)
    await tell_user(session, tenant_id, user_id, "toolset:")
    return after


async def read_toolset(session: AsyncSession, user_id: UUID, revision: int) -> Toolset:
    entries = await store.toolset_entries(session, user_id, revision)
    return Toolset(revision, tuple(await store.pinned(session, entries)))
