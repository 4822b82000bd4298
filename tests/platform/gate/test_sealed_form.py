"""The form under the seal is stored with every call that waits: it stays what it was, and its limits are exact."""

from typing import Any
from uuid import UUID

import pytest

from interlock_platform.errors import Problem
from interlock_platform.gate.seal import MAX_ARGUMENT_BYTES, canonical, seal

# sha256sum of the sealed bytes, taken with another program.
KNOWN = "68907b77cae9645109c19fb50caa3681e2eb31109ff893ea5d4b6578b6c4ac10"


def test_a_seal_of_today_is_that_of_an_earlier_version() -> None:
    assert seal(
        tenant_id=UUID(int=1), requester_id=UUID(int=2), thread_id=UUID(int=3), call_id=UUID(int=4),
        server_id="journal", definition_hash="d" * 64, arguments='{"value":"x"}', policy_version="3.7",
    ) == KNOWN  # fmt: skip


def test_arguments_may_have_256_kibibytes_and_not_one_more() -> None:
    frame = len(canonical({"s": ""}))
    assert MAX_ARGUMENT_BYTES == 256 * 1024 == 262_144
    assert len(canonical({"s": "x" * (MAX_ARGUMENT_BYTES - frame)})) == MAX_ARGUMENT_BYTES
    assert refusal({"s": "x" * (MAX_ARGUMENT_BYTES - frame + 1)}) == "The arguments are larger than 256 KiB."


def test_each_refusal_says_what_is_wrong() -> None:
    assert refusal({"s": "\0"}) == "The arguments contain a NUL character, which can't be stored."
    assert refusal({"n": float("nan")}) == "The arguments have no canonical form: nan is not representable in JCS."


def refusal(arguments: dict[str, Any]) -> str:
    with pytest.raises(Problem) as refused:
        canonical(arguments)
    assert (refused.value.code, refused.value.status) == ("invalid_arguments", 422)
    return refused.value.message
