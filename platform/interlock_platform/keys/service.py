"""Keys for programs: made once and shown once, listed by their beginning, revoked at once with all that they began."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.audit.store import record
from interlock_platform.chat.ending import Ending
from interlock_platform.database import Database, Scope
from interlock_platform.doors import require_person
from interlock_platform.errors import FieldError, Problem, not_found
from interlock_platform.gate import store as ledger
from interlock_platform.identity.programs.key import new_key
from interlock_platform.identity.programs.store import SERVICE_ISSUER
from interlock_platform.identity.store import ring_session
from interlock_platform.keys import store
from interlock_platform.keys.store import Allowed, Owned
from interlock_platform.principal import Principal
from interlock_platform.rights import SCOPES, ScopeName, has, require
from interlock_platform.runs import store as runs
from interlock_platform.tables.identity import User
from interlock_platform.tables.keys import ApiKey
from interlock_platform.tools.following import GONE

MOST_KEYS = 50
"""Live keys that one person may have made."""


@dataclass(frozen=True)
class Wish:
    """A key to be made; one `of_tenant` has an account of its own."""

    name: str
    scopes: frozenset[ScopeName]
    days: int
    of_tenant: bool


class Keys:
    """The same for every door."""

    def __init__(self, database: Database, ending: Ending) -> None:
        self._database = database
        self._ending = ending

    async def list_keys(self, who: Principal) -> dict[str, Any]:
        """One's own; for who manages keys, everybody's. With what there is to choose from for a new one."""
        manages = has(who.roles, "keys.manage")
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            keys = await store.list_keys(session, None if manages else who.user_id)
            allowed = await store.allowed(session)
            now = await ledger.now(session)
        return {
            "keys": [_wire(each, now) for each in keys],
            "scopes": [{"scope": scope, "description": words} for scope, words in SCOPES.items()],
            "policy": {"most_days": allowed.most_days, "personal": allowed.personal},
        }

    async def make(self, who: Principal, wish: Wish) -> dict[str, Any]:
        """`{key, secret}`; nobody is told the secret again. Raises `forbidden`, `invalid`, `too_many_keys`."""
        require_person(who)
        if wish.of_tenant:
            require(who, "keys.manage")
        made = new_key()
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await self._require_room(session, who, wish)
            key = ApiKey(
                id=uuid4(),
                user_id=who.user_id,
                made_by=who.user_id,
                of_tenant=wish.of_tenant,
                name=wish.name,
                prefix=made.prefix,
                secret_hash=made.hash,
                scopes=[scope for scope in SCOPES if scope in wish.scopes],
                expires_at=await ledger.now(session) + timedelta(days=wish.days),
            )
            if wish.of_tenant:
                key.user_id = await _account(session, key)
            session.add(key)
            await session.flush()
            record(
                session, who.user_id, "key.created", str(key.id),
                name=key.name, prefix=key.prefix, scopes=key.scopes, days=wish.days, of_tenant=key.of_tenant,
            )  # fmt: skip
            found = await store.find(session, key.id)
            assert found is not None, "it was added"
            return {"key": _wire(found, await ledger.now(session)), "secret": made.whole}

    async def revoke(self, who: Principal, key_id: UUID) -> None:
        """One's own, or for who manages keys any: with the runs that it began. Raises `not_found`."""
        require_person(who)
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            key = await store.hold(session, key_id)
            manages = has(who.roles, "keys.manage")
            if key is None or not (manages or (key.user_id == who.user_id and not key.of_tenant)):
                raise not_found()
            if key.revoked_at is not None:
                return
            key.revoked_at, key.revoked_by = await ledger.now(session), who.user_id
            if key.of_tenant and (account := await session.get(User, key.user_id)) is not None:
                account.disabled_at = key.revoked_at
            record(session, who.user_id, "key.revoked", str(key.id), name=key.name, prefix=key.prefix)
            await session.flush()
            await ring_session(session, key.id)
            await self._stop_runs(session, who, key)
            if key.of_tenant:
                await runs.tell_user(session, who.tenant_id, key.user_id, f"{GONE}:")

    async def allow(self, who: Principal, wanted: Allowed) -> None:
        """For keys that are made from now on. Raises `forbidden`."""
        require_person(who)
        require(who, "keys.manage")
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            before = await store.allowed(session)
            await store.allow(session, wanted)
            record(session, who.user_id, "keys.policy", str(who.tenant_id), before=vars(before), after=vars(wanted))

    async def _require_room(self, session: AsyncSession, who: Principal, wish: Wish) -> None:
        allowed = await store.allowed(session)
        if not wish.of_tenant and not allowed.personal:
            message = "Your organisation wants no keys of people's own. Ask an owner or admin for one of its own."
            raise Problem("forbidden", 403, message)
        if wish.days > allowed.most_days:
            error = FieldError("/days", f"Your organisation lets keys be good for {allowed.most_days} days at most.")
            raise Problem("invalid", 422, "That is longer than your organisation allows.", errors=(error,))
        if await store.count_live(session, who.user_id) >= MOST_KEYS:
            raise Problem("too_many_keys", 409, f"You have {MOST_KEYS} keys. Revoke one that is not used any more.")

    async def _stop_runs(self, session: AsyncSession, who: Principal, key: ApiKey) -> None:
        for thread_id, run_id in await store.runs_begun_by(session, key.id):
            thread = await runs.hold(session, thread_id)
            run = await runs.run_of(session, thread_id, run_id)
            if thread is not None and run is not None:
                why = f"The key “{key.name}” was revoked."
                await self._ending.stop(session, thread, run, who.user_id, why)


async def _account(session: AsyncSession, key: ApiKey) -> UUID:
    """Whom a key of the tenant acts as: nobody who could sign in, and never more than a member."""
    user = User(
        id=uuid4(), issuer=SERVICE_ISSUER, subject=str(key.id), email="", name=key.name, roles=["member"],
        roles_set=True,
    )  # fmt: skip
    session.add(user)
    await session.flush()
    return user.id


def _wire(owned: Owned, now: datetime) -> dict[str, Any]:
    key = owned.key
    state = "revoked" if key.revoked_at else "expired" if key.expires_at <= now else "live"
    return {
        "id": str(key.id),
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "kind": "tenant" if key.of_tenant else "personal",
        "owner": {"id": str(key.user_id), "name": owned.owner},
        "made_by": {"id": str(key.made_by), "name": owned.maker},
        "created_at": _time(key.created_at),
        "expires_at": _time(key.expires_at),
        "used_at": _time(key.used_at),
        "revoked_at": _time(key.revoked_at),
        "revoked_by": {"id": str(key.revoked_by), "name": owned.revoker or ""} if key.revoked_by else None,
        "state": state,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
