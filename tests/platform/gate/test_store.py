"""The ledger read: which calls, in which order, with whose names and approvals, and of nobody else's tenant."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from interlock_platform.gate import store
from interlock_platform.gate.store import Person
from interlock_platform.tables.policy import Grant
from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import fresh_database
from tests.platform.gate.desk import DEFINITION, PEOPLE, Desk, make_desk, open_desk
from tests.platform.gate.noticing import enter

OTHERS: dict[str, Any] = {"rule": "Others", "roles": ["approver"], "users": [], "count": 1, "not_requester": True}
ELICITED = '{"message":"Who?","mode":"form","schema":null,"url":null}'


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hall(postgres: PostgresAccess) -> AsyncIterator[Desk]:
    async with fresh_database(postgres) as urls, open_desk(urls) as desk:
        yield desk


@pytest_asyncio.fixture(loop_scope="session")
async def desk(hall: Desk) -> Desk:
    """A tenant of its own for each test."""
    return await make_desk(hall.database, hall.ledger._queue)


async def reading(desk: Desk, read: Any, *about: Any) -> Any:
    async with desk.database.transaction(desk.tenant.scope) as session:
        return await read(session, *about)


async def calls_of_a_thread(desk: Desk, *columns: dict[str, Any], of: str = "bob") -> tuple[UUID, UUID, list[UUID]]:
    thread_id, run_id = await desk.thread(of)
    return thread_id, run_id, [(await enter(desk, thread_id, run_id, **each)).call.id for each in columns]


async def test_a_call_is_found_with_all_that_its_card_shows(desk: Desk) -> None:
    people = desk.tenant.people
    given = uuid4()
    await desk.tenant.add(Grant(
        id=given, server_id="journal", tool="record", definition_hash=DEFINITION.hash, given_by=people["dave"],
        expires_at=datetime.now(UTC) + timedelta(days=1),
    ))  # fmt: skip
    terms = {"needs": [{**OTHERS, "users": [str(people["alice"])]}], "expiry": None, "extend": False, "refused": "X"}
    _, _, (call_id,) = await calls_of_a_thread(desk, {
        "terms": terms, "grant_id": given, "decided_by": people["carol"], "resolved_by": people["bob"],
    })  # fmt: skip
    whole = await desk.whole(call_id)
    assert (whole.call.id, whole.thread_title) == (call_id, "Chat")
    assert whole.declared["description"] == "Record a value in the journal."
    assert whole.grant is not None
    assert whole.grant.id == given
    assert whole.names == {user_id: name.title() for name, user_id in people.items()}
    assert whole.people[people["carol"]] == Person("Carol", frozenset(PEOPLE["carol"]), active=True)
    assert (whole.terms.needs[0].users, whole.terms.extend, whole.terms.refused) == ((people["alice"],), False, "X")
    assert whole.approvals == ()


async def test_only_who_has_to_do_with_it_is_named(desk: Desk) -> None:
    _, _, (call_id,) = await calls_of_a_thread(desk, {})
    whole = await desk.whole(call_id)
    assert whole.names == {desk.tenant.people["bob"]: "Bob"}
    assert whole.grant is None


async def test_what_is_not_there_or_of_another_tenant_is_not_found(desk: Desk, hall: Desk) -> None:
    _, _, (call_id,) = await calls_of_a_thread(desk, {})
    assert await reading(desk, store.find, uuid4()) is None
    assert await reading(desk, store.newest, uuid4()) is None
    assert await reading(hall, store.find, call_id) is None
    assert await reading(hall, store.person, desk.tenant.people["bob"]) is None
    assert await reading(hall, store.waiting) == [] or call_id not in {
        call.id for call in await reading(hall, store.waiting)
    }


@pytest.mark.parametrize("asked", [{"terms": {"needs": [OTHERS]}}, {"decision": "approve", "state": "approved"}])
async def test_approvals_are_those_of_the_call_in_the_order_they_were_given(asked: dict[str, Any], desk: Desk) -> None:
    people = desk.tenant.people
    _, _, (one, other) = await calls_of_a_thread(desk, asked, asked)
    for call_id, name, seal in ((one, "dave", "a" * 64), (one, "alice", "a" * 64), (one, "carol", "b" * 64),
                                (other, "carol", "a" * 64)):  # fmt: skip
        assert await reading(desk, store.approve, call_id, people[name], seal) is True
    assert await reading(desk, store.approve, one, people["dave"], "a" * 64) is False
    whole = await desk.whole(one)
    assert [(each.user_id, each.seal) for each in whole.approvals] == [
        (people["dave"], "a" * 64), (people["alice"], "a" * 64), (people["carol"], "b" * 64),
    ]  # fmt: skip
    owner, approver = frozenset(["owner"]), frozenset(["approver"])
    assert whole.approved_by("a" * 64) == {people["dave"]: approver, people["alice"]: owner}
    assert whole.approved_by("b" * 64) == {people["carol"]: approver}
    assert set(whole.names) >= {people["dave"], people["alice"], people["carol"]}
    await desk.tenant.sql("update users set disabled_at = now(), roles = '{member}' where id = :id", id=people["dave"])
    left = await desk.whole(one)
    assert left.approved_by("a" * 64) == {people["alice"]: owner}
    assert left.people[people["dave"]] == Person("Dave", frozenset(["member"]), active=False)


async def test_what_its_requester_decides_alone_has_no_approvals_until_then(desk: Desk) -> None:
    _, _, (call_id,) = await calls_of_a_thread(desk, {})
    await reading(desk, store.approve, call_id, desk.tenant.people["carol"], "a" * 64)
    assert (await desk.whole(call_id)).approvals == ()


async def test_the_newest_is_what_took_the_calls_place(desk: Desk) -> None:
    same = {"tool_call_id": "one"}
    thread_id, run_id, (first, second, *_) = await calls_of_a_thread(
        desk, {**same, "state": "void"}, {**same, "generation": 1}, {"tool_call_id": "two", "generation": 5},
        {**same, "generation": 7, "kind": "elicitation", "arguments": ELICITED},
    )  # fmt: skip
    await calls_of_a_thread(desk, {**same, "generation": 3})
    await enter(desk, thread_id, uuid4(), **same, generation=4)
    for call_id in (first, second):
        newest = await reading(desk, store.newest, call_id)
        assert newest.call.id == second
    assert run_id == (await desk.whole(first)).call.run_id


async def test_what_a_server_asked_comes_in_the_order_of_its_asking(desk: Desk) -> None:
    parent = uuid4()
    asked = {"kind": "elicitation", "arguments": ELICITED, "parent_id": parent}
    _, _, (later, second, first, _) = await calls_of_a_thread(
        desk, {**asked, "generation": 1}, {**asked, "position": 1}, {**asked, "position": 0}, {}
    )
    assert [call.id for call in await reading(desk, store.children, parent)] == [first, second, later]


async def test_lists_have_the_oldest_first_and_an_end(desk: Desk) -> None:
    people = desk.tenant.people
    terms = {"terms": {"needs": [OTHERS]}}
    _, _, bobs = await calls_of_a_thread(desk, {}, terms, {"state": "approved"})
    _, _, carols = await calls_of_a_thread(desk, {}, {"terms": {"needs": []}}, of="carol")

    async def listed(read: Any, *about: Any) -> list[UUID]:
        return [whole.call.id for whole in await reading(desk, read, *about)]

    assert await listed(store.list_own, people["bob"], "proposed", 9) == bobs[:2]
    assert await listed(store.list_own, people["bob"], "approved", 9) == bobs[2:]
    assert await listed(store.list_own, people["bob"], "proposed", 1) == bobs[:1]
    assert await listed(store.list_all, "proposed", 9) == [*bobs[:2], *carols]
    assert await listed(store.list_all, "proposed", 3) == [*bobs[:2], carols[0]]
    assert await listed(store.list_with_deciders, "proposed", 9) == [bobs[1]]
    assert await listed(store.list_with_deciders, "approved", 9) == []
    assert await listed(store.list_with_deciders, "proposed", 0) == []


async def test_calls_of_one_moment_come_in_their_position(desk: Desk) -> None:
    thread_id, run_id = await desk.thread()
    made = await desk.propose(thread_id, run_id, "one", "two", "three")
    await desk.tenant.sql("update calls set position = 2 - position where thread_id = :id", id=thread_id)
    own = await reading(desk, store.list_own, desk.tenant.people["bob"], "proposed", 9)
    assert [whole.call.id for whole in own] == made[::-1]
    assert [call.id for call in await reading(desk, store.of_run, thread_id, run_id)] == made[::-1]


async def test_the_calls_of_a_run_are_its_own_in_their_order(desk: Desk) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    thread_id, run_id, (late, second, first, asked) = await calls_of_a_thread(
        desk,
        {"created_at": at + timedelta(1)},
        {"created_at": at, "position": 1, "generation": 1, "tool_call_id": "two"},
        {"created_at": at, "position": 1, "state": "void", "tool_call_id": "two"},
        {"created_at": at, "kind": "elicitation", "arguments": ELICITED},
    )
    other = (await enter(desk, thread_id, uuid4())).call
    await enter(desk, (await desk.thread())[0], run_id)
    assert [call.id for call in await reading(desk, store.of_run, thread_id, run_id)] == [asked, first, second, late]
    tools = await reading(desk, store.tools_of, thread_id, [run_id])
    assert {call.id for call in tools} == {first, second, late}
    assert tools[-1].id == second
    both = await reading(desk, store.tools_of, thread_id, [run_id, other.run_id])
    assert {call.id for call in both} == {first, second, late, other.id}
    assert await reading(desk, store.tools_of, thread_id, []) == []


@pytest.mark.parametrize("state", ["proposed", "approved", "started", "input_required", "unknown"])
async def test_what_is_open_is_counted(state: str, desk: Desk) -> None:
    thread_id, run_id, _ = await calls_of_a_thread(desk, {"state": state}, {"state": "succeeded"}, {"state": "void"})
    await enter(desk, thread_id, uuid4(), state=state)
    await calls_of_a_thread(desk, {"state": state})
    assert await reading(desk, store.count_open, thread_id, run_id) == 1


async def test_what_waits_is_what_people_have_to_do(desk: Desk) -> None:
    states = ("proposed", "unknown", "approved", "started", "input_required", "succeeded", "rejected", "expired")
    _, _, made = await calls_of_a_thread(desk, *({"state": state} for state in states))
    assert {call.id for call in await reading(desk, store.waiting)} == set(made[:2])
    assert store.MOVING == ("approved", "started")


async def test_people_are_as_they_are_today(desk: Desk) -> None:
    people = desk.tenant.people
    assert await reading(desk, store.person, uuid4()) is None
    assert await reading(desk, store.person, people["alice"]) == Person("Alice", frozenset(["owner"]), active=True)
    assert await reading(desk, store.people_in, ()) == {}
    _, _, (call_id,) = await calls_of_a_thread(desk, {"decided_by": people["carol"], "resolved_by": people["dave"]})
    call = (await desk.whole(call_id)).call
    assert await reading(desk, store.names_in, [call]) == {
        people["bob"]: "Bob", people["carol"]: "Carol", people["dave"]: "Dave",
    }  # fmt: skip
    assert set(await reading(desk, store.people_in, (), [people["alice"]])) == {people["alice"]}


async def test_what_another_transaction_wrote_is_read_again(desk: Desk) -> None:
    thread_id, run_id, (call_id,) = await calls_of_a_thread(desk, {"parent_id": (parent := uuid4())})
    reads: dict[str, tuple[Any, ...]] = {
        "found": (store.find, call_id),
        "of its run": (store.of_run, thread_id, run_id),
        "among tools": (store.tools_of, thread_id, [run_id]),
        "a child": (store.children, parent),
    }
    for name, (read, *about) in reads.items():
        async with desk.database.transaction(desk.tenant.scope) as session:
            before = await read(session, *about)
            await desk.tenant.sql("update calls set reason = :name where id = :id", name=name, id=call_id)
            after = await read(session, *about)
        assert (after.call if name == "found" else after[0]).reason == name, before


async def test_the_clock_is_the_databases(desk: Desk) -> None:
    (row,) = await desk.rows("select now() as now")
    assert abs(await reading(desk, store.now) - row["now"]) < timedelta(minutes=1)
