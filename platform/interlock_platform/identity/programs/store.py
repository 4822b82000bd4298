"""The rows behind keys and tokens, as whoever comes with one needs them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

SERVICE_ISSUER = "interlock-service"
"""Stands for the identity provider of accounts that no person signs in to: those of a tenant's keys."""

_ACCOUNT = (
    "select key.id, key.tenant_id, key.user_id, key.scopes, key.used_at, owner.name, owner.email, owner.roles, "
    "coalesce(key.used_at < now() - interval '1 minute', true) as unnoticed "
    "from api_keys key join users owner on owner.tenant_id = key.tenant_id and owner.id = key.user_id "
    "where key.id = :id and key.revoked_at is null and key.expires_at > now() "
    "and owner.disabled_at is null and (owner.issuer = any(:issuers) or owner.issuer = :service "
    # Row-level security leaves those that the tenant itself entered.
    "or :own and owner.issuer in (select 'tenant:' || tenant_id || ':' || issuer from identity_providers))"
)


@dataclass(frozen=True)
class Program:
    """A live key, and the account that it acts as."""

    key_id: UUID
    tenant_id: UUID
    user_id: UUID
    scopes: frozenset[str]
    name: str
    email: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Generations:
    """Of the keys that sign tokens: the present one, and the oldest of which a token may still be under way."""

    present: int
    oldest: int


@dataclass(frozen=True)
class Standing:
    """Whether somebody may still have work done; `scopes` are those of the key that it was begun with, if it was."""

    active: bool
    roles: frozenset[str]
    scopes: frozenset[str] | None


async def by_secret(session: AsyncSession, secret_hash: bytes, *, issuers: list[str], own: bool) -> Program | None:
    """Whose live key it is; the transaction then has that tenant's scope."""
    found = await _row(
        session,
        "select id, set_config('app.tenant', tenant_id::text, true) from api_keys key "
        "where secret_hash = :hash and revoked_at is null and expires_at > now()",
        hash=secret_hash,
    )
    return None if found is None else await by_id(session, found.id, issuers=issuers, own=own)


async def by_id(session: AsyncSession, key_id: UUID, *, issuers: list[str], own: bool) -> Program | None:
    """The key as it is now, in the tenant of the transaction; that it was used is noticed once a minute."""
    row = await _row(session, _ACCOUNT, id=key_id, issuers=issuers, own=own, service=SERVICE_ISSUER)
    if row is None:
        return None
    if row.unnoticed:
        # Whoever else is noticing the same key writes the same: waiting for them would be for nothing.
        await session.execute(
            text(
                "update api_keys set used_at = now() where id = "
                "(select id from api_keys where id = :id for update skip locked)"
            ),
            {"id": row.id},
        )
    scopes, roles = frozenset(row.scopes), frozenset(row.roles)
    return Program(row.id, row.tenant_id, row.user_id, scopes, row.name, row.email, roles)


async def generations(session: AsyncSession, lasts: timedelta) -> Generations:
    """`lasts` is how long a token may be under way."""
    row = await _row(
        session,
        "select coalesce(max(generation), 0) as present, "
        "min(generation) filter (where made_at > now() - :lasts) as youngest from token_keys",
        lasts=lasts,
    )
    assert row is not None, "an aggregate has one row"
    return Generations(row.present, row.present if row.youngest is None else row.youngest - 1)


async def next_generation(session: AsyncSession) -> int:
    """Makes it, as the operator's role."""
    row = await _row(
        session,
        "insert into token_keys (generation) select coalesce(max(generation), 0) + 1 from token_keys "
        "returning generation",
    )
    assert row is not None, "it was inserted"
    return int(row.generation)


async def standing(session: AsyncSession, user_id: UUID, key_id: UUID | None) -> Standing:
    """Of a thread's account, and of the key by which a program began a run in it."""
    row = await _row(
        session,
        "select owner.disabled_at is null and (cast(:key as uuid) is null or key.revoked_at is null) as active, "
        "owner.roles, key.scopes from users owner "
        "left join api_keys key on key.tenant_id = owner.tenant_id and key.id = :key where owner.id = :user",
        user=user_id,
        key=key_id,
    )
    assert row is not None, "a thread has its user"
    return Standing(row.active, frozenset(row.roles), None if row.scopes is None else frozenset(row.scopes))


async def hold_account(session: AsyncSession, user_id: UUID, key_id: UUID | None) -> bool:
    """Whether the account, and the key that it came by, may still begin something: until the transaction ends, neither
    is taken away."""
    held = await _row(session, "select id from users where id = :id and disabled_at is null for key share", id=user_id)
    if held is None or key_id is None:
        return held is not None
    return (
        await _row(session, "select id from api_keys where id = :id and revoked_at is null for share", id=key_id)
    ) is not None


async def revoke_all(session: AsyncSession, user_id: UUID, by: UUID) -> list[UUID]:
    """The keys that act as this account and were not revoked yet."""
    rows = await session.execute(
        text(
            "update api_keys set revoked_at = now(), revoked_by = :by where user_id = :user and revoked_at is null "
            "returning id"
        ),
        {"user": user_id, "by": by},
    )
    return [row.id for row in rows]


async def _row(session: AsyncSession, statement: str, **values: Any) -> Row[Any] | None:
    return (await session.execute(text(statement), values)).one_or_none()
