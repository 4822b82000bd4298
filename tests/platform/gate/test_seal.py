"""The seal binds everything that an approval is about; the arguments have one form."""

from typing import Any
from uuid import uuid4

import pytest

from interlock_platform.errors import Problem
from interlock_platform.gate.seal import MAX_ARGUMENT_BYTES, canonical, seal

BOUND: dict[str, Any] = {
    "tenant_id": uuid4(),
    "requester_id": uuid4(),
    "thread_id": uuid4(),
    "call_id": uuid4(),
    "server_id": "journal",
    "definition_hash": "a" * 64,
    "arguments": '{"value":"x"}',
    "policy_version": "1",
}


def test_the_same_call_has_the_same_seal() -> None:
    assert seal(**BOUND) == seal(**dict(reversed(BOUND.items())))
    assert len(seal(**BOUND)) == 64


@pytest.mark.parametrize("part", BOUND)
def test_each_part_that_is_bound_changes_the_seal(part: str) -> None:
    other = uuid4() if part.endswith("_id") and part != "server_id" else f"{BOUND[part]} "
    assert seal(**{**BOUND, part: other}) != seal(**BOUND)


def test_parts_can_not_be_shifted_into_each_other() -> None:
    one = seal(**{**BOUND, "server_id": "ab", "definition_hash": "c"})
    two = seal(**{**BOUND, "server_id": "a", "definition_hash": "bc"})
    assert one != two


def test_arguments_have_one_form_whatever_their_order() -> None:
    assert canonical({"b": [1.0, "é"], "a": {"z": None, "y": True}}) == '{"a":{"y":true,"z":null},"b":[1,"é"]}'


@pytest.mark.parametrize(
    "arguments",
    [
        {"n": float("nan")},
        {"n": float("inf")},
        {"n": 2**60},
        {"s": "\ud800"},
        {"s": "\0"},
        {"s": "x" * MAX_ARGUMENT_BYTES},
    ],
    ids=["not a number", "infinite", "too large for JSON", "half a character", "NUL", "too long"],
)
def test_arguments_without_a_form_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        canonical(arguments)
    assert (refused.value.code, refused.value.status) == ("invalid_arguments", 422)


def test_text_that_only_speaks_of_nul_is_kept() -> None:
    assert canonical({"s": "\\u0000"}) == r'{"s":"\\u0000"}'


def test_arguments_nested_without_end_are_refused() -> None:
    nested: dict[str, Any] = {}
    for _ in range(5000):
        nested = {"deeper": nested}
    with pytest.raises(Problem):
        canonical(nested)
