"""What policy would say of a call, and why, without making the call."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.database import Database, Scope
from interlock_platform.errors import FieldError, Problem, not_found
from interlock_platform.policy import store as policy_store
from interlock_platform.policy.judge import Verdict
from interlock_platform.policy.judging import Judging
from interlock_platform.policy.trying import store
from interlock_platform.principal import Principal
from interlock_platform.rights import require
from interlock_platform.tools.entries.servers import Servers

ShowGrant = Callable[[AsyncSession, UUID], Awaitable[dict[str, Any] | None]]
"""A grant as people see it."""


class Explaining:
    """Answers why."""

    def __init__(self, database: Database, judging: Judging, servers: Servers, show_grant: ShowGrant) -> None:
        self._database = database
        self._judging = judging
        self._servers = servers
        self._show_grant = show_grant

    async def explain(
        self,
        who: Principal,
        *,
        server_id: str,
        tool: str,
        arguments: dict[str, Any],
        user_id: UUID | None,
        thread_id: UUID | None,
        unattended: bool,
    ) -> dict[str, Any]:
        """Raises `forbidden` for somebody else's calls, `not_found` for people and chats that are not there."""
        requester = user_id or who.user_id
        if requester != who.user_id:
            require(who, "policy.manage")
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            if server_id not in await self._servers.names(session, who.user_id):
                error = FieldError("/server", "There is no such server in the catalogue.")
                raise Problem("invalid", 422, "Some of what was sent is not valid.", errors=(error,))
            if thread_id is not None and await policy_store.owner_of(session, thread_id) != requester:
                raise not_found()
            definition_hash = await store.definition_of(session, requester, server_id, tool)
            judged = await self._judging.judge(
                session, server_id=server_id, tool=tool, definition_hash=definition_hash, arguments=arguments,
                requester=requester, thread_id=thread_id, unattended=unattended,
            )  # fmt: skip
            grant = judged.verdict.grant
            asked = {user for need in judged.verdict.terms.needs for user in need.users}
            return {
                "verdict": judged.verdict.verdict,
                "version": judged.version,
                "trace": judged.verdict.trace_wire(),
                "effect": judged.facts.effect,
                "risk": judged.facts.risk,
                **_terms(judged.verdict, await policy_store.names(session, asked)),
                "grant": await self._show_grant(session, grant.id) if grant else None,
            }


def _terms(verdict: Verdict, names: dict[UUID, str]) -> dict[str, Any]:
    """Who is asked and until when, where anybody is."""
    if verdict.verdict != "ask":
        return {"needs": [], "expiry": None}
    terms, needs = verdict.terms, []
    for need in terms.needs:
        users = [{"id": str(each), "name": names.get(each, "Somebody who left")} for each in need.users]
        needs.append({**need.wire(), "users": users})
    expiry = terms.expiry
    said = (
        {"rule": expiry.rule, "minutes": expiry.minutes, "then": expiry.then, "extend": terms.extend}
        if expiry
        else None
    )
    return {"needs": needs, "expiry": said}
