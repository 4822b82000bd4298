"""What a grant is good for at a moment, and what is shown of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from interlock_platform.grants.standing import Standing
from interlock_platform.policy.scope import scope_of
from interlock_platform.tables.policy import Grant

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ALICE, BOB, GONE, THREAD = uuid4(), uuid4(), uuid4(), uuid4()
LATER, EARLIER = NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)


def grant(**more: Any) -> Grant:
    values = {"user_id": ALICE, "expires_at": LATER, "given_by": ALICE, "given_at": EARLIER, "unattended": False}
    named = {"server_id": "s", "tool": "t", "definition_hash": "h", "used": 0}
    return Grant(id=uuid4(), **{**values, **named, **more})


def standing(*, offered: bool = True, title: str | None = None, **more: Any) -> Standing:
    return Standing(grant(**more), NOW, offered, title, None, {ALICE: "Alice", BOB: "Bob"})


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "live"),
        ({"uses_left": 1}, "live"),
        ({"expires_at": NOW}, "expired"),
        ({"expires_at": EARLIER}, "expired"),
        ({"uses_left": 0}, "used_up"),
        ({"offered": False}, "void"),
        ({"offered": False, "uses_left": 0}, "used_up"),
        ({"offered": False, "uses_left": 0, "expires_at": NOW}, "expired"),
        ({"offered": False, "uses_left": 0, "expires_at": NOW, "revoked_at": NOW}, "revoked"),
        ({"revoked_at": LATER}, "revoked"),
    ],
)
def test_the_first_thing_that_ended_it_is_its_state(more: dict[str, Any], state: str) -> None:
    assert standing(**more).state == state


@pytest.mark.parametrize(
    ("more", "scope"),
    [
        ({}, "always"),
        ({"thread_id": THREAD}, "thread"),
        ({"thread_id": THREAD, "arguments": "{}"}, "arguments"),
        ({"arguments": "{}"}, "arguments"),
        ({"user_id": None}, "everybody"),
        ({"user_id": None, "arguments": "{}"}, "everybody"),
    ],
)
def test_how_far_it_reaches_is_one_word(more: dict[str, Any], scope: str) -> None:
    assert scope_of(grant(**more)) == scope


def test_a_plain_grant_on_the_wire() -> None:
    shown = standing()
    alice = {"id": str(ALICE), "name": "Alice"}
    assert shown.wire({}) == {
        "id": str(shown.grant.id), "scope": "always", "user": alice, "thread_id": None, "thread_title": None,
        "server": "s", "server_name": "s", "tool": "t", "definition_hash": "h", "arguments": None, "condition": None,
        "unattended": False, "uses_left": None, "used": 0, "used_at": None, "expires_at": "2026-05-04T12:00:01+00:00",
        "given_by": alice, "given_at": "2026-05-04T11:59:59+00:00", "revoked_by": None, "revoked_at": None,
        "state": "live",
    }  # fmt: skip


def test_everything_that_can_be_said_of_one_on_the_wire() -> None:
    shown = standing(
        offered=False, title="A chat", user_id=BOB, thread_id=THREAD, arguments='{"a":[1,null]}', condition="true",
        unattended=True, uses_left=2, used=3, used_at=EARLIER, given_by=GONE, revoked_by=BOB, revoked_at=NOW,
    )  # fmt: skip
    bob, gone = {"id": str(BOB), "name": "Bob"}, {"id": str(GONE), "name": "Somebody who left"}
    assert shown.wire({"s": "The server", "t": "not this"}) == {
        "id": str(shown.grant.id), "scope": "arguments", "user": bob, "thread_id": str(THREAD),
        "thread_title": "A chat", "server": "s", "server_name": "The server", "tool": "t", "definition_hash": "h",
        "arguments": {"a": [1, None]}, "condition": "true", "unattended": True, "uses_left": 2, "used": 3,
        "used_at": "2026-05-04T11:59:59+00:00", "expires_at": "2026-05-04T12:00:01+00:00", "given_by": gone,
        "given_at": "2026-05-04T11:59:59+00:00", "revoked_by": bob, "revoked_at": "2026-05-04T12:00:00+00:00",
        "state": "revoked",
    }  # fmt: skip


def test_arguments_of_nothing_are_arguments() -> None:
    assert standing(arguments="{}").wire({})["arguments"] == {}
