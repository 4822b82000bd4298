"""What waits for people, as each of them may see it."""

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.database import Database, Scope
from interlock_platform.errors import not_found
from interlock_platform.gate import store
from interlock_platform.gate.card import Viewer
from interlock_platform.gate.ledger import Ledger
from interlock_platform.gate.store import CallState, Whole
from interlock_platform.policy.facts import Risk
from interlock_platform.policy.terms import read_terms
from interlock_platform.principal import Principal
from interlock_platform.rights import has, require
from interlock_platform.tables.ledger import Call

MAX_LISTED = 200
MAX_LOOKED_AT = 2000
InboxScope = Literal["mine", "tenant", "unattended"]


class Inbox:
    """Lists and shows calls; authority is the reader's, as of now."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def list_calls(
        self,
        who: Principal,
        *,
        scope: InboxScope = "mine",
        state: CallState = "proposed",
        server: str | None = None,
        risk: Risk | Literal["unclassified"] | None = None,
        older_than_minutes: int | None = None,
    ) -> dict[str, Any]:
        """Raises `forbidden`."""
        if scope != "mine":
            require(who, "approvals.see_all")
        viewer = viewer_of(who)
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            wholes = await self._in_scope(session, viewer, scope, state)
            waiting = await store.waiting(session)
            before = await store.now(session) - timedelta(minutes=older_than_minutes or 0)
        shown = [
            whole
            for whole in wholes
            if (server is None or whole.call.server_id == server)
            and (risk is None or (whole.call.risk or "unclassified") == risk)
            and (whole.call.created_at is None or whole.call.created_at <= before)
        ]
        return {
            "approvals": [self._ledger.card(whole, viewer) for whole in shown[:MAX_LISTED]],
            "counts": counts(waiting, viewer),
        }

    async def _in_scope(
        self, session: AsyncSession, viewer: Viewer, scope: InboxScope, state: CallState
    ) -> list[Whole]:
        if scope == "tenant":
            return await store.list_all(session, state, MAX_LOOKED_AT)
        if scope == "unattended":
            return [whole for whole in await store.list_all(session, state, MAX_LOOKED_AT) if whole.call.unattended]
        own = await store.list_own(session, viewer.user_id, state, MAX_LOOKED_AT)
        others = await store.list_with_deciders(session, state, MAX_LOOKED_AT)
        asked = [whole for whole in others if whole.call.user_id != viewer.user_id and decides(whole.call, viewer)]
        return sorted([*own, *asked], key=lambda whole: (str(whole.call.created_at), whole.call.position))

    async def show(self, who: Principal, call_id: UUID) -> dict[str, Any]:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            whole = await visible(session, who, call_id)
        return self._ledger.card(whole, viewer_of(who))

    async def news(self, tenant_id: UUID, user_id: UUID, call_id: UUID) -> dict[str, Any] | None:
        """That a call began or ceased to wait for this user, or changed, and how many wait now."""
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            whole = await store.find(session, call_id)
            reader = await store.person(session, user_id)
            if whole is None or reader is None or not sees(whole, viewer := Viewer(user_id, reader.roles)):
                return None
            mine = counts(await store.waiting(session), viewer)["mine"]
        call = whole.call
        return {
            "id": str(call.id),
            "thread_id": str(call.thread_id),
            "state": call.state,
            "tool": whole.declared["title"] or call.tool,
            "server": call.server_id,
            "waiting": mine,
        }


async def visible(session: AsyncSession, who: Principal, call_id: UUID) -> Whole:
    """The call, if this person has anything to do with it; otherwise it is as if there were none."""
    whole = await store.find(session, call_id)
    if whole is None or whole.thread_deleted or not sees(whole, viewer_of(who)):
        raise not_found()
    return whole


def sees(whole: Whole, viewer: Viewer) -> bool:
    own = whole.call.user_id == viewer.user_id
    return own or decides(whole.call, viewer) or has(viewer.roles, "approvals.see_all")


def decides(call: Call, viewer: Viewer) -> bool:
    return read_terms(call.terms).decider(viewer.user_id, viewer.roles, call.user_id)


def counts(waiting: list[Call], viewer: Viewer) -> dict[str, int]:
    """How many calls wait for this person, and, for who may see that, in the whole tenant."""
    everybody = has(viewer.roles, "approvals.see_all")
    return {
        "mine": sum(waits_for(call, viewer) for call in waiting),
        "tenant": len(waiting) if everybody else 0,
        "unattended": sum(call.unattended for call in waiting) if everybody else 0,
    }


def waits_for(call: Call, viewer: Viewer) -> bool:
    """Whether this person has something to do: decide it, or say what became of their own."""
    return decides(call, viewer) if call.state == "proposed" else call.user_id == viewer.user_id


def viewer_of(who: Principal) -> Viewer:
    return Viewer(who.user_id, who.roles)
