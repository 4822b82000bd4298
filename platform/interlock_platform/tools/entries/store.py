"""Rows of servers that people entered, and the tenant's word on what they may enter."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_handlers.server_spec import Authentication, ServerSpec, Transport
from interlock_platform.tables.servers import Server, ServerPolicy
from interlock_platform.tools.entries.entry import Entry

Personal = Literal["catalogue", "allow_list", "any"]


@dataclass(frozen=True)
class Policy:
    """What people may enter for themselves; `hosts` belong to `allow_list`."""

    personal: Personal = "allow_list"
    hosts: tuple[str, ...] = ()

    def wire(self) -> dict[str, Any]:
        return {"personal": self.personal, "hosts": list(self.hosts)}


async def entries(session: AsyncSession, user_id: UUID) -> list[Entry]:
    """The tenant's and the user's own, by name."""
    query = select(Server).where(col(Server.deleted_at).is_(None), _visible(user_id))
    ordered = query.order_by(col(Server.user_id).is_not(None), func.lower(col(Server.name)), col(Server.id))
    return [entry_of(row) for row in await session.scalars(ordered.execution_options(populate_existing=True))]


async def find(session: AsyncSession, user_id: UUID, server_id: str, *, hold: bool = False) -> Server | None:
    """One that this user sees; with `hold`, nobody else changes it until the transaction ends."""
    query = select(Server).where(col(Server.id) == server_id, col(Server.deleted_at).is_(None), _visible(user_id))
    if hold:
        query = query.with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


def _visible(user_id: UUID) -> Any:
    return or_(col(Server.user_id).is_(None), col(Server.user_id) == user_id)


def entry_of(row: Server) -> Entry:
    return Entry(
        ServerSpec(
            id=row.id,
            name=row.name,
            transport=cast(Transport, row.transport),
            description=row.description,
            url=row.url,
            auth=cast(Authentication, row.auth),
            origin="personal" if row.user_id else "tenant",
        ),
        icon=row.icon,
        categories=tuple(row.categories),
        header_names=tuple(row.header_names),
        owner=row.user_id,
        revision=row.revision,
    )


async def change(session: AsyncSession, server_id: str, **values: Any) -> None:
    statement = update(Server).where(col(Server.id) == server_id).values(changed_at=func.now(), **values)
    await session.execute(statement, execution_options={"synchronize_session": False})


async def delete(session: AsyncSession, server_id: str) -> None:
    """It is offered no more; its row stays for the calls that name it."""
    await change(session, server_id, deleted_at=func.now())


async def count(session: AsyncSession, user_id: UUID | None) -> int:
    """How many the user has of their own; without a user, how many the tenant has."""
    owner = col(Server.user_id) == user_id if user_id else col(Server.user_id).is_(None)
    return (await session.execute(select(func.count()).where(owner, col(Server.deleted_at).is_(None)))).scalar_one()


async def owned(session: AsyncSession) -> Sequence[Server]:
    """Everybody's own servers."""
    query = select(Server).where(col(Server.user_id).is_not(None), col(Server.deleted_at).is_(None))
    return (await session.scalars(query)).all()


async def names(session: AsyncSession, user_id: UUID) -> dict[str, str]:
    """The names of the tenant's servers and the user's own, by id."""
    query = select(col(Server.id), col(Server.name)).where(col(Server.deleted_at).is_(None), _visible(user_id))
    return dict((await session.execute(query)).all())


async def policy(session: AsyncSession) -> Policy:
    row = await session.scalar(select(ServerPolicy).execution_options(populate_existing=True))
    return Policy(cast(Personal, row.personal), tuple(row.hosts)) if row else Policy()


async def set_policy(session: AsyncSession, personal: Personal, hosts: Collection[str], by: UUID) -> None:
    said = {"personal": personal, "hosts": list(hosts), "changed_by": by, "changed_at": func.now()}
    row = insert(ServerPolicy).values(**said)
    await session.execute(row.on_conflict_do_update(index_elements=["tenant_id"], set_=said))
