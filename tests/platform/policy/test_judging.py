"""The policy on a call, with everything that it is judged by in Postgres."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from interlock_platform.database import Database
from interlock_platform.errors import Problem
from interlock_platform.policy import judging as judging_module
from interlock_platform.policy.judging import Judging
from interlock_platform.tables.policy import Grant, ToolClass
from tests.platform.policy.tenant import TestTenant, make_tenant, rule


@pytest_asyncio.fixture(loop_scope="session")
async def acme(database: Database) -> TestTenant:
    return await make_tenant(database)


def grant(**more: Any) -> Grant:
    chosen: dict[str, Any] = {
        "id": uuid4(), "server_id": "files", "tool": "write", "definition_hash": "h1", "given_by": uuid4(),
        "expires_at": datetime.now(UTC) + timedelta(days=1), **more,
    }  # fmt: skip
    return Grant(**chosen)


async def test_without_a_rule_a_person_is_asked(acme: TestTenant) -> None:
    judged = await acme.judge(Judging())
    assert (judged.verdict.verdict, judged.version) == ("ask", "0.0")
    assert judged.facts.email == "bob@acme.test"
    assert judged.facts.roles == {"member"}
    assert (judged.facts.effect, judged.facts.risk) == ("at_most_once", None)


async def test_the_admins_word_on_a_tool_is_known(acme: TestTenant) -> None:
    await acme.add(ToolClass(server_id="files", tool="write", effect="idempotent", risk="changes"))
    await acme.add(rule("tenant", "deny", condition="tool.risk == 'changes' && tool.effect == 'idempotent'"))
    judged = await acme.judge(Judging())
    assert (judged.facts.effect, judged.facts.risk, judged.verdict.verdict) == ("idempotent", "changes", "deny")
    assert (await acme.judge(Judging(), tool="read")).verdict.verdict == "ask"


async def test_a_rule_counts_from_the_next_call_on_and_makes_a_new_version(acme: TestTenant) -> None:
    judging = Judging()
    before = await acme.judge(judging)
    await acme.add(rule("tenant", "allow"))
    allowed = await acme.judge(judging)
    await acme.add(rule("server", "deny", server_id="files"))
    denied = await acme.judge(judging)
    assert [each.verdict.verdict for each in (before, allowed, denied)] == ["ask", "allow", "deny"]
    assert len({each.version for each in (before, allowed, denied)}) == 3
    assert (await acme.judge(judging)).version == denied.version


async def test_a_rule_that_was_deleted_or_switched_off_counts_no_more(acme: TestTenant) -> None:
    judging = Judging()
    await acme.add(rule("tenant", "deny", "gone"), rule("tenant", "ask", "off", enabled=False))
    denied = await acme.judge(judging)
    await acme.sql(
        "update rules set deleted_at = now(), changed = nextval(pg_get_serial_sequence('rules', 'changed')) "
        "where name = 'gone'"
    )
    asked = await acme.judge(judging)
    assert (denied.verdict.verdict, asked.verdict.verdict) == ("deny", "ask")
    assert asked.version != denied.version
    assert [each.rule for each in asked.verdict.trace] == ["platform default"]
    assert (await acme.judge(Judging())).version == asked.version


async def test_rules_are_about_their_server_tool_user_and_thread_only(acme: TestTenant) -> None:
    thread = uuid4()
    await acme.sql("insert into threads (id, user_id, title) values (:id, :of, '')", id=thread, of=acme.people["bob"])
    for made in (
        rule("server", "deny", "s", server_id="files"),
        rule("tool", "deny", "t", server_id="files", tool="write"),
        rule("user", "deny", "u", user_id=acme.people["bob"]),
        rule("thread", "deny", "th", thread_id=thread),
        rule("tenant", "deny", "any tool of this name", tool="write"),
    ):
        await acme.add(made)

    async def looked(**call: Any) -> set[str]:
        trace = (await acme.judge(Judging(), **call)).verdict.trace
        return {each.rule for each in trace} - {"platform default"}

    assert await looked(thread_id=thread) == {"s", "t", "u", "th", "any tool of this name"}
    assert await looked() == {"s", "t", "u", "any tool of this name"}
    assert await looked(tool="read") == {"s", "u"}
    assert await looked(server_id="mail") == {"u", "any tool of this name"}
    assert await looked(server_id="mail", tool="read", requester=acme.people["carol"]) == set()


@pytest.mark.parametrize(
    ("given", "asked", "covered"),
    [
        ({}, {}, "everybody"),
        ({"user": "bob"}, {}, "always"),
        ({"user": "carol"}, {}, None),
        ({"user": "bob", "arguments": '{"a":1}'}, {"arguments": {"a": 1}}, "arguments"),
        ({"user": "bob", "arguments": '{"a":1}'}, {"arguments": {"a": 1.0}}, "arguments"),
        ({"user": "bob", "arguments": '{"a":1}'}, {"arguments": {"a": 2}}, None),
        ({"user": "bob", "condition": "arguments.a < 5"}, {"arguments": {"a": 2}}, "always"),
        ({"user": "bob", "condition": "arguments.a < 5"}, {"arguments": {"a": 7}}, None),
        ({"user": "bob", "condition": "arguments.a < 5"}, {}, None),
        ({}, {"tool": "read"}, None),
        ({}, {"server_id": "mail"}, None),
        ({}, {"definition_hash": "h2"}, None),
        ({}, {"unattended": True}, None),
        ({"unattended": True}, {"unattended": True}, "everybody"),
        ({"uses_left": 1}, {}, "everybody"),
        ({"uses_left": 0}, {}, None),
        ({"revoked_at": datetime.now(UTC)}, {}, None),
        ({"expires_at": datetime.now(UTC) - timedelta(seconds=1)}, {}, None),
    ],
)
async def test_a_grant_covers_what_it_was_given_for_and_nothing_else(
    acme: TestTenant, given: dict[str, Any], asked: dict[str, Any], covered: str | None
) -> None:
    user = given.pop("user", None)
    await acme.add(grant(user_id=acme.people[user] if user else None, **given))
    judged = await acme.judge(Judging(), **asked)
    assert (judged.verdict.grant.scope if judged.verdict.grant else None) == covered
    assert judged.verdict.verdict == ("allow" if covered else "ask")


async def test_a_grant_for_a_chat_holds_in_no_other(acme: TestTenant) -> None:
    thread, bob = uuid4(), acme.people["bob"]
    await acme.sql("insert into threads (id, user_id, title) values (:id, :user, '')", id=thread, user=bob)
    await acme.add(grant(user_id=bob, thread_id=thread))
    assert (await acme.judge(Judging(), thread_id=thread)).verdict.verdict == "allow"
    assert (await acme.judge(Judging(), thread_id=uuid4())).verdict.verdict == "ask"
    assert (await acme.judge(Judging())).verdict.verdict == "ask"


async def test_a_grant_without_a_count_is_used_before_one_that_has_one(acme: TestTenant) -> None:
    await acme.add(grant(user_id=acme.people["bob"], uses_left=3))
    await acme.add(endless := grant())
    used = (await acme.judge(Judging())).verdict.grant
    assert used is not None
    assert used.id == endless.id


async def test_an_unknown_and_a_foreign_requester_are_answered_alike(acme: TestTenant, database: Database) -> None:
    globex = await make_tenant(database)
    for requester in (uuid4(), globex.people["bob"]):
        with pytest.raises(Problem) as refused:
            await acme.judge(Judging(), requester=requester)
        assert (refused.value.code, refused.value.status) == ("not_found", 404)


async def test_no_tenant_is_judged_by_another_ones_rules_or_grants(acme: TestTenant, database: Database) -> None:
    globex, judging = await make_tenant(database), Judging()
    await acme.add(rule("tenant", "deny"), grant())
    assert (await acme.judge(judging)).verdict.verdict == "deny"
    theirs = await globex.judge(judging)
    assert (theirs.verdict.verdict, theirs.version) == ("ask", "0.0")
    assert (await acme.judge(judging)).verdict.verdict == "deny"


async def test_kept_rules_are_bounded_and_read_again_when_needed(
    acme: TestTenant, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging_module, "KEPT_RULES", 2)
    globex, judging = await make_tenant(database), Judging()
    await acme.add(rule("tenant", "deny"), rule("tenant", "ask"))
    await globex.add(rule("tenant", "allow"))
    for _ in range(2):
        assert (await acme.judge(judging)).verdict.verdict == "deny"
        assert (await globex.judge(judging)).verdict.verdict == "allow"


async def test_arguments_without_a_canonical_form_are_judged_all_the_same(acme: TestTenant) -> None:
    await acme.add(grant(arguments="{}"), rule("tenant", "deny", condition="arguments.a > 1"))
    judged = await acme.judge(Judging(), arguments={"a": 2**70})
    assert judged.verdict.verdict == "deny"
    assert "64 bits" in judged.verdict.decisive.why
    assert isinstance(judged.facts.requester, UUID)
