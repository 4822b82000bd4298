"""Standing permissions: who may give them, whether policy permits them, and that they can be taken back at once."""

import json
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import FieldError, Problem, feature_off, not_found
from interlock_platform.features.store import features_of
from interlock_platform.grants import store
from interlock_platform.grants.offer import Offer
from interlock_platform.grants.permission import forbidden_by
from interlock_platform.policy.bodies import understand
from interlock_platform.policy.judging import Judged, Judging
from interlock_platform.principal import Principal
from interlock_platform.rights import has, require
from interlock_platform.tables.policy import Grant

MAX_LISTED = 1_000


class Grants:
    """The grants of all tenants; `server_names` are those of the catalogue, by id."""

    def __init__(self, database: Database, judging: Judging, server_names: Mapping[str, str]) -> None:
        self._database = database
        self._judging = judging
        self._server_names = server_names

    async def list_grants(self, who: Principal, scope: str) -> list[dict[str, Any]]:
        """`mine`: those that hold for the caller; `tenant`: all, for whoever manages them."""
        if scope == "tenant":
            require(who, "grants.manage")
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            found = await store.list_grants(session, None if scope == "tenant" else who.user_id, MAX_LISTED)
        return [each.wire(self._server_names) for each in found]

    async def create(self, who: Principal, offer: Offer) -> dict[str, Any]:
        """Gives a grant that somebody wrote down, not one from a card. Raises what `give` raises."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            grant = await self.give(session, who, offer)
            given = await store.find(session, grant.id)
        assert given is not None, "it was given in this transaction"
        return given.wire(self._server_names)

    async def give(self, session: AsyncSession, by: Principal, offer: Offer) -> Grant:
        """Gives a grant in the caller's transaction, as it is offered or not at all: it is never narrowed.

        A rule whose condition forbids grants for some of the calls only does not stand in the way: there the grant does
        not apply. Raises `grant_refused` with the name of the rule, `forbidden`, `feature_off`, `not_found` for a
        person or a chat that is not there, `invalid_condition`, and `invalid` for a definition that is not pinned.
        """
        if offer.user_id != by.user_id or offer.unattended:
            require(by, "grants.manage")
        if not has(by.roles, "grants.manage") and not (await features_of(session)).own_permissions:
            raise feature_off("lets people give no permissions for themselves")
        if offer.condition is not None:
            understand(offer.condition)
        await self._require_people(session, offer)
        if not await store.is_pinned(session, offer.server_id, offer.tool, offer.definition_hash):
            error = FieldError("/definition_hash", "The server never declared this tool so.")
            raise Problem("invalid", 422, "There is no such definition of this tool.", errors=(error,))
        judged = await self._judge(session, by, offer)
        rule = forbidden_by(offer, await store.forbidding(session, offer), judged)
        if rule is not None:
            message = f"This can't be allowed for the future: \u201c{rule}\u201d forbids it."
            raise Problem("grant_refused", 403, message, rule=rule)
        return await self._enter(session, by, offer)

    async def revoke(self, who: Principal, grant_id: UUID) -> None:
        """Takes it back: once this has returned, no call begins by it. Done twice, it is done once."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            found = await store.find(session, grant_id)
            if found is None or not concerns(found.grant, who.user_id, who.roles):
                raise not_found()
            grant = found.grant
            if who.user_id not in (grant.user_id, grant.given_by):
                require(who, "grants.manage")
            if await store.revoke(session, grant_id, who.user_id):
                of = str(grant.user_id) if grant.user_id else None
                record(session, who.user_id, "grant.revoked", str(grant_id), user=of)
                await store.ring(session, who.tenant_id, grant_id, user_id=grant.user_id, given_by=grant.given_by)

    async def news(self, tenant_id: UUID, user_id: UUID, grant_id: UUID) -> dict[str, Any] | None:
        """How the grant stands, for a user whom it concerns."""
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            found = await store.find(session, grant_id)
            roles = await store.roles_of(session, user_id)
        if found is None or roles is None or not concerns(found.grant, user_id, roles):
            return None
        return {"id": str(grant_id), "state": found.state}

    async def _require_people(self, session: AsyncSession, offer: Offer) -> None:
        """The chat is the grantee's own, and the grantee is here: what is somebody else's is as what is nobody's."""
        if offer.user_id is None:
            if offer.thread_id is not None:
                error = FieldError("/thread_id", "A chat is one person's: leave it out, or say whose.")
                raise Problem("invalid", 422, "What is everybody's can't be for one chat.", errors=(error,))
            return
        if await store.roles_of(session, offer.user_id) is None:
            raise not_found()
        if offer.thread_id is not None and not await store.has_thread(session, offer.user_id, offer.thread_id):
            raise not_found()

    async def _judge(self, session: AsyncSession, by: Principal, offer: Offer) -> list[Judged]:
        """The policy's word on calls that the offer is for: attended ones and, if it is for those, unattended ones."""
        return [
            await self._judging.judge(
                session,
                server_id=offer.server_id,
                tool=offer.tool,
                definition_hash=offer.definition_hash,
                arguments=json.loads(offer.arguments) if offer.arguments is not None else {},
                requester=offer.user_id or by.user_id,
                thread_id=offer.thread_id,
                unattended=unattended,
            )
            for unattended in ((False, True) if offer.unattended else (False,))
        ]

    async def _enter(self, session: AsyncSession, by: Principal, offer: Offer) -> Grant:
        grant = Grant(
            id=uuid4(),
            user_id=offer.user_id,
            thread_id=offer.thread_id,
            server_id=offer.server_id,
            tool=offer.tool,
            definition_hash=offer.definition_hash,
            arguments=offer.arguments,
            condition=offer.condition,
            unattended=offer.unattended,
            uses_left=offer.uses,
            expires_at=await store.now(session) + timedelta(days=offer.days),
            from_call=offer.from_call,
            given_by=by.user_id,
        )
        session.add(grant)
        await session.flush()
        record(
            session, by.user_id, "grant.given", str(grant.id),
            user=str(offer.user_id) if offer.user_id else None,
            thread=str(offer.thread_id) if offer.thread_id else None,
            server=offer.server_id, tool=offer.tool, definition=offer.definition_hash,
            arguments=sha256(offer.arguments.encode()).hexdigest() if offer.arguments is not None else None,
            condition=offer.condition, unattended=offer.unattended, uses=offer.uses, days=offer.days,
            call=str(offer.from_call) if offer.from_call else None,
        )  # fmt: skip
        await store.ring(session, by.tenant_id, grant.id, user_id=grant.user_id, given_by=grant.given_by)
        return grant


def concerns(grant: Grant, user_id: UUID, roles: frozenset[str]) -> bool:
    """Whether this person may know of the grant: it holds for them, they gave it, or they manage grants."""
    return grant.user_id in (None, user_id) or grant.given_by == user_id or has(roles, "grants.manage")
