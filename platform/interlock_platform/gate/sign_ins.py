"""Sign-ins that calls wait for: once the user is signed in, they are answered without anybody's click."""

from uuid import UUID

from sqlalchemy import func

from interlock_platform.database import Database, Scope
from interlock_platform.gate import store
from interlock_platform.gate.ledger import Ledger
from interlock_platform.principal import Principal
from interlock_platform.runs import store as runs


class SignIns:
    """Answers cards of kind `login`."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def answer(self, who: Principal, server_id: str) -> int:
        """Every call of theirs that waits for this server goes on; how many cards were answered."""
        scope = Scope(tenant_id=who.tenant_id)
        async with self._database.transaction(scope) as session:
            waiting = await store.waiting_logins(session, who.user_id, server_id)
        return sum([await self._answer_one(who, call_id) for call_id in waiting])

    async def _answer_one(self, who: Principal, call_id: UUID) -> bool:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id), "decide") as session:
            asked = await store.row(session, call_id)
            thread = await runs.hold(session, asked.thread_id) if asked is not None else None
            if thread is None or asked is None:
                return False
            answered = await self._ledger.move(
                session, thread, call_id, ("proposed",), "answered",
                actor=who.user_id, presented_seal=asked.seal, before_expiry=True,
                decision="respond", decided_by=who.user_id, decided_at=func.now(), ended_at=func.now(),
                result={"text": "", "structured": None, "is_error": False},
            )  # fmt: skip
        return answered is not None
