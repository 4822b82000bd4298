"""The ledger's rows: every change of state is one conditional UPDATE."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from interlock_platform.policy.terms import Terms, read_terms
from interlock_platform.tables.conversation import Thread
from interlock_platform.tables.identity import User
from interlock_platform.tables.ledger import Approval, Call
from interlock_platform.tables.policy import Grant
from interlock_platform.tables.servers import Server
from interlock_platform.tables.tooling import Connection, Definition

CallState = Literal[
    "proposed", "approved", "rejected", "answered", "expired", "cancelled", "void", "started", "input_required",
    "succeeded", "failed", "unknown", "confirmed_done", "confirmed_not_done",
]  # fmt: skip
OPEN: tuple[CallState, ...] = ("proposed", "approved", "started", "input_required", "unknown")
WAITING: tuple[CallState, ...] = ("proposed", "unknown")
"""States in which a person has something to do."""
MOVING: tuple[CallState, ...] = ("approved", "started")
"""States in which nobody has: the call is about to run, or runs."""


@dataclass(frozen=True)
class Person:
    """Somebody whom a card names, as they are today; without `active`, they may no longer act."""

    name: str
    roles: frozenset[str]
    active: bool


@dataclass(frozen=True)
class Whole:
    """A call with everything that its card shows."""

    call: Call
    declared: dict[str, Any]
    thread_title: str
    people: dict[UUID, Person]
    approvals: tuple[Approval, ...] = ()
    grant: Grant | None = None
    terms: Terms = field(default_factory=Terms)
    server_name: str | None = None
    """What its server is called, if people entered that; the operator's are not in a table."""
    connecting: UUID | None = None
    """Which connecting to its server it was that the requester has today."""
    thread_deleted: bool = False

    @property
    def names(self) -> dict[UUID, str]:
        return {user_id: person.name for user_id, person in self.people.items()}

    def approved_by(self, seal: str) -> dict[UUID, frozenset[str]]:
        """Whose approvals of these sealed bytes count today, with their roles of today."""
        given = (each.user_id for each in self.approvals if each.seal == seal)
        return {user_id: self.people[user_id].roles for user_id in given if self.people[user_id].active}


Wholes = Select[Call, dict[str, Any], str, Any, Any, str, list[str], datetime | None, datetime | None]
"""A call, its definition, its thread's title, its server's name, its requester's connecting and who that is, and when
its thread was deleted."""


async def find(session: AsyncSession, call_id: UUID) -> Whole | None:
    wholes = await _read(session, _FIND, {"call_id": call_id})
    return wholes[0] if wholes else None


async def row(session: AsyncSession, call_id: UUID) -> Call | None:
    """The row alone."""
    return await session.get(Call, call_id, populate_existing=True)


async def newest(session: AsyncSession, call_id: UUID) -> Whole | None:
    """The call, or what took its place when it became void."""
    successor = (
        select(col(Call.id))
        .where(*_same(call_id, col(Call.thread_id), col(Call.run_id), col(Call.tool_call_id), col(Call.kind)))
        .order_by(col(Call.generation).desc())
        .limit(1)
    )
    found = await session.scalar(successor)
    return await find(session, found) if found else None


def _same(call_id: UUID, *columns: Any) -> list[Any]:
    """That these columns are as those of the call."""
    one = select(Call).where(col(Call.id) == call_id).subquery()
    return [column == select(one.c[column.key]).scalar_subquery() for column in columns]


async def children(session: AsyncSession, parent_id: UUID) -> Sequence[Call]:
    """What a server wanted to be told before this call goes on, in the order of its asking."""
    query = select(Call).where(col(Call.parent_id) == parent_id).order_by(col(Call.generation), col(Call.position))
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def list_own(session: AsyncSession, user_id: UUID, state: str, limit: int) -> list[Whole]:
    """The calls that this user requested, oldest first."""
    return await _list(session, _wholes().where(col(Call.user_id) == user_id, col(Call.state) == state), limit)


async def list_all(session: AsyncSession, state: str, limit: int) -> list[Whole]:
    """The calls of the tenant, oldest first."""
    return await _list(session, _wholes().where(col(Call.state) == state), limit)


async def list_with_deciders(session: AsyncSession, state: str, limit: int) -> list[Whole]:
    """The calls for which a rule names who decides, oldest first."""
    return await _list(session, _wholes().where(col(Call.state) == state, _named_deciders()), limit)


async def proposed_tools(session: AsyncSession, user_id: UUID) -> list[Call]:
    """The user's tool calls that wait for a decision, oldest first."""
    query = select(Call).where(col(Call.user_id) == user_id, col(Call.state) == "proposed", col(Call.kind) == "tool")
    return list(await session.scalars(query.order_by(col(Call.created_at), col(Call.position))))


async def waiting_logins(session: AsyncSession, user_id: UUID, server_id: str) -> list[UUID]:
    """The sign-ins to this server that the user is asked for, oldest first."""
    of = (col(Call.user_id) == user_id, col(Call.server_id) == server_id, col(Call.kind) == "login")
    query = select(col(Call.id)).where(*of, col(Call.state) == "proposed").order_by(col(Call.created_at))
    return list(await session.scalars(query))


async def waiting(session: AsyncSession) -> list[Call]:
    """All calls of the tenant that wait for somebody."""
    query = select(Call).join(Thread, col(Thread.id) == col(Call.thread_id))
    return list(await session.scalars(query.where(col(Call.state).in_(WAITING), col(Thread.deleted_at).is_(None))))


def _named_deciders() -> Any:
    return func.jsonb_array_length(func.coalesce(col(Call.terms)["needs"], func.jsonb_build_array())) > 0


async def _list(session: AsyncSession, query: Wholes, limit: int) -> list[Whole]:
    listed = query.where(col(Thread.deleted_at).is_(None)).order_by(col(Call.created_at), col(Call.position))
    return await _read(session, listed.limit(limit))


def _wholes() -> Wholes:
    return (
        select(
            Call, col(Definition.declared), col(Thread.title), col(Server.name), col(Connection.id),
            col(User.name), col(User.roles), col(User.disabled_at), col(Thread.deleted_at),
        )
        .join(Definition, col(Definition.hash) == col(Call.definition_hash))
        .join(Thread, col(Thread.id) == col(Call.thread_id))
        .outerjoin(Server, col(Server.id) == col(Call.server_id))
        .outerjoin(
            Connection,
            (col(Connection.user_id) == col(Call.user_id)) & (col(Connection.server_id) == col(Call.server_id)),
        )
        .outerjoin(User, col(User.id) == col(Call.user_id))
        .execution_options(populate_existing=True)
    )  # fmt: skip


_FIND = _wholes().where(col(Call.id) == bindparam("call_id"))


async def _read(session: AsyncSession, query: Wholes, values: Mapping[str, Any] | None = None) -> list[Whole]:
    rows = (await session.execute(query, values)).all()
    calls = [row[0] for row in rows]
    terms = {call.id: read_terms(call.terms) for call in calls}
    approvals = await _approvals(session, [call.id for call in calls if call.decision or terms[call.id].needs])
    grants = await _grants(session, [call.grant_id for call in calls if call.grant_id])
    people = {call.user_id: _person(name, roles, at) for call, _, _, _, _, name, roles, at, _ in rows if name}
    mentioned = {user_id for need in terms.values() for each in need.needs for user_id in each.users}
    mentioned |= {each.user_id for each in approvals} | {grant.given_by for grant in grants.values()}
    mentioned |= {who for call in calls for who in (call.decided_by, call.resolved_by) if who}
    people |= await people_in(session, (), mentioned - people.keys())
    return [
        Whole(
            call,
            declared,
            title,
            people,
            tuple(each for each in approvals if each.call_id == call.id),
            grants.get(call.grant_id) if call.grant_id else None,
            terms[call.id],
            server_name,
            connecting,
            deleted is not None,
        )
        for call, declared, title, server_name, connecting, _, _, _, deleted in rows
    ]


async def _approvals(session: AsyncSession, call_ids: Sequence[UUID]) -> Sequence[Approval]:
    if not call_ids:
        return ()
    query = select(Approval).where(col(Approval.call_id).in_(call_ids)).order_by(col(Approval.at))
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def _grants(session: AsyncSession, grant_ids: Sequence[UUID]) -> dict[UUID, Grant]:
    if not grant_ids:
        return {}
    return {grant.id: grant for grant in await session.scalars(select(Grant).where(col(Grant.id).in_(grant_ids)))}


async def people_in(session: AsyncSession, calls: Sequence[Call], mentioned: Iterable[UUID] = ()) -> dict[UUID, Person]:
    """Whoever asked for these calls, decided or resolved them, or is mentioned beside them."""
    people = {who for call in calls for who in (call.user_id, call.decided_by, call.resolved_by) if who}
    people |= set(mentioned)
    if not people:
        return {}
    rows = await session.execute(
        select(col(User.id), col(User.name), col(User.roles), col(User.disabled_at)).where(col(User.id).in_(people))
    )
    return {user_id: _person(name, roles, disabled_at) for user_id, name, roles, disabled_at in rows}


def _person(name: str, roles: Sequence[str], disabled_at: datetime | None) -> Person:
    return Person(name, frozenset(roles), active=disabled_at is None)


async def names_in(session: AsyncSession, calls: Sequence[Call]) -> dict[UUID, str]:
    return {user_id: person.name for user_id, person in (await people_in(session, calls)).items()}


async def person(session: AsyncSession, user_id: UUID) -> Person | None:
    return (await people_in(session, (), [user_id])).get(user_id)


async def approve(session: AsyncSession, call_id: UUID, user_id: UUID, seal: str) -> bool:
    """True: this person had not approved these sealed bytes yet."""
    row = insert(Approval).values(call_id=call_id, user_id=user_id, seal=seal)
    added = await session.execute(row.on_conflict_do_nothing().returning(col(Approval.user_id)))
    return added.one_or_none() is not None


async def transition(
    session: AsyncSession,
    call_id: UUID,
    old: tuple[CallState, ...],
    new: CallState,
    *,
    presented_seal: str | None = None,
    before_expiry: bool = False,
    after_expiry: bool = False,
    held_by: str | None = None,
    **values: Any,
) -> Call | None:
    """The call as this transaction moved it; None: it was not in that state, or not as sealed, or not in time."""
    statement = update(Call).where(col(Call.id) == call_id, col(Call.state).in_(old))
    if presented_seal is not None:
        statement = statement.where(col(Call.seal) == presented_seal)
    if before_expiry:
        statement = statement.where(col(Call.expires_at) > func.now())
    if after_expiry:
        statement = statement.where(col(Call.expires_at) <= func.now())
    if held_by is not None:
        statement = statement.where(col(Call.executor) == held_by)
    moved = await session.scalars(
        statement.values(state=new, **values).returning(Call),
        execution_options={"synchronize_session": False, "populate_existing": True},
    )
    return moved.one_or_none()


async def of_run(session: AsyncSession, thread_id: UUID, run_id: UUID) -> Sequence[Call]:
    """The calls of a run and what servers asked on the way, in the order of their proposal."""
    query = select(Call).where(col(Call.thread_id) == thread_id, col(Call.run_id) == run_id)
    ordered = query.order_by(col(Call.created_at), col(Call.position), col(Call.generation))
    return (await session.scalars(ordered.execution_options(populate_existing=True))).all()


async def tools_of(session: AsyncSession, thread_id: UUID, run_ids: Sequence[UUID]) -> Sequence[Call]:
    """The tool calls of these runs; where one took another's place, it comes later."""
    query = select(Call).where(
        col(Call.thread_id) == thread_id, col(Call.run_id).in_(run_ids), col(Call.kind) == "tool"
    )
    return (await session.scalars(query.order_by(col(Call.generation)).execution_options(populate_existing=True))).all()


async def count_open(session: AsyncSession, thread_id: UUID, run_id: UUID) -> int:
    query = select(func.count()).where(
        col(Call.thread_id) == thread_id, col(Call.run_id) == run_id, col(Call.state).in_(OPEN)
    )
    return (await session.execute(query)).scalar_one()


async def now(session: AsyncSession) -> datetime:
    """The database's clock: the only one that decides."""
    return (await session.execute(select(func.now()))).scalar_one()
