"""Arguments against a tool's own schema: each thing that is wrong has its place."""

from typing import Any

import pytest

from interlock_platform.gate.arguments import MAX_ERRORS, errors_in

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "minLength": 1},
        "days": {"type": "integer", "minimum": 1},
        "who": {"type": "array", "items": {"$ref": "#/$defs/person"}},
        "a/b~c": {"type": "string"},
    },
    "required": ["city"],
    "additionalProperties": False,
    "$defs": {"person": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}},
}


def fields(arguments: dict[str, Any], schema: dict[str, Any] = SCHEMA) -> list[str]:
    return [error.field for error in errors_in(arguments, schema)]


def test_arguments_that_fit_have_no_errors() -> None:
    assert fields({"city": "Tokyo", "days": 2, "who": [{"name": "Ann"}]}) == []


def test_each_field_is_named_by_a_json_pointer() -> None:
    wrong = {"city": "", "days": 0, "who": [{"name": "Ann"}, {"name": 3}, {}], "a/b~c": 1}
    assert sorted(fields(wrong)) == ["/a~1b~0c", "/city", "/days", "/who/1/name", "/who/2"]


def test_what_is_missing_and_what_is_too_much_is_an_error_of_the_whole() -> None:
    errors = errors_in({"town": "Tokyo"}, SCHEMA)
    assert [error.field for error in errors] == ["", ""]
    assert any("'city' is a required property" in error.message for error in errors)
    assert any("'town'" in error.message for error in errors)


def test_true_is_no_number() -> None:
    assert fields({"city": "Tokyo", "days": True}) == ["/days"]


def test_there_are_never_more_errors_than_people_read() -> None:
    schema = {"type": "array", "items": {"type": "string"}}
    assert len(fields({"many": [1] * 1000}, {"properties": {"many": schema}})) == MAX_ERRORS


def test_a_long_value_does_not_make_a_long_sentence() -> None:
    (error,) = errors_in({"city": "Tokyo", "days": "x" * 5000}, SCHEMA)
    assert len(error.message) <= 300


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/$defs/missing"},
        {"$ref": "#"},
        {"type": "nonsense"},
        {"properties": {"city": 5}},
        {"properties": {"city": {"pattern": "("}}},
        {"$schema": "http://example.com/no-such-dialect", "type": 7},
    ],
    ids=["http", "https", "file", "missing", "circle", "type", "shape", "pattern", "dialect"],
)
def test_a_broken_schema_lets_nothing_through_and_fetches_nothing(schema: dict[str, Any]) -> None:
    (error,) = errors_in({"city": "Tokyo"}, schema)
    assert error.field == ""
    assert error.message.startswith("The tool's schema is broken")
