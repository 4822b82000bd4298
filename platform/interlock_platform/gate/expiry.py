"""Time that people have: it runs out, somebody gives more of it, or others are asked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.database import Database, Scope
from interlock_platform.doors import require_person
from interlock_platform.errors import Problem, not_found
from interlock_platform.gate import store
from interlock_platform.gate.card import MOST_EXTENSIONS, rule_of
from interlock_platform.gate.inbox import viewer_of, visible
from interlock_platform.gate.ledger import Ledger
from interlock_platform.gate.store import Whole
from interlock_platform.principal import Principal
from interlock_platform.runs import store as runs
from interlock_platform.tables.conversation import Thread


class Expiry:
    """What happens when nobody decides, as the rule that asked says."""

    def __init__(self, database: Database, ledger: Ledger, approval_minutes: int) -> None:
        self._database = database
        self._ledger = ledger
        self._approval_minutes = approval_minutes

    async def expire(self, tenant_id: UUID, call_id: UUID) -> None:
        """Lets a call expire that nobody decided in time."""
        async with self._database.transaction(Scope(tenant_id=tenant_id), "expire") as session:
            whole = await store.find(session, call_id)
            thread = await runs.hold(session, whole.call.thread_id) if whole else None
            if whole is None or thread is None:
                return
            expiry = whole.terms.expiry
            if expiry and expiry.then == "escalate" and expiry.to:
                await self._escalate(session, thread, whole)
                return
            expired = await self._ledger.move(
                session, thread, call_id, ("proposed",), "expired",
                actor=None, after_expiry=True, ended_at=func.now(),
            )  # fmt: skip
            if expired is not None and expiry and expiry.then == "cancel":
                await self._cancel_run(session, thread, expired, expiry.rule)

    async def extend(self, who: Principal, call_id: UUID) -> dict[str, Any]:
        """As much time again as it had at first. Raises `not_approver`, `not_extendable`."""
        require_person(who)
        async with self._database.transaction(Scope(tenant_id=who.tenant_id), "extend") as session:
            seen = await visible(session, who, call_id)
            thread = await runs.hold(session, seen.call.thread_id)
            whole = await visible(session, who, call_id)
            if thread is None:
                raise not_found()
            if not whole.terms.decider(who.user_id, who.roles, whole.call.user_id):
                rule = rule_of(whole.terms.needs)
                raise Problem("not_approver", 403, "Only who may decide this can give it more time.", rule=rule)
            if not whole.terms.extend or whole.call.extensions >= MOST_EXTENSIONS:
                raise Problem("not_extendable", 409, "It can't be given more time: decide it, or let it end.")
            until = whole.call.expires_at + self._time(whole)
            extended = await self._ledger.amend(
                session, thread, call_id, "call.extended", actor=who.user_id,
                before_expiry=True, expires_at=until, extensions=whole.call.extensions + 1,
            )  # fmt: skip
            if extended is None:
                raise Problem("not_extendable", 409, f"It waits no longer: the call is {whole.call.state}.")
            await self._ledger.expire_at(session, thread, call_id, until)
        return self._ledger.card(extended, viewer_of(who))

    async def _escalate(self, session: AsyncSession, thread: Thread, whole: Whole) -> None:
        terms = whole.terms.after_escalation()
        until = await store.now(session) + self._time(whole)
        escalated = await self._ledger.amend(
            session, thread, whole.call.id, "call.escalated", actor=None,
            after_expiry=True, terms=terms.wire(), expires_at=until,
        )  # fmt: skip
        if escalated is not None:
            await self._ledger.expire_at(session, thread, whole.call.id, until)

    async def _cancel_run(self, session: AsyncSession, thread: Thread, whole: Whole, rule: str) -> None:
        run = await runs.run_of(session, thread.id, whole.call.run_id)
        if run is not None and run.state in runs.OPEN_STATES:
            run.cancelled_at = await store.now(session)
            message = f"Nobody decided in time, and the rule \u201c{rule}\u201d ends the run then."
            run.error = {"code": "expired", "message": message}
            await runs.ask_to_stop(session, thread.id, run.id)
            await self._ledger.go_on(session, thread)

    def _time(self, whole: Whole) -> timedelta:
        expiry = whole.terms.expiry
        return timedelta(minutes=expiry.minutes if expiry else self._approval_minutes)
