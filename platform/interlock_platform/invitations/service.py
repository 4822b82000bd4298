"""Invitations: a link lets one person in, as no more than whoever gave it may give."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from interlock_platform.audit.store import record
from interlock_platform.database import Database, Scope
from interlock_platform.errors import Problem, not_found
from interlock_platform.identity import store as people
from interlock_platform.identity.claims import ROLES
from interlock_platform.identity.rules import known_in
from interlock_platform.identity.secret import secret_hash
from interlock_platform.identity.store import Account, Lasting
from interlock_platform.identity.tenancy import Tenancy
from interlock_platform.invitations import store
from interlock_platform.invitations.store import Listed
from interlock_platform.principal import Principal
from interlock_platform.rights import has
from interlock_platform.tables.identity import Invitation

MOST_OPEN = 100


@dataclass(frozen=True)
class Offered:
    """What a link offers: where, as what, from whom, and to which address alone, if to one."""

    tenant: str
    roles: list[str]
    giver: str
    email: str | None


@dataclass(frozen=True)
class Guest:
    """Who is about to join, how long their session is going to last, and the one that ends then."""

    account: Account
    lasting: Lasting | timedelta
    sid: bytes | None
    own_secret: str | None


class Invitations:
    def __init__(self, database: Database, tenancy: Tenancy) -> None:
        self._database = database
        self._tenancy = tenancy

    async def give(
        self, who: Principal, roles: Sequence[str], email: str | None, lasts: timedelta
    ) -> tuple[Listed, str]:
        """The invitation, and the secret of its link, which nobody can read again.

        Raises `forbidden` for what the giver may not give, and `too_many`.
        """
        chosen = [role for role in ROLES if role in roles]
        if "owner" in chosen and "owner" not in who.roles:
            raise Problem("forbidden", 403, "Only an owner may invite somebody as an owner. Ask an owner.")
        secret = secrets.token_urlsafe(32)
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            if await store.count_open(session) >= MOST_OPEN:
                message = f"{MOST_OPEN} invitations are open, and there may be no more. Take some back first."
                raise Problem("too_many", 409, message)
            given = await store.add(session, secret_hash(secret), chosen, email, who.user_id, lasts)
            record(session, who.user_id, "invitation.given", str(given), roles=chosen, for_one=email is not None)
            (listed,) = await store.read(session, given)
        return listed, secret

    async def list_invitations(self, who: Principal) -> Sequence[Listed]:
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            return await store.read(session)

    async def revoke(self, who: Principal, invitation_id: UUID) -> None:
        """Raises `not_found` for one that could not be used any more either."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            if not await store.revoke(session, invitation_id):
                raise not_found()
            record(session, who.user_id, "invitation.revoked", str(invitation_id))

    async def look(self, secret: str) -> Offered:
        """Raises `invitation_unusable`."""
        key, tenant_id = await self._find(secret)
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            invitation = await store.hold(session, key)
            tenant = await people.read_tenant(session, tenant_id)
            if invitation is None or tenant is None:
                raise _unusable()
            giver = await people.read_account(session, invitation.created_by)
        return Offered(tenant.name, invitation.roles, giver.name if giver else "", invitation.email)

    async def guest(self, who: Principal | None, own_secret: str | None, arrived: str | None) -> Guest | None:
        """Who is about to join: whoever arrived just now, or else whose session it is."""
        came = await self._tenancy.arrived(arrived)
        if came is not None:
            return Guest(came.account, self._tenancy.lasts_anew(), came.sid, own_secret)
        if who is None or own_secret is None:
            return None
        return Guest(await self._tenancy.account(who), await self._tenancy.lasting(own_secret), None, own_secret)

    async def accept(self, guest: Guest, secret: str, agent: str) -> str:
        """The secret of a session in the tenant that the person has now joined; the one that they had ends.

        Raises `invitation_unusable`, `invitation_not_yours`, `already_member` and `account_disabled`.
        """
        account = guest.account
        key, tenant_id = await self._find(secret)
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            invitation = await store.hold(session, key)
            if invitation is None:
                raise _unusable()
            if not known_in(account.issuer, tenant_id):
                message = "Your account is known to one organisation only. Sign in with another account to join."
                raise Problem("invitation_not_yours", 403, message)
            _require_address(invitation, account)
            # What the giver may give is asked again: it may be less than it was.
            giver = await people.hold_active(session, invitation.created_by)
            if giver is None or not has(frozenset(giver), "members.manage"):
                raise _unusable()
            if "owner" in invitation.roles and "owner" not in giver:
                raise _unusable()
            known = await people.find_user(session, account)
            if known is not None:
                raise _known(disabled=known.disabled)
            user = await people.put_user(session, account, invitation.roles, keep_roles=True)
            await store.use(session, invitation.id, user.id)
            record(
                session, user.id, "invitation.accepted", str(invitation.id),
                user=str(user.id), roles=user.roles, how=account.issuer,
            )  # fmt: skip
            joined = await self._tenancy.start(
                session, user.id, user.roles, guest.lasting, agent,
                how=account.issuer, by="invitation", sid=guest.sid,
            )  # fmt: skip
        await self._tenancy.end(guest.own_secret, "switched")
        return joined

    async def _find(self, secret: str) -> tuple[bytes, UUID]:
        key = secret_hash(secret)
        async with self._database.transaction(Scope(secret_hash=key)) as session:
            tenant_id = await store.tenant_of(session, key)
        if tenant_id is None:
            raise _unusable()
        return key, tenant_id


def _require_address(invitation: Invitation, account: Account) -> None:
    """An address counts where the provider says that it is theirs, and not because somebody wrote it down."""
    if invitation.email is None:
        return
    if not account.email_verified or account.email.casefold() != invitation.email.casefold():
        message = "This invitation is for another e-mail address. Sign in with the account that it was sent to."
        raise Problem("invitation_not_yours", 403, message)


def _known(*, disabled: bool) -> Problem:
    if disabled:
        message = "This account is disabled there, and no invitation changes that. Ask an admin of the organisation."
        return Problem("account_disabled", 403, message)
    return Problem("already_member", 409, "You belong to this organisation already. Nothing was used up.")


def _unusable() -> Problem:
    message = "This invitation can't be used: it is unknown, used, taken back or too old. Ask for a new one."
    return Problem("invitation_unusable", 404, message)
