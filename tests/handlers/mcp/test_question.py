"""Which questions may be put to a person."""

from typing import Any

import mcp_types as types
import pytest

from interlock_handlers.question import MAX_FIELDS, Unaskable, question


def form(**fields: Any) -> types.ElicitRequestFormParams:
    schema = {"type": "object", "properties": fields, "required": []}
    return types.ElicitRequestFormParams(message="Please.", requested_schema=schema)


def saying(message: str) -> types.ElicitRequestFormParams:
    return types.ElicitRequestFormParams(message=message, requested_schema={"type": "object", "properties": {}})


def visit(url: str) -> types.ElicitRequestURLParams:
    return types.ElicitRequestURLParams(message="Go.", url=url)


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    "name",
    ["password", "Passwd", "userPassword", "client_secret", "apiKey", "API key", "api-key", "APIKey", "accessToken",
     "token", "credentials", "PIN", "pin_code", "cardNumber", "card number", "CVV", "cvc2", "pass\u200bword",
     "pa\u0308ssword", "\uff50assword", "private_key", "passphrase"],
)  # fmt: skip
def test_a_field_for_a_secret_is_refused_by_its_name_or_its_title(name: str) -> None:
    for asked in (form(**{name: TEXT}), form(value={**TEXT, "title": name})):
        with pytest.raises(Unaskable, match="asks for a secret"):
            question("k", asked)


@pytest.mark.parametrize("kind", ["string", "integer", "number"])
def test_a_number_can_be_a_secret_too(kind: str) -> None:
    with pytest.raises(Unaskable, match="asks for a secret"):
        question("k", form(pin={"type": kind}))


def test_a_field_that_hides_what_is_typed_is_refused() -> None:
    with pytest.raises(Unaskable, match="'word' asks for a secret"):
        question("k", form(word={**TEXT, "format": "password"}))


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("secretary", TEXT),
        ("spinner", TEXT),
        ("pinned", {"type": "boolean"}),
        ("remember_password", {"type": "boolean"}),
        ("max_tokens", {"type": "integer"}),
        ("card_number", {"type": "string", "enum": ["the first", "the second"]}),
        ("passenger", TEXT),
        ("keyword", TEXT),
    ],
)
def test_fields_that_only_sound_like_it_are_asked(name: str, field: dict[str, Any]) -> None:
    schema = question("k", form(**{name: field})).schema
    assert schema is not None
    assert schema["properties"] == {name: field}


def test_a_form_keeps_its_fields_and_nothing_that_could_be_used_for_something_else() -> None:
    fields: dict[str, dict[str, Any]] = {
        "name": {**TEXT, "title": "Name", "minLength": 1, "maxLength": 9, "default": "x", "pattern": "(a+)+$"},
        "when": {**TEXT, "format": "date"},
        "shape": {**TEXT, "format": "hostname"},
        "size": {**TEXT, "oneOf": [{"const": "s", "title": "Small"}, {"const": "l", "title": "Large"}]},
        "old": {**TEXT, "enum": ["a", "b"], "enumNames": ["A", "B"]},
        "tags": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": ["p", "q"]}, "contains": {}},
        "more": {"type": "array", "items": {"anyOf": [{"const": "p", "title": "P"}]}},
        "yes": {"type": "boolean", "default": False, "$ref": "http://elsewhere.example/schema"},
        "amount": {"type": "number", "minimum": 0, "maximum": 1.5},
    }
    asked = types.ElicitRequestFormParams(
        message="Please.",
        requested_schema={"type": "object", "properties": fields, "required": ["name"], "allOf": [{}], "$defs": {}},
    )
    schema = question("k", asked).schema
    assert schema == {
        "type": "object",
        "properties": {
            **fields,
            "name": {key: value for key, value in fields["name"].items() if key != "pattern"},
            "shape": TEXT,
            "tags": {key: value for key, value in fields["tags"].items() if key != "contains"},
            "yes": {"type": "boolean", "default": False},
        },
        "required": ["name"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (saying("x" * 4001), "longer than 4,000"),
        (saying("a\0b"), "can't be shown"),
        (saying("\ud800"), "can't be shown"),
        (form(**{f"f{n}": TEXT for n in range(MAX_FIELDS + 1)}), "more than 32 fields"),
        (form(inner={"type": "object", "properties": {}}), "not of a kind"),
        (form(inner={"$ref": "#/$defs/x"}), "not of a kind"),
        (form(inner="string"), "not of a kind"),
        (form(inner={"type": ["string", "null"]}), "not of a kind"),
        (form(inner={"type": "array", "items": {"type": "string"}}), "list of anything"),
        (form(inner={"type": "array"}), "list of anything"),
        (form(inner={"type": "array", "items": ["a"]}), "items that is none"),
        (form(inner={**TEXT, "maxLength": "9"}), "maxLength that is none"),
        (form(inner={**TEXT, "title": {}}), "title that is none"),
        (form(inner={**TEXT, "enum": [1]}), "enum that is none"),
        (form(inner={**TEXT, "oneOf": [{"pattern": "(a+)+$"}]}), "oneOf that is none"),
        (form(inner={"type": "array", "items": {"anyOf": [{"$ref": "#"}]}}), "items that is none"),
        (form(inner={"type": "number", "minimum": float("nan")}), "written down"),
        (form(inner={**TEXT, "description": "a\0b"}), "can't be shown"),
        (form(inner={**TEXT, "description": "x" * 70_000}), "larger than 64 KiB"),
        (types.ElicitRequestFormParams(message="m", requested_schema={"type": "string"}), "not that of a form"),
        (
            types.ElicitRequestFormParams(
                message="m", requested_schema={"type": "object", "properties": {}, "required": ["x"]}
            ),
            "requires fields",
        ),
        (visit("javascript:alert(1)"), "not on the web"),
        (visit("file:///etc/passwd"), "not on the web"),
        (visit("https://"), "not on the web"),
        (visit("https://bank.example@evil.example/"), "before the host"),
        (visit("https://ok.example/\u202egpj.exe"), "no address has"),
        (visit("https://ok.example/ a"), "no address has"),
        (visit(f"https://ok.example/{'a' * 4000}"), "longer than"),
        (visit("https://[::1"), "its address is none"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(asked: types.ElicitRequestParams, why: str) -> None:
    with pytest.raises(Unaskable, match=why):
        question("k", asked)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a?b=c&d=%20#e", "https://example.org/a?b=c&d=%20#e"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("https://ex\u0430mple.org/", "https://xn--exmple-4nf.org/"),
        ("HTTPS://Example.ORG/", "https://example.org/"),
    ],
)
def test_an_address_is_shown_whole_and_as_what_it_is(url: str, shown: str) -> None:
    asked = question("k", visit(url))
    assert (asked.mode, asked.url, asked.schema) == ("url", shown, None)
