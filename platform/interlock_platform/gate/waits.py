"""What a run waits for, as AG-UI interrupts."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_graphs.events import interrupt_of
from interlock_platform.gate import store
from interlock_platform.gate.card import DECISION_SCHEMA
from interlock_platform.gate.ledger import Ledger


async def interrupts(session: AsyncSession, thread_id: UUID, run_id: UUID, ledger: Ledger) -> list[dict[str, Any]]:
    """One for each call of the run in which a person has something to do."""
    found = []
    for call in await store.of_run(session, thread_id, run_id):
        whole = await store.find(session, call.id) if call.state in store.WAITING else None
        if whole is None:
            continue
        shown = ledger.card_for_requester(whole)
        found.append(
            interrupt_of(
                shown["id"],
                call.tool_call_id,
                reason=shown["reason"],
                message=_message(shown),
                expires_at=shown["expires_at"],
                response_schema=DECISION_SCHEMA,
                call=shown,
            )
        )
    return found


def _message(shown: dict[str, Any]) -> str:
    if shown["asked"]:
        return str(shown["asked"]["message"])
    return f"{shown['tool']['title'] or shown['tool']['name']} waits for a decision."
