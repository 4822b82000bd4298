"""A permission that the policy does not allow is refused with the name of the rule, and never narrowed."""

from typing import Any

import pytest

from tests.person import Person
from tests.platform.grants.giving import Office, grants, me

FOUR_EYES = '{"roles": ["approver"], "users": [], "count": 1, "not_requester": true}'


async def refusing_rule(office: Office, by: Person, **more: Any) -> str:
    """The rule that a refusal names; nothing is given then."""
    before = await grants(by, "mine")
    status, said = await office.refused(by, **more)
    assert (status, said["code"]) == (403, "grant_refused")
    assert f"\u201c{said['rule']}\u201d" in said["detail"]
    assert await grants(by, "mine") == before
    rule: str = said["rule"]
    return rule


@pytest.mark.parametrize(
    "columns",
    [
        {"grants": False},
        {"verdict": "deny"},
        {"approvers": FOUR_EYES},
        {"grants": False, "layer": "platform"},
        {"verdict": "deny", "layer": "platform"},
        {"grants": False, "layer": "server", "server_id": "journal"},
        {"grants": False, "layer": "tool", "server_id": "journal", "tool": "record"},
        {"grants": False, "tool": "record"},
        {"grants": False, "condition": "tool.server == 'journal'"},
        {"grants": False, "condition": "'member' in requester.roles"},
    ],
)
async def test_a_rule_about_all_such_calls_forbids_it(columns: dict[str, Any], office: Office, bob: Person) -> None:
    await office.rule("the rule", **columns)
    for more in ({}, {"arguments": {"value": "x"}}, {"condition": "true", "uses": 1}):
        assert await refusing_rule(office, bob, **more) == "the rule"


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"verdict": "allow"},
        {"grants": False, "enabled": False},
        {"grants": False, "deleted_at": "now"},
        {"grants": False, "server_id": "toolbox"},
        {"grants": False, "tool": "slow"},
        {"grants": False, "condition": "tool.server == 'toolbox'"},
        {"grants": False, "condition": "'owner' in requester.roles"},
        {"verdict": "deny", "condition": "unattended"},
        {"verdict": "deny", "condition": "arguments.value == 'secret'"},
        {"grants": False, "condition": "size(arguments) > 0"},
    ],
)
async def test_a_rule_about_other_calls_or_some_of_them_does_not(
    columns: dict[str, Any], office: Office, bob: Person
) -> None:
    await office.rule("the rule", **columns)
    await office.give(bob)


async def test_for_fixed_arguments_a_condition_on_them_is_decided(office: Office, bob: Person) -> None:
    await office.rule("not secrets", "deny", condition="arguments.value == 'secret'")
    assert await refusing_rule(office, bob, arguments={"value": "secret"}) == "not secrets"
    await office.give(bob, arguments={"value": "open"})
    # What can't be answered counts as a rule that denies.
    assert await refusing_rule(office, bob, arguments={}) == "not secrets"


async def test_rules_about_one_person_or_chat_stand_above_what_is_not_wider(
    office: Office, alice: Person, bob: Person
) -> None:
    thread_id = await alice.new_thread()
    await office.rule("alice asks herself", layer="user", user_id=await me(alice), grants=False)
    assert await refusing_rule(office, alice) == "alice asks herself"
    assert await refusing_rule(office, alice, thread_id=thread_id) == "alice asks herself"
    await office.give(bob)
    await office.give(alice, user_id=None)
    await office.place.sql("delete from rules")
    await office.rule("this chat asks", layer="thread", thread_id=thread_id, grants=False)
    assert await refusing_rule(office, alice, thread_id=thread_id) == "this chat asks"
    await office.give(alice)
    await office.give(alice, thread_id=await alice.new_thread())


async def test_what_is_also_for_unattended_calls_must_be_allowed_there_too(office: Office, alice: Person) -> None:
    await office.rule("somebody looks", "deny", condition="unattended")
    await office.give(alice)
    assert await refusing_rule(office, alice, unattended=True) == "somebody looks"
    await office.place.sql("delete from rules")
    await office.rule("nobody looks", "deny", condition="!unattended")
    assert await refusing_rule(office, alice) == "nobody looks"
    assert await refusing_rule(office, alice, unattended=True) == "nobody looks"


async def test_a_rule_about_some_people_does_not_forbid_what_is_everybodys(office: Office, alice: Person) -> None:
    await office.rule("not owners", grants=False, condition="'owner' in requester.roles")
    assert await refusing_rule(office, alice) == "not owners"
    await office.give(alice, user_id=None)
    await office.rule("nobody", grants=False)
    assert await refusing_rule(office, alice, user_id=None) == "nobody"


async def test_the_highest_of_several_rules_is_named(office: Office, bob: Person) -> None:
    layers: list[dict[str, Any]] = [
        {"layer": "user", "user_id": await me(bob)},
        {"layer": "tool", "server_id": "journal", "tool": "record"},
        {"layer": "server", "server_id": "journal"},
        {"layer": "tenant"},
        {"layer": "platform"},
    ]
    for number, columns in enumerate(layers):
        await office.rule(f"{columns['layer']} rule", ("ask", "deny")[number % 2], grants=False, **columns)
        assert await refusing_rule(office, bob) == f"{columns['layer']} rule"


async def test_of_rules_of_one_layer_the_one_that_was_there_first_is_named(office: Office, bob: Person) -> None:
    for name in ("m", "a", "z"):
        await office.rule(name, grants=False)
        assert await refusing_rule(office, bob) == "m"


async def test_for_tools_that_destroy_there_is_none(office: Office, alice: Person, bob: Person) -> None:
    classes = "insert into tool_classes (tenant_id, server_id, tool, effect, risk) values (%s, 'journal', %s, %s, %s)"
    await office.place.sql(classes, office.tenant_id, "record", "at_most_once", "destroys")
    await office.rule("the rule", grants=False)
    assert await refusing_rule(office, bob) == "tools that destroy"
    await office.place.sql("delete from rules")
    assert await refusing_rule(office, alice, user_id=None) == "tools that destroy"
    for risk in ("reads", "changes", "leaves", None):
        await office.place.sql("update tool_classes set risk = %s", risk)
        await office.give(bob)
