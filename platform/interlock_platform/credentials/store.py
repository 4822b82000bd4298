"""Rows of logins: what a user has at a server, and what it asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.tables.logins import Login
from interlock_platform.vault.owner import Owner


async def read(session: AsyncSession, owner: Owner) -> Login | None:
    return (await session.scalars(select(Login).where(*_of(owner)))).one_or_none()


async def hold(session: AsyncSession, owner: Owner, url: str) -> Login:
    """The row, made if need be, and nobody else's until the transaction ends."""
    row = insert(Login).values(user_id=owner.user_id, server_id=owner.server_id, state="missing", url=url)
    await session.execute(row.on_conflict_do_nothing())
    return (await session.scalars(select(Login).where(*_of(owner)).with_for_update())).one()


async def held(session: AsyncSession, owner: Owner) -> Login | None:
    """The row if there is one, and nobody else's until the transaction ends."""
    query = select(Login).where(*_of(owner)).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def change(session: AsyncSession, owner: Owner, **values: Any) -> None:
    changed = update(Login).where(*_of(owner)).values(changed_at=func.now(), **values)
    await session.execute(changed.execution_options(synchronize_session=False))


async def remove_server(session: AsyncSession, server_id: str) -> None:
    """Everybody's logins to a server of the transaction's tenant."""
    await session.execute(delete(Login).where(col(Login.server_id) == server_id))


async def signed_in(session: AsyncSession, server_id: str) -> Sequence[Login]:
    """Everybody's logins to a server of the transaction's tenant that have tokens."""
    of = (col(Login.server_id) == server_id, col(Login.grant).is_not(None))
    return (await session.scalars(select(Login).where(*of).order_by(col(Login.user_id)))).all()


async def of_user(session: AsyncSession, owner: Owner) -> dict[str, Login]:
    """The user's logins by server, whichever server the owner names."""
    rows = await session.scalars(select(Login).where(col(Login.user_id) == owner.user_id))
    return {row.server_id: row for row in rows}


async def now(session: AsyncSession) -> datetime:
    """The database's clock."""
    found: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return found


def _of(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Login.tenant_id) == owner.tenant_id,
        col(Login.user_id) == owner.user_id,
        col(Login.server_id) == owner.server_id,
    )
