"""The rules of a tenant: who may write which, and what a rule has to be to be one."""

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.chain import canonical
from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import FieldError, Problem, not_found
from interlock_platform.policy import store
from interlock_platform.policy.bodies import ApproversBody, RuleBody, changed
from interlock_platform.policy.judge import LAYERS
from interlock_platform.policy.people import Active, require_deciders
from interlock_platform.policy.rulebook import need_of
from interlock_platform.principal import Principal
from interlock_platform.rights import has, require
from interlock_platform.tables.policy import Rule
from interlock_platform.tools.entries.servers import Servers

WORDS = ("name", "note", "condition")
MOST_RULES = 5_000
"""Of a tenant."""
MOST_OWN_RULES = 50
"""That one person made about themselves."""


class Policies:
    """The rules of all tenants."""

    def __init__(self, database: Database, servers: Servers) -> None:
        self._database = database
        self._servers = servers

    async def list_rules(self, who: Principal) -> dict[str, Any]:
        """What the caller is judged by; whoever manages the policy sees all of it."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            version, rows = await store.rules(session)
            people = await store.names(session, {each for row in rows for each in (row.user_id, row.changed_by)})
            own = await store.own_threads(session, who.user_id, {row.thread_id for row in rows})
        seen = [row for row in rows if _concerns(row, who, own)]
        seen.sort(key=lambda row: (LAYERS.index(row.layer), row.name, row.id))
        return {"version": str(version), "rules": [rule_wire(row, people, who) for row in seen]}

    async def create(self, who: Principal, body: RuleBody) -> dict[str, Any]:
        """Raises what `checked` raises, and `name_taken`."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await store.hold_tenant(session)
            await self.check(session, who, body)
            await self._require_room(session, who, body)
            row = Rule(id=uuid4(), changed_by=who.user_id, **columns(body))
            session.add(row)
            await session.flush()
            await session.refresh(row)
            record(session, who.user_id, "policy.created", str(row.id), after=recorded(body.wire()))
            return await self._shown(session, who, row)

    async def change(self, who: Principal, rule_id: UUID, change: Mapping[str, Any]) -> dict[str, Any]:
        """Changes what is named and leaves the rest. Raises what `create` raises."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            row, before = await self._changeable(session, who, rule_id)
            body = changed(before, change)
            await self.check(session, who, body, replaces=rule_id)
            if body.wire() != before:
                await store.change(session, rule_id, changed_by=who.user_id, **columns(body))
                record(
                    session,
                    who.user_id,
                    "policy.changed",
                    str(rule_id),
                    before=recorded(before),
                    after=recorded(body.wire()),
                )
            await session.refresh(row)
            return await self._shown(session, who, row)

    async def delete(self, who: Principal, rule_id: UUID) -> None:
        """It judges no more; its row stays for the calls that it judged."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            _, before = await self._changeable(session, who, rule_id)
            await store.delete(session, rule_id, who.user_id)
            record(session, who.user_id, "policy.deleted", str(rule_id), before=recorded(before))

    async def check(self, session: AsyncSession, who: Principal, body: RuleBody, replaces: UUID | None = None) -> None:
        """Raises what keeps this rule from being saved by this person: `forbidden`, `invalid`, `invalid_condition`,
        `nobody_could_decide`, `name_taken`."""
        if body.layer == "platform":
            raise _invalid("/layer", "The operator's rules are in the operator's file.")
        people = await store.active(session)
        owner = await store.owner_of(session, body.thread_id) if body.thread_id else None
        if not has(who.roles, "policy.manage"):
            _require_own(who, body)
            # Somebody else's chat is as one that does not exist.
            owner = owner if owner == who.user_id else None
        if body.server is not None and body.server not in await self._servers.names(session, who.user_id):
            raise _invalid("/server", "There is no such server in the catalogue.")
        _check_targets(body, people, owner)
        body.check_condition()
        needs = [
            need_of(body.name, each.model_dump(mode="json"))
            for each in (body.approvers, body.expiry.to if body.expiry else None)
            if each is not None
        ]
        require_deciders([need for need in needs if need], people, body.user_id or owner)
        if await store.has_name(session, body.name, but=replaces):
            raise Problem("name_taken", 409, f"There is a rule “{body.name}” already.")

    async def _require_room(self, session: AsyncSession, who: Principal, body: RuleBody) -> None:
        everybodys, own = await store.count(session, who.user_id)
        if everybodys >= MOST_RULES:
            raise Problem("invalid", 422, f"An organisation may have {MOST_RULES:,} rules. Delete some first.")
        if own >= MOST_OWN_RULES and not has(who.roles, "policy.manage"):
            raise Problem("invalid", 422, f"You may have {MOST_OWN_RULES} rules of your own. Delete some first.")

    async def _changeable(self, session: AsyncSession, who: Principal, rule_id: UUID) -> tuple[Rule, dict[str, Any]]:
        """The rule held by this transaction, and its body. Raises `not_found`, `forbidden`."""
        await store.hold_tenant(session)
        row = await store.find(session, rule_id)
        own = await store.own_threads(session, who.user_id, {row.thread_id}) if row else set()
        if row is None or not _concerns(row, who, own):
            raise not_found()
        if row.tenant_id is None:
            raise Problem("forbidden", 403, "This is the operator's rule: only the operator's file changes it.")
        if not _may_change(row, who):
            require(who, "policy.manage")
        return row, body_of(row)

    async def _shown(self, session: AsyncSession, who: Principal, row: Rule) -> dict[str, Any]:
        return rule_wire(row, await store.names(session, {row.user_id, row.changed_by}), who)


def columns(body: RuleBody) -> dict[str, Any]:
    """The body as the columns of its row."""
    said = body.wire()
    ids = {"user_id": body.user_id, "thread_id": body.thread_id, "server_id": said.pop("server")}
    return {**said, **ids}


def body_of(row: Rule) -> dict[str, Any]:
    """What `RuleBody.wire` said of it."""
    return {
        "layer": row.layer,
        "name": row.name,
        "server": row.server_id,
        "tool": row.tool,
        "user_id": str(row.user_id) if row.user_id else None,
        "thread_id": str(row.thread_id) if row.thread_id else None,
        "verdict": row.verdict,
        "condition": row.condition,
        "approvers": row.approvers,
        "expiry": row.expiry,
        "grants": row.grants,
        "critical": row.critical,
        "note": row.note,
        "enabled": row.enabled,
    }


def rule_wire(row: Rule, people: Mapping[UUID, str], who: Principal) -> dict[str, Any]:
    """The `Rule` of the wire."""
    body = body_of(row)
    del body["user_id"]
    return {
        "id": str(row.id),
        **body,
        "user": person_wire(row.user_id, people),
        "changed_by": person_wire(row.changed_by, people),
        "created_at": row.created_at.isoformat() if row.created_at else None,
        "may_change": _may_change(row, who),
    }


def person_wire(user_id: UUID | None, people: Mapping[UUID, str]) -> dict[str, str] | None:
    return {"id": str(user_id), "name": people.get(user_id, "Somebody who left")} if user_id else None


def _check_targets(body: RuleBody, people: Mapping[UUID, Active], owner: UUID | None) -> None:
    if body.user_id is not None and body.user_id not in people:
        raise _invalid("/user_id", "There is no such person here.")
    if body.thread_id is not None and owner is None:
        raise _invalid("/thread_id", "There is no such chat here.")
    named: tuple[tuple[str, ApproversBody | None], ...] = (
        ("/approvers/users", body.approvers),
        ("/expiry/to/users", body.expiry.to if body.expiry else None),
    )
    for field, approvers in named:
        if approvers is not None and not people.keys() >= set(approvers.users):
            raise _invalid(field, "One of these people is not here.")


def _concerns(row: Rule, who: Principal, own_threads: Collection[UUID]) -> bool:
    if has(who.roles, "policy.manage"):
        return True
    return row.user_id in (None, who.user_id) and (row.thread_id is None or row.thread_id in own_threads)


def _may_change(row: Rule, who: Principal) -> bool:
    """People change what they wrote about themselves; what somebody else wrote about them, they don't."""
    if row.tenant_id is None:
        return False
    personal = row.layer in ("user", "thread") and row.changed_by == who.user_id
    return personal or has(who.roles, "policy.manage")


def _require_own(who: Principal, body: RuleBody) -> None:
    """Raises `forbidden` for what only those who manage the policy may write."""
    own = body.layer == "thread" or (body.layer == "user" and body.user_id == who.user_id)
    approvers = body.approvers or (body.expiry and body.expiry.to)
    if not own or body.verdict == "allow" or approvers:
        require(who, "policy.manage")


def _invalid(field: str, message: str) -> Problem:
    return Problem("invalid", 422, "Some of what was sent is not valid.", errors=(FieldError(field, message),))


def recorded(body: dict[str, Any]) -> dict[str, Any]:
    """A rule as the record keeps it: of one about a person or a chat, which may be deleted, no words but their hash."""
    if body["layer"] not in ("user", "thread"):
        return body
    words = {field: body[field] for field in WORDS}
    return {**body, **dict.fromkeys(WORDS), "words_hash": sha256(canonical(words)).hexdigest()}
