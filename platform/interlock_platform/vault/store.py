"""Rows of secrets, as they are: sealed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.tables.vault import Secret
from interlock_platform.vault.keyring import Envelope
from interlock_platform.vault.owner import Owner

_OF_OWNER = ("tenant_id", "user_id", "server_id", "name")


async def put(session: AsyncSession, owner: Owner, name: str, envelope: Envelope) -> UUID:
    """Takes the place of what was there; the id is a new one."""
    values = {"key_id": envelope.key_id, "wrapped": envelope.wrapped, "sealed": envelope.sealed}
    row = insert(Secret).values(user_id=owner.user_id, server_id=owner.server_id, name=name, **values)
    renewed = {"id": func.gen_random_uuid(), "created_at": func.now(), **values}
    statement = row.on_conflict_do_update(index_elements=_OF_OWNER, set_=renewed).returning(col(Secret.id))
    given = (await session.execute(statement)).scalar_one()
    assert given is not None, "the database fills it in"
    return given


async def one(session: AsyncSession, owner: Owner, name: str) -> Secret | None:
    query = select(Secret).where(*_of(owner), col(Secret.name) == name)
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def read(session: AsyncSession, owner: Owner, prefix: str) -> list[Secret]:
    """The owner's secrets whose names begin so."""
    query = select(Secret).where(*_of(owner), col(Secret.name).startswith(prefix, autoescape=True))
    return list(await session.scalars(query.order_by(col(Secret.name)).execution_options(populate_existing=True)))


async def remove(session: AsyncSession, owner: Owner, name: str) -> None:
    await session.execute(delete(Secret).where(*_of(owner), col(Secret.name) == name))


async def remove_all(session: AsyncSession, owner: Owner, prefix: str) -> None:
    await session.execute(delete(Secret).where(*_of(owner), col(Secret.name).startswith(prefix, autoescape=True)))


async def remove_server(session: AsyncSession, tenant_id: UUID, server_id: str) -> None:
    await session.execute(delete(Secret).where(col(Secret.tenant_id) == tenant_id, col(Secret.server_id) == server_id))


async def tenants_wrapped_otherwise(session: AsyncSession, key_id: str) -> Sequence[UUID]:
    """The tenants that have secrets under other keys than this one; as the operator's role."""
    query = select(col(Secret.tenant_id)).where(col(Secret.key_id) != key_id).distinct()
    return [each for each in await session.scalars(query.order_by(col(Secret.tenant_id))) if each is not None]


async def wrapped_otherwise(
    session: AsyncSession, tenant_id: UUID, key_id: str, after: UUID | None, limit: int
) -> Sequence[tuple[UUID, Owner, str, Envelope]]:
    """The tenant's secrets under other keys than this one, held until the transaction ends; as the operator's role."""
    query = select(Secret).where(col(Secret.tenant_id) == tenant_id, col(Secret.key_id) != key_id)
    query = query.order_by(col(Secret.id)).limit(limit)
    if after is not None:
        query = query.where(col(Secret.id) > after)
    return [
        (
            row.id,
            Owner(row.tenant_id, row.user_id, row.server_id),
            row.name,
            Envelope(row.key_id, row.wrapped, row.sealed),
        )
        for row in await session.scalars(query.with_for_update())
        if row.id is not None and row.tenant_id is not None
    ]


async def rewrap(session: AsyncSession, secret_id: UUID, envelope: Envelope) -> None:
    values = {"key_id": envelope.key_id, "wrapped": envelope.wrapped}
    await session.execute(update(Secret).where(col(Secret.id) == secret_id).values(**values))


def _of(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    # RLS keeps to the transaction's tenant; an owner of another one finds nothing, and not somebody else's.
    return (
        col(Secret.tenant_id) == owner.tenant_id,
        col(Secret.user_id).is_not_distinct_from(owner.user_id),
        col(Secret.server_id) == owner.server_id,
    )
