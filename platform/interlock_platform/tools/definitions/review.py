"""What a server declares is looked at: what is new is trusted, what is other than before is set aside."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_handlers.definition import ToolDefinition
from interlock_platform.audit.store import record
from interlock_platform.tools.definitions import store
from interlock_platform.tools.definitions.sorting import Sorted, sort_out

MOST_RECORDED = 50
"""Names of tools that an entry of the record lists."""


@dataclass(frozen=True)
class Offered:
    """A tool as it may be called now, or why it may not."""

    definition: ToolDefinition | None
    why: str = ""


async def review(session: AsyncSession, server_id: str, declared: Sequence[ToolDefinition]) -> Sorted:
    """Sorts out what the server declares now, and puts on the record what is set aside for the first time."""
    if not declared:
        return sort_out((), {})
    await store.hold(session, server_id)
    sorted_out = await sorted_now(session, server_id, declared)
    await store.pin(session, (*sorted_out.fresh, *sorted_out.set_aside))
    await store.note(session, sorted_out.fresh, "first")
    new = await store.note(session, sorted_out.set_aside, "set_aside")
    if new:
        await store.forget_oldest(session, server_id)
        record(
            session, None, "definition.set_aside", server_id,
            tools=[each.name[:80] for each in new[:MOST_RECORDED]], count=len(new),
            quarantined=sorted_out.quarantined,
        )  # fmt: skip
    return sorted_out


async def sorted_now(session: AsyncSession, server_id: str, declared: Sequence[ToolDefinition]) -> Sorted:
    """The same without writing anything."""
    return sort_out(declared, (await store.decisions(session, [server_id]))[server_id])


async def offered(session: AsyncSession, server_id: str, declared: Sequence[ToolDefinition], tool: str) -> Offered:
    """What may be called under this name of all that the server declares."""
    sorted_out = await sorted_now(session, server_id, declared)
    for definition in sorted_out.admitted:
        if definition.name == tool:
            return Offered(definition)
    if sorted_out.quarantined:
        return Offered(None, "So many of the server's tools changed at once that none of them may be used until "
                             "somebody has accepted the changes.")  # fmt: skip
    if any(definition.name == tool for definition in sorted_out.set_aside):
        return Offered(None, "The tool's definition changed. It is set aside until somebody accepts the change.")
    return Offered(None, "The server no longer offers this tool.")
