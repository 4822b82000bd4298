"""Somebody's model asks to record a value: what the tests of the gate begin with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from tests.person import Person
from tests.platform.place import Place, record

Card = dict[str, Any]


async def ask(place: Place, person: Person, value: str, *, then: str = "So be it.") -> tuple[str, str, Card]:
    """The model asks to record the value; the thread, the run and the card that waits."""
    thread_id, run_id = await say(place, person, value, then=then)
    return thread_id, run_id, await person.card(thread_id)


async def say(place: Place, person: Person, value: str, *, then: str = "So be it.") -> tuple[str, str]:
    """The same without waiting for a card: policy may have its own word on it."""
    asked = f"Record {value}."
    place.model.script(
        [{"contains": asked, "after_tool": False, "calls": [record(value)]}, {"text": then, "times": None}]
    )
    thread_id = await person.new_thread()
    return thread_id, await person.say(thread_id, asked)


@asynccontextmanager
async def rule(admin: Person, **body: Any) -> AsyncIterator[Card]:
    """A rule that holds inside the block."""
    made = await admin.ok("POST", "/api/policies", {"layer": "tenant", "name": f"Rule {uuid4().hex[:8]}", **body})
    try:
        yield made
    finally:
        answer = await admin.api("DELETE", f"/api/policies/{made['id']}")
        assert answer.status_code in (204, 404), answer.text


def two_approvers(**more: Any) -> dict[str, Any]:
    """A rule that asks two people who are owner or approver."""
    return {
        "verdict": "ask",
        "approvers": {"roles": ["owner", "approver"], "users": [], "count": 2, "not_requester": False},
        "grants": False,
        **more,
    }


def not_the_requester(**more: Any) -> dict[str, Any]:
    """A rule that asks one owner or approver other than who wants the call."""
    return {
        "verdict": "ask",
        "approvers": {"roles": ["owner", "approver"], "users": [], "count": 1, "not_requester": True},
        "grants": False,
        **more,
    }


async def dismiss(alice: Person, card: Card) -> None:
    """Nothing of it is left for another test."""
    assert (await alice.decide(card, "reject"))["ok"]
    assert await alice.finished(card["thread_id"], card["run_id"]) == "success"


def read_by_model(place: Place) -> str:
    """The last result that the model was told of."""
    return next(said.text for said in reversed(place.model.requests()[-1].messages) if said.role == "tool")
