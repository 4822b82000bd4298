"""How much of what tools give an organisation keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.gate.artifacts.sorting import Kept
from interlock_platform.tables.artifacts import Artifact

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Room:
    """`mebibytes` of every organisation's artifacts together; two calls at once may be over it by one of them."""

    mebibytes: int

    async def fit(
        self, session: AsyncSession, kept: Sequence[Kept], blocks: Sequence[dict[str, Any]]
    ) -> tuple[list[Kept], list[dict[str, Any]]]:
        """As many of these as there is room for; in the places of the blocks of the others, a note stands."""
        if not kept:
            return [], list(blocks)
        used = (
            await session.execute(select(func.coalesce(func.sum(func.octet_length(col(Artifact.data))), 0)))
        ).scalar_one()
        left = self.mebibytes * MEBIBYTE - used
        fitting: list[Kept] = []
        for each in kept:
            if len(each.data) <= left:
                left -= len(each.data)
                fitting.append(each)
        out = {str(each.id) for each in kept} - {str(each.id) for each in fitting}
        return fitting, [self._note(block) if block.get("id") in out else block for block in blocks]

    def _note(self, block: dict[str, Any]) -> dict[str, Any]:
        what = f"{block['name']} ({block['size'] / 1024:,.0f} KiB) is not kept"
        why = f"your organisation's {self.mebibytes:,} MiB for such things are used up. Delete chats that nobody needs."
        return {"kind": "omitted", "note": f"{what}: {why}"}
