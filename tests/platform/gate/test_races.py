"""However many decide at once, by whatever door, one does, and the others are told who and when."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.person import Person
from tests.platform.gate.asking import ask
from tests.platform.place import Place

RACERS = 16


async def racers(place: Place, stack: AsyncExitStack) -> list[Person]:
    """The same person, at four browsers."""
    return [await stack.enter_async_context(place.person("alice")) for _ in range(4)]


async def by_http(person: Person, card: dict[str, Any], decision: dict[str, Any]) -> dict[str, Any]:
    """The answer of the HTTP door, as the socket would say it."""
    answer = await person.api("POST", f"/api/approvals/{card['id']}/decision", {**decision, "seal": card["seal"]})
    body = answer.json()
    return (
        {"ok": True, "call": body} if answer.is_success else {"ok": False, "error": {"message": body["detail"], **body}}
    )


async def by_socket(person: Person, card: dict[str, Any], decision: dict[str, Any]) -> dict[str, Any]:
    return await person.decide(card, **decision)


async def settled(person: Person, call_id: str) -> dict[str, Any]:
    """The call, once nothing moves it by itself any more."""
    async with asyncio.timeout(30):
        while True:
            row: dict[str, Any] = await person.ok("GET", f"/api/approvals/{call_id}")
            if row["state"] not in ("proposed", "approved", "started"):
                return row


DECISIONS: list[dict[str, Any]] = [
    {"decision": "approve"},
    {"decision": "reject", "reason": "no"},
    {"decision": "respond", "response": "by hand"},
    {"decision": "approve", "arguments": {"value": "other"}},
]


async def race(people: list[Person], card: dict[str, Any], decisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everybody decides at once, each in turn by one of the doors."""
    return await asyncio.gather(
        *(
            (by_http if number % 2 else by_socket)(people[number % 4], card, decisions[(number // 2) % len(decisions)])
            for number in range(RACERS)
        )
    )


@pytest.mark.parametrize("value", ["race one", "race two", "race three"])
async def test_of_sixteen_decisions_at_once_one_is_taken(value: str, place: Place, alice: Person) -> None:
    async with AsyncExitStack() as stack:
        people = await racers(place, stack)
        thread_id, run_id, card = await ask(place, alice, value)
        answers = await race(people, card, DECISIONS)
        (won,) = [answer["call"] for answer in answers if answer["ok"]]
        lost = [answer["error"] for answer in answers if not answer["ok"]]
        assert len(lost) == RACERS - 1
        for error in lost:
            assert error["code"] == "already_decided"
            assert (error["by"], error["at"]) == (won["decision"]["by"], won["decision"]["at"])
        assert await alice.finished(thread_id, run_id) == "success"
    ran = {"approved": 1}.get(won["state"], 0)
    assert place.received(won["arguments"]["value"]) == ran
    rows = await place.sql("select action from audit where target = %s order by seq", card["id"])
    decided = [action for (action,) in rows if action in ("call.approved", "call.rejected", "call.answered")]
    assert decided == [f"call.{won['state']}"]


async def test_of_sixteen_approvals_one_is_taken_and_the_tool_runs_once(place: Place, alice: Person) -> None:
    async with AsyncExitStack() as stack:
        people = await racers(place, stack)
        thread_id, run_id, card = await ask(place, alice, "all approve")
        answers = await race(people, card, [{"decision": "approve"}])
        assert sum(answer["ok"] for answer in answers) == 1
        assert await alice.finished(thread_id, run_id) == "success"
    assert place.received("all approve") == 1


@pytest.mark.parametrize("attempt", range(3))
async def test_stopping_the_run_and_approving_its_call_at_once_agree(attempt: int, place: Place, alice: Person) -> None:
    value = f"stop or run {attempt}"
    async with AsyncExitStack() as stack:
        people = await racers(place, stack)
        thread_id, run_id, card = await ask(place, alice, value)
        stops = [people[n].emit("run.cancel", thread_id=thread_id, run_id=run_id) for n in range(2)]
        *_, approved, also = await asyncio.gather(
            *stops, by_socket(people[2], card, DECISIONS[0]), by_http(people[3], card, DECISIONS[0])
        )
        ended = await alice.finished(thread_id, run_id)
    taken = [answer for answer in (approved, also) if answer["ok"]]
    assert len(taken) <= 1
    row = await settled(alice, card["id"])
    if not taken:
        assert (row["state"], ended) == ("cancelled", "cancelled")
        assert all("stopped" in answer["error"]["message"] for answer in (approved, also))
    assert place.received(value) in {"succeeded": (1,), "unknown": (0, 1)}.get(row["state"], (0,))
