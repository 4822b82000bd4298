"""The last look before an effect: whatever changed since the approval, it says so, and what may be asked anew."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from interlock_handlers.definition import ToolDefinition
from interlock_platform.gate.decision import Approve
from interlock_platform.gate.last_look import Void, again, bound, last_look
from interlock_platform.gate.proposer import Wanted
from interlock_platform.gate.store import Whole
from interlock_platform.tables.policy import Grant, Rule
from interlock_platform.tools.definitions.review import Offered
from interlock_platform.tools.service import UserKey
from interlock_servers.postgres_access import PostgresAccess
from tests.conftest import fresh_database
from tests.platform.gate.desk import DEFINITION, Desk, make_desk, open_desk

LATER = {"roles": ["approver"], "users": [], "count": 1, "not_requester": True}
TWO = {"roles": ["approver"], "users": [], "count": 2, "not_requester": True}
POLICY_CHANGED = "The policy changed, and what allowed the call is not enough any more."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hall(postgres: PostgresAccess) -> AsyncIterator[Desk]:
    async with fresh_database(postgres) as urls, open_desk(urls) as desk:
        yield desk


@pytest_asyncio.fixture(loop_scope="session")
async def desk(hall: Desk) -> Desk:
    return await make_desk(hall.database, hall.ledger._queue)


async def a_call(desk: Desk, by: str | None = "bob", **columns: Any) -> Whole:
    """A call of Bob's, approved by somebody if that is said."""
    thread_id, run_id = await desk.thread()
    (call_id,) = await desk.propose(thread_id, run_id, "wanted")
    if by is not None:
        sealed = (await desk.whole(call_id)).call.seal
        await desk.decisions.decide(desk.who(by), call_id, Approve(decision="approve", seal=sealed))
    for column, value in columns.items():
        await desk.tenant.sql(f"update calls set {column} = :value where id = :id", value=value, id=call_id)  # noqa: S608
    return await desk.whole(call_id)


async def add_rule(desk: Desk, verdict: str = "ask", **more: Any) -> str:
    name = f"{verdict} {uuid4()}"
    await desk.tenant.add(Rule(id=uuid4(), layer="tenant", name=name, verdict=verdict, **more))
    return name


def key(desk: Desk) -> UserKey:
    return UserKey(desk.tenant.id, desk.tenant.people["bob"])


async def look(desk: Desk, whole: Whole, definition: ToolDefinition | None = DEFINITION) -> Void | None:
    fresh = await desk.whole(whole.call.id)
    async with desk.database.transaction(desk.tenant.scope) as session:
        offered = Offered(definition, "" if definition else "The server no longer offers this tool.")
        return await last_look(session, fresh, key(desk), offered, desk.proposer, desk.tools)


def anew(whole: Whole, definition: ToolDefinition = DEFINITION) -> Wanted:
    call = whole.call
    return Wanted(
        run_id=call.run_id, unattended=False, tool_call_id=call.tool_call_id, position=0, definition=definition,
        arguments='{"value":"wanted"}', generation=1,
    )  # fmt: skip


async def test_nothing_speaks_against_what_is_as_it_was_approved(desk: Desk) -> None:
    assert await look(desk, await a_call(desk)) is None


@pytest.mark.parametrize("change", ["disabled_at = now()", "roles = '{}'", "roles = '{auditor}'"])
async def test_who_may_no_longer_act_gets_nothing_done(change: str, desk: Desk) -> None:
    whole = await a_call(desk)
    await desk.tenant.sql(f"update users set {change} where id = :id", id=desk.tenant.people["bob"])  # noqa: S608
    assert await look(desk, whole) == Void("The person who asked for it may no longer act here.")


async def test_a_tool_that_is_gone_does_not_run(desk: Desk) -> None:
    assert await look(desk, await a_call(desk), None) == Void("The server no longer offers this tool.")


async def test_a_definition_that_changed_is_asked_about_anew(desk: Desk) -> None:
    changed = replace(DEFINITION, description="Record it, and tell everybody.")
    whole = await a_call(desk)
    why = "The tool's definition changed after the call was approved."
    assert await look(desk, whole, changed) == Void(why, anew(whole, changed))
    takes_no_such = replace(DEFINITION, input_schema={"type": "object", "required": ["other"]})
    assert await look(desk, whole, takes_no_such) == Void(why, None)


@pytest.mark.parametrize("column", ["arguments", "policy_version", "seal"])
async def test_a_row_that_is_not_as_it_was_sealed_does_not_run(column: str, desk: Desk) -> None:
    whole = await a_call(desk, **{column: '{"value":"else"}'})
    void = await look(desk, whole)
    assert void is not None
    assert void.why == "The tool's definition changed after the call was approved."


async def test_another_connection_is_asked_about_anew(desk: Desk) -> None:
    whole, bob = await a_call(desk), desk.tenant.people["bob"]
    await desk.tenant.sql("delete from connections where user_id = :bob", bob=bob)
    gone = "You are no longer connected to this server. Connect it, and ask again."
    assert await look(desk, whole) == Void(gone)
    await desk.tenant.sql("insert into connections (user_id, server_id) values (:bob, 'journal')", bob=bob)
    why = "The connection to the server, or its credential, is not the one that was approved."
    assert await look(desk, whole) == Void(why, anew(whole))
    mine = await a_call(desk)
    assert await look(desk, mine) is None


async def test_a_policy_that_refuses_today_is_the_last_word(desk: Desk) -> None:
    whole = await a_call(desk)
    rule = await add_rule(desk, "deny", note="Not on Fridays.")
    assert await look(desk, whole) == Void(f"The rule \u201c{rule}\u201d refuses it. Not on Fridays.")


async def test_a_policy_that_asks_more_people_today_is_asked_anew(desk: Desk) -> None:
    whole = await a_call(desk)
    await add_rule(desk, approvers=TWO, grants=False)
    assert await look(desk, whole) == Void(POLICY_CHANGED, anew(whole))


async def test_a_policy_that_asks_other_people_is_content_with_those_who_approved(desk: Desk) -> None:
    await add_rule(desk, approvers=TWO, grants=False)
    thread_id, run_id = await desk.thread()
    (call_id,) = await desk.propose(thread_id, run_id, "wanted")
    for name in ("carol", "dave"):
        sealed = (await desk.whole(call_id)).call.seal
        await desk.decisions.decide(desk.who(name), call_id, Approve(decision="approve", seal=sealed))
    assert await look(desk, await desk.whole(call_id)) is None
    # An approval of other bytes, and one of somebody who has left, do not count.
    await desk.tenant.sql("update users set disabled_at = now() where id = :id", id=desk.tenant.people["dave"])
    assert await look(desk, await desk.whole(call_id)) == Void(POLICY_CHANGED, anew(await desk.whole(call_id)))


async def test_a_policy_that_allows_today_needs_no_approval(desk: Desk) -> None:
    whole = await a_call(desk, None, state="approved")
    assert await look(desk, whole) == Void(POLICY_CHANGED, anew(whole))
    await add_rule(desk, "allow")
    assert await look(desk, whole) is None


async def test_what_a_rule_allowed_is_asked_about_once_it_does_not(desk: Desk) -> None:
    await add_rule(desk, "allow")
    whole = await a_call(desk, None)
    assert (whole.call.state, whole.call.verdict) == ("approved", "allow")
    assert await look(desk, whole) is None
    await desk.tenant.sql(
        "update rules set deleted_at = now(), enabled = false, changed = changed + 100 where tenant_id = :id",
        id=desk.tenant.id,
    )
    assert await look(desk, whole) == Void(POLICY_CHANGED, anew(whole))


async def give(desk: Desk) -> UUID:
    """A grant for everybody's calls of the tool, for one use."""
    grant_id = uuid4()
    await desk.tenant.add(Grant(
        id=grant_id, server_id="journal", tool="record", definition_hash=DEFINITION.hash, uses_left=1,
        given_by=desk.tenant.people["alice"], expires_at=datetime.now(UTC) + timedelta(days=1),
    ))  # fmt: skip
    return grant_id


async def used(desk: Desk, grant_id: UUID) -> int:
    (row,) = await desk.rows("select used from grants where id = :id", id=grant_id)
    times: int = row["used"]
    return times


async def a_granted_call(desk: Desk) -> tuple[UUID, Whole]:
    grant_id = await give(desk)
    whole = await a_call(desk, None)
    assert (whole.call.verdict, whole.call.grant_id) == ("allow", grant_id)
    return grant_id, whole


async def test_a_grant_given_since_does_not_stand_in_for_an_approval(desk: Desk) -> None:
    nobodys, bobs = await a_call(desk, None, state="approved"), await a_call(desk)
    grant_id = await give(desk)
    assert await look(desk, nobodys) == Void(POLICY_CHANGED, anew(nobodys))
    assert await look(desk, bobs) is None
    assert await used(desk, grant_id) == 0


async def test_another_grant_may_take_the_place_of_one_that_was_taken_back_and_is_used_then(desk: Desk) -> None:
    grant_id, whole = await a_granted_call(desk)
    another = await give(desk)
    assert await look(desk, whole) is None
    assert await used(desk, another) == 0
    await desk.tenant.sql("update grants set revoked_at = now() where id = :id", id=grant_id)
    assert await look(desk, whole) is None
    assert await used(desk, another) == 1
    assert await look(desk, whole) == Void(POLICY_CHANGED, anew(whole))


async def test_a_call_may_still_use_the_grant_that_it_used_up(desk: Desk) -> None:
    _, whole = await a_granted_call(desk)
    assert await look(desk, whole) is None


async def test_a_grant_that_was_taken_back_allows_nothing(desk: Desk) -> None:
    grant_id, whole = await a_granted_call(desk)
    await desk.tenant.sql("update grants set revoked_at = now() where id = :id", id=grant_id)
    assert await look(desk, whole) == Void(POLICY_CHANGED, anew(whole))


async def test_a_grant_allows_nothing_where_a_rule_permits_none_today(desk: Desk) -> None:
    _, whole = await a_granted_call(desk)
    await add_rule(desk, grants=False)
    assert await look(desk, whole) == Void(POLICY_CHANGED, anew(whole))


async def test_who_was_asked_in_the_place_of_others_is_enough_if_they_were(desk: Desk) -> None:
    await add_rule(
        desk, approvers={**LATER, "roles": ["owner"]}, grants=False,
        expiry={"minutes": 5, "then": "escalate", "to": LATER, "extend": False},
    )  # fmt: skip
    thread_id, run_id = await desk.thread()
    (call_id,) = await desk.propose(thread_id, run_id, "wanted")
    await desk.run_out(call_id)
    await desk.expiry.expire(desk.tenant.id, call_id)
    escalated = await desk.whole(call_id)
    assert escalated.terms.escalated
    await desk.decisions.decide(desk.who("carol"), call_id, Approve(decision="approve", seal=escalated.call.seal))
    whole = await desk.whole(call_id)
    assert whole.call.state == "approved"
    assert await look(desk, whole) is None
    await desk.tenant.sql(
        "update calls set terms = jsonb_set(terms, '{escalated}', 'false') where id = :id", id=call_id
    )
    assert await look(desk, whole) == Void(POLICY_CHANGED, anew(whole))


async def test_what_is_asked_anew_is_the_same_call_and_the_next_of_its_kind(desk: Desk) -> None:
    whole = await a_call(desk, position=3, generation=4, unattended=True)
    wanted = again(whole.call, DEFINITION)
    assert wanted == replace(anew(whole), position=3, generation=5, unattended=True)


async def test_the_seal_is_taken_over_the_row_and_what_the_server_declares_today(desk: Desk) -> None:
    whole = await a_call(desk)
    assert bound(whole.call, key(desk), DEFINITION) == whole.call.seal
    assert bound(whole.call, UserKey(uuid4(), whole.call.user_id), DEFINITION) != whole.call.seal
