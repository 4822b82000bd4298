"""What a model is told of a tool."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from langchain_core.utils.function_calling import convert_to_openai_tool

from interlock_handlers.convert import model_tool
from interlock_handlers.definition import ToolDefinition, UnusableDefinition
from interlock_handlers.schema import inlined


def tool(schema: dict[str, Any], description: str = "Does it.") -> dict[str, Any]:
    converted = model_tool(ToolDefinition("s", "t", None, description, schema, None, None))
    assert converted["function"]["name"] == "s__t"
    assert convert_to_openai_tool(converted) == converted
    function: dict[str, Any] = converted["function"]
    return function


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, {"type": "object", "properties": {}}])
def test_a_tool_without_arguments_says_so(schema: dict[str, Any]) -> None:
    assert tool(schema)["parameters"] == {"type": "object", "properties": {}}


def test_references_are_written_out() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "from": {"$ref": "#/$defs/Place", "description": "Where it begins"},
            "to": {"anyOf": [{"$ref": "#/$defs/Place"}, {"type": "null"}]},
            "$ref": {"type": "string"},
        },
        "$defs": {
            "Place": {"type": "object", "properties": {"city": {"$ref": "#/$defs/City"}}},
            "City": {"enum": ["x"]},
        },
    }
    place = {"type": "object", "properties": {"city": {"enum": ["x"]}}}
    assert tool(schema)["parameters"] == {
        "type": "object",
        "properties": {
            "from": {**place, "description": "Where it begins"},
            "to": {"anyOf": [place, {"type": "null"}]},
            "$ref": {"type": "string"},
        },
    }


def test_a_definition_that_contains_itself_is_cut() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}, "value": {"type": "integer"}}}
    schema = {"type": "object", "properties": {"list": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}}
    written = inlined(schema)
    assert "$ref" not in str(written)
    assert written["properties"]["list"]["properties"]["value"] == {"type": "integer"}
    Draft202012Validator(written).validate({"list": {"value": 1, "next": {"value": 2, "next": {"value": 3}}}})
    assert "$ref" not in str(inlined({"type": "object", "properties": {"self": {"$ref": "#"}}}))


def _nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"x": schema}}
    return schema


def _laughing(levels: int) -> dict[str, Any]:
    definitions = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 10} for n in range(levels)}
    return {"$ref": "#/$defs/d0", "$defs": {**definitions, f"d{levels}": {"type": "object"}}}


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"properties": {"x": {"$ref": "https://example.org/schema"}}}, "outside itself"),
        ({"properties": {"x": {"$ref": "other.json#/x"}}}, "outside itself"),
        ({"properties": {"x": {"$ref": "#/$defs/missing"}}}, "which it does not have"),
        (_nested(40), "nested more than 32 deep"),
        (_nested(5000), "nested too deep"),
        (_laughing(9), "more than 2000 parts"),
        ({"properties": {"x": {"enum": ["y" * 70000]}}}, "larger than 64 KiB"),
    ],
    ids=["web", "file", "missing", "deep", "very deep", "exponential", "large"],
)
def test_a_schema_that_cannot_be_offered_says_why(schema: dict[str, Any], says: str) -> None:
    with pytest.raises(UnusableDefinition, match=says):
        tool(schema)


def test_a_description_is_cut_and_shows_what_a_person_sees() -> None:
    assert len(tool({}, "x" * 5000)["description"]) == 1024
    assert tool({}, "Adds\u200b\u202e\U000e0041 two\nnumbers.\0")["description"] == "Adds two\nnumbers."
    assert tool({}, "")["description"] == "t"
