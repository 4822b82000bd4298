"""The rows of tenants, of people in them, and of their sessions."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.principal import Principal


@dataclass(frozen=True)
class TenantRow:
    id: UUID
    slug: str
    name: str


@dataclass(frozen=True)
class Known:
    """Somebody who has an account here."""

    id: UUID
    roles: list[str]
    disabled: bool


@dataclass(frozen=True)
class Account:
    """Whom a provider vouches for, as it last said; by (issuer, subject) it is the same person in every tenant."""

    issuer: str
    subject: str
    name: str
    email: str
    email_verified: bool


@dataclass(frozen=True)
class Membership:
    """One tenant of a person's, what they are there, and whether they came by an invitation."""

    tenant: TenantRow
    user_id: UUID
    roles: list[str]
    invited: bool


@dataclass(frozen=True)
class Lasting:
    """What a session has from the sign-in that it began with, and keeps when its secret changes."""

    expires_at: datetime
    sid: bytes | None
    signed_in_at: datetime | None


@dataclass(frozen=True)
class Ended:
    """A session that is over, and whose it was."""

    id: UUID
    user_id: UUID


SESSION_CHANNEL = "interlock_session"


async def put_tenant(session: AsyncSession, tenant_id: UUID, slug: str, name: str | None) -> bool:
    """Holds the tenant's row until the transaction ends, so that only one of two first users is the first.

    False: it was deleted, or is being deleted, and nobody comes in.
    """
    row = await _row(
        session,
        "insert into tenants (id, slug, name) values (:id, :slug, coalesce(:name, :slug)) "
        "on conflict (id) do update set slug = excluded.slug, name = coalesce(:name, tenants.name) "
        "where tenants.erased_at is null returning id",
        id=tenant_id,
        slug=slug,
        name=name,
    )
    return row is not None


async def hold_tenant(session: AsyncSession, tenant_id: UUID) -> bool:
    """As `put_tenant` holds it; whether it is there."""
    return (
        await _row(session, "select id from tenants where id = :id and erased_at is null for update", id=tenant_id)
        is not None
    )


async def has_users(session: AsyncSession) -> bool:
    row = await _row(session, "select exists (select from users) as found")
    return row is not None and bool(row.found)


async def put_user(session: AsyncSession, account: Account, roles: list[str], *, keep_roles: bool) -> Known:
    """`keep_roles` leaves those of a known user as they are; those that an admin has set stay in any case.

    One whom an admin has disabled stays as they were altogether.
    """
    row = await _row(
        session,
        "insert into users (id, issuer, subject, name, email, email_verified, roles) "
        "values (:id, :issuer, :subject, :name, :email, :email_verified, :roles) "
        "on conflict (tenant_id, issuer, subject) do update set name = excluded.name, email = excluded.email, "
        "email_verified = excluded.email_verified, disabled_at = null, unmapped = false, "
        "roles = case when :keep_roles or users.roles_set then users.roles else excluded.roles end "
        "where users.disabled_at is null or users.unmapped "
        "returning id, roles",
        id=uuid4(),
        roles=roles,
        keep_roles=keep_roles,
        **asdict(account),
    )
    if row is not None:
        return Known(row.id, list(row.roles), disabled=False)
    found = await find_user(session, account)
    assert found is not None, "it stood in the way"
    return found


async def find_user(session: AsyncSession, account: Account) -> Known | None:
    row = await _row(
        session,
        "select id, roles, disabled_at is not null as disabled from users "
        "where issuer = :issuer and subject = :subject",
        issuer=account.issuer,
        subject=account.subject,
    )
    return Known(row.id, list(row.roles), row.disabled) if row is not None else None


async def read_account(session: AsyncSession, user_id: UUID) -> Account | None:
    row = await _row(
        session, "select issuer, subject, name, email, email_verified from users where id = :id", id=user_id
    )
    return Account(row.issuer, row.subject, row.name, row.email, row.email_verified) if row is not None else None


async def list_memberships(session: AsyncSession, issuer: str, subject: str) -> list[Membership]:
    """The tenants in which the transaction's person can be, by name."""
    rows = await session.execute(
        text(
            "select tenants.id, slug, tenants.name, users.id as user_id, roles, invited "
            "from users join tenants on tenants.id = users.tenant_id "
            "where issuer = :issuer and subject = :subject and disabled_at is null "
            "order by lower(tenants.name), tenants.id"
        ),
        {"issuer": issuer, "subject": subject},
    )
    return [
        Membership(TenantRow(row.id, row.slug, row.name), row.user_id, list(row.roles), row.invited) for row in rows
    ]


async def hold_active(session: AsyncSession, user_id: UUID) -> list[str] | None:
    """The roles of somebody who can be here, who stays so until the transaction ends."""
    row = await _row(session, "select roles from users where id = :id and disabled_at is null for share", id=user_id)
    return list(row.roles) if row is not None else None


async def read_lasting(session: AsyncSession, secret_hash: bytes) -> Lasting | None:
    row = await _row(
        session, "select expires_at, sid, signed_in_at from sessions where secret_hash = :hash", hash=secret_hash
    )
    return Lasting(row.expires_at, row.sid, row.signed_in_at) if row is not None else None


async def add_session(
    session: AsyncSession,
    user_id: UUID,
    secret_hash: bytes,
    lasts: timedelta | Lasting,
    agent: str,
    sid: bytes | None = None,
    signed_in_at: datetime | None = None,
) -> UUID:
    """The new session's id. Also clears away the user's sessions that are over.

    One that takes the place of another `lasts` as that would have, and is of the same sign-in.
    """
    session_id = uuid4()
    before = lasts if isinstance(lasts, Lasting) else None
    await _run(session, "delete from sessions where user_id = :user and expires_at < now()", user=user_id)
    await _run(
        session,
        "insert into sessions (id, user_id, secret_hash, expires_at, agent, sid, signed_in_at) "
        "values (:id, :user, :hash, coalesce(cast(:until as timestamptz), now() + :lasts), :agent, :sid, "
        "case when cast(:signed_in as timestamptz) > now() then now() else :signed_in end)",
        id=session_id,
        user=user_id,
        hash=secret_hash,
        until=before.expires_at if before else None,
        lasts=lasts if before is None else timedelta(),
        agent=agent,
        sid=before.sid if before else sid,
        signed_in=before.signed_in_at if before else signed_in_at,
    )
    return session_id


async def end_session(session: AsyncSession, secret_hash: bytes) -> Ended | None:
    """Ends it, and rings. The transaction then has its tenant's scope."""
    ended = await _row(
        session,
        "delete from sessions where secret_hash = :hash "
        "returning id, user_id, set_config('app.tenant', tenant_id::text, true)",
        hash=secret_hash,
    )
    if ended is None:
        return None
    await ring_session(session, ended.id)
    return Ended(ended.id, ended.user_id)


async def sessions_by_sid(session: AsyncSession, sid: bytes) -> list[tuple[UUID, UUID]]:
    """(tenant, session) of those that the transaction's session at a provider began."""
    rows = await session.execute(text("select tenant_id, id from sessions where sid = :sid"), {"sid": sid})
    return [(row.tenant_id, row.id) for row in rows]


async def users_by_person(session: AsyncSession, issuer: str, subject: str) -> list[tuple[UUID, UUID]]:
    """(tenant, user) of the transaction's person."""
    rows = await session.execute(
        text("select tenant_id, id from users where issuer = :issuer and subject = :subject"),
        {"issuer": issuer, "subject": subject},
    )
    return [(row.tenant_id, row.id) for row in rows]


async def end_sessions(session: AsyncSession, ids: list[UUID], *, of_users: bool) -> list[Ended]:
    """Ends these, or all of these users, and rings for each. The transaction has their tenant's scope."""
    column = "user_id" if of_users else "id"
    rows = await session.execute(
        text(f"delete from sessions where {column} = any(:ids) returning id, user_id"),  # noqa: S608 - one of two
        {"ids": ids},
    )
    ended = [Ended(row.id, row.user_id) for row in rows]
    for each in ended:
        await ring_session(session, each.id)
    return ended


async def ring_session(session: AsyncSession, session_id: UUID) -> None:
    """Once the transaction commits, what is open of a session, or by a key, that has ended is cut wherever it is."""
    await _run(session, "select pg_notify(:channel, :id)", channel=SESSION_CHANNEL, id=str(session_id))


async def read_principal(
    session: AsyncSession, secret_hash: bytes, *, issuers: list[str], own: bool, idle: timedelta
) -> Principal | None:
    """Whose live session it is, by the database's clock; the transaction then has that tenant's scope.

    Their provider is one of `issuers`, or, with `own`, one that the tenant itself entered.
    """
    found = await _row(
        session,
        "select id, tenant_id, user_id, seen_at < now() - interval '1 minute' as unnoticed, "
        "extract(epoch from now() - signed_in_at)::float as signed_in, "
        "set_config('app.tenant', tenant_id::text, true) from sessions "
        "where secret_hash = :hash and expires_at > now() and seen_at > now() - :idle",
        hash=secret_hash,
        idle=idle,
    )
    if found is None:
        return None
    user = await _row(
        session,
        "select name, email, roles from users where id = :id and disabled_at is null and (issuer = any(:issuers) "
        # Row-level security leaves those that the tenant itself entered.
        "or :own and issuer in (select 'tenant:' || tenant_id || ':' || issuer from identity_providers))",
        id=found.user_id,
        issuers=issuers,
        own=own,
    )
    if user is None:
        return None
    if found.unnoticed:
        # Whoever else is noticing the same session writes the same: waiting for them would be for nothing.
        await _run(
            session,
            "update sessions set seen_at = now() where id = "
            "(select id from sessions where id = :id for update skip locked)",
            id=found.id,
        )
    return Principal(
        found.tenant_id,
        found.user_id,
        found.id,
        user.name,
        user.email,
        frozenset(user.roles),
        signed_in_seconds=found.signed_in,
    )


async def read_tenant(session: AsyncSession, tenant_id: UUID) -> TenantRow | None:
    row = await _row(session, "select id, slug, name from tenants where id = :id", id=tenant_id)
    return TenantRow(row.id, row.slug, row.name) if row is not None else None


async def _row(session: AsyncSession, statement: str, **values: Any) -> Row[Any] | None:
    return (await session.execute(text(statement), values)).one_or_none()


async def _run(session: AsyncSession, statement: str, **values: Any) -> None:
    await session.execute(text(statement), values)
