"""Which definitions may be used, and how a change of one reads: pure functions, tried on their edges."""

from typing import Any

import pytest

from interlock_handlers.definition import ToolDefinition
from interlock_platform.tools.definitions.difference import changes
from interlock_platform.tools.definitions.sorting import Decision, sort_out
from interlock_platform.tools.entries.permitted import refusal
from interlock_platform.tools.entries.store import Policy

NAMES = ("a", "b", "c", "d", "e", "f")


def definition(name: str, description: str = "", **more: Any) -> ToolDefinition:
    values: dict[str, Any] = {
        "title": None, "input_schema": {"type": "object"}, "output_schema": None, "annotations": None, **more,
    }  # fmt: skip
    return ToolDefinition("s", name, description=description, **values)


def trusted(*names: str, decision: Decision = "first") -> dict[str, dict[str, Decision]]:
    return {name: {definition(name).hash: decision} for name in names}


@pytest.mark.parametrize(
    ("known", "changed", "quarantined"),
    [(6, 2, False), (6, 3, False), (5, 3, True), (6, 4, True), (3, 3, True), (2, 2, False)],
)
def test_a_server_is_quarantined_where_more_than_half_and_at_least_three_changed(
    known: int, changed: int, quarantined: bool
) -> None:
    declared = [definition(name, "else" if at < changed else "") for at, name in enumerate(NAMES[:known])]
    sorted_out = sort_out(declared, trusted(*NAMES[:known]))
    assert sorted_out.quarantined == quarantined
    assert len(sorted_out.admitted) == (0 if quarantined else known - changed)
    assert len(sorted_out.set_aside) == changed


def test_new_tools_neither_thin_out_a_quarantine_nor_slip_through_it() -> None:
    new = [definition(f"new{number}") for number in range(50)]
    sorted_out = sort_out([definition(name, "else") for name in NAMES[:3]] + new, trusted(*NAMES[:3]))
    assert sorted_out.quarantined
    assert (sorted_out.admitted, sorted_out.fresh) == ((), ())
    assert len(sorted_out.set_aside) == 53


def test_what_was_set_aside_before_anything_was_trusted_stays_aside() -> None:
    decisions: dict[str, dict[str, Decision]] = {"a": {definition("a").hash: "set_aside"}}
    assert sort_out([definition("a")], decisions).set_aside == (definition("a"),)
    assert sort_out([definition("a")], trusted("a", decision="accepted")).admitted == (definition("a"),)


def test_a_change_reads_field_by_field() -> None:
    before = {
        "title": "Send", "description": "Sends.", "annotations": {"readOnlyHint": True}, "output_schema": None,
        "input_schema": {"type": "object", "properties": {"to": {"type": "string"}, "cc": {}}, "required": ["to"]},
    }  # fmt: skip
    after = {
        "title": "Send", "description": "Sends it.", "annotations": None, "output_schema": {"type": "object"},
        "input_schema": {"additionalProperties": True, "type": "object",
                         "properties": {"to": {"type": "string"}, "bcc": {"type": "string"}}},
    }  # fmt: skip
    found = {each["field"]: (each["before"], each["after"]) for each in changes(before, after)}
    assert list(found) == [
        "description", "parameter to", "parameter cc", "parameter bcc", "rules for the parameters",
        "annotation readOnlyHint", "rules for the result",
    ]  # fmt: skip
    assert found["description"] == ("Sends.", "Sends it.")
    assert found["parameter to"][0] == f"{found['parameter to'][1]} (required)"
    assert found["parameter cc"] == ("{}", None)
    assert found["annotation readOnlyHint"] == ("true", None)
    assert changes(before, before) == []


@pytest.mark.parametrize(
    ("host", "url", "allowed"),
    [
        ("example.org", "https://example.org/x", True),
        ("example.org", "https://EXAMPLE.org:8443/x", True),
        ("example.org:443", "https://example.org/x", True),
        ("example.org:443", "https://example.org:444/x", False),
        ("example.org", "https://example.org.evil.net/x", False),
        ("*.example.org", "https://a.b.example.org/x", True),
        ("[2001:db8::1]:8443", "https://[2001:db8::1]:8443/x", True),
        ("[2001:db8::1]", "https://[2001:db8::2]/x", False),
    ],
)
def test_hosts_of_a_list(host: str, url: str, allowed: bool) -> None:
    assert (refusal(Policy("allow_list", (host,)), url) is None) == allowed
