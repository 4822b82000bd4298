"""Names and hashes of tools."""

import re
from dataclasses import replace
from typing import Any

import mcp_types as types
import pytest

from interlock_handlers.definition import ToolDefinition, UnusableDefinition, definition_of, qualified_name

DEFINITION = ToolDefinition("s", "t", "Title", "Does it.", {"type": "object", "properties": {}}, None, None)


@pytest.mark.parametrize(
    ("server", "tool"),
    [("time", "get_current_time"), ("a-b", "c-d"), ("a", "b__c"), ("s" * 20, "t" * 42)],
)
def test_a_name_that_every_provider_takes_is_kept(server: str, tool: str) -> None:
    assert qualified_name(server, tool) == f"{server}__{tool}"


@pytest.mark.parametrize("tool", ["näme", "with space", "a.b/c:d", "t" * 200, "", "\u202e", "🙂", "x_0123abcd"])
def test_any_other_is_made_one_that_they_take(tool: str) -> None:
    name = qualified_name("server", tool)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name)
    assert name.startswith("server__")
    assert name == qualified_name("server", tool)


def test_no_two_tools_share_a_name() -> None:
    pairs = [
        *(("a", "b__c"), ("a__b", "c"), ("a", "_b"), ("a_", "b"), ("a", "b c"), ("a", "b_c"), ("a", "b.c")),
        *(("s", "t" * 64), ("s", "t" * 65), ("s", "t" * 66), ("a", "\u0430"), ("\u0430", "a")),
        ("a", qualified_name("a", "b c").removeprefix("a__")),
    ]
    assert len({qualified_name(*pair) for pair in pairs}) == len(pairs)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "u"},
        {"title": None},
        {"description": "Does it!"},
        {"input_schema": {"type": "object", "properties": {"x": {}}}},
        {"output_schema": {"type": "object"}},
        {"annotations": {"readOnlyHint": True}},
    ],
)
def test_the_hash_changes_with_everything_that_is_shown(change: dict[str, Any]) -> None:
    assert replace(DEFINITION, **change).hash != DEFINITION.hash


def test_the_hash_does_not_depend_on_the_order_of_keys_or_on_the_server() -> None:
    turned = dict(reversed(DEFINITION.input_schema.items()))
    assert replace(DEFINITION, server_id="other", input_schema=turned).hash == DEFINITION.hash
    assert re.fullmatch(r"[0-9a-f]{64}", DEFINITION.hash)


@pytest.mark.parametrize("value", [2**60, float("nan"), "\0", "\ud800"])
def test_a_definition_without_a_canonical_form_is_unusable(value: object) -> None:
    with pytest.raises(UnusableDefinition):
        _ = replace(DEFINITION, input_schema={"default": value}).hash


def test_a_definition_is_what_the_server_declared() -> None:
    tool = types.Tool(
        name="t",
        input_schema={"type": "object"},
        annotations=types.ToolAnnotations(title="From the annotations", read_only_hint=True),
    )
    definition = definition_of("s", tool)
    assert (definition.title, definition.description) == ("From the annotations", "")
    assert definition.annotations == {"title": "From the annotations", "readOnlyHint": True}
    assert definition.qualified_name == "s__t"
