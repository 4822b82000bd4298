"""A person who wants an answer: who asks again while the platform is unavailable, until the turn is at its end."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.faults.stage import Stage
from tests.person import Person

INSIST_SECONDS = 30.0
SETTLED = ("succeeded", "failed", "void", "unknown")


@dataclass(frozen=True)
class Turn:
    """What became of one message."""

    thread_id: str
    run_id: str
    call_id: str
    state: str
    answer: str


def stay(person: Person) -> None:
    """Whenever her socket is lost, she connects again and opens her threads from where she saw them last."""

    async def come_back(reason: str) -> None:
        if reason == person.sio.reason.CLIENT_DISCONNECT:
            return
        await person.connect()
        for thread_id, seen in list(person.entries.items()):
            await person.open(thread_id, seen[-1]["seq"] if seen else 0)

    person.sio.on("disconnect", come_back)


async def insist(person: Person, event: str, **payload: Any) -> dict[str, Any]:
    """The same event until it is answered with anything but that the platform is unavailable."""
    end = time.monotonic() + INSIST_SECONDS
    while not (answer := await person.emit(event, **payload))["ok"] and answer["error"]["code"] == "unavailable":
        assert time.monotonic() < end, f"{event} is not answered: {answer}"
    return answer


async def approve(person: Person, card: dict[str, Any]) -> None:
    """Until the approval is taken; when the answer was lost, the platform says that it was hers."""
    answer = await insist(person, "approval.decide", id=card["id"], decision="approve", seal=card["seal"])
    if not answer["ok"]:
        assert answer["error"]["code"] == "already_decided", answer
        assert answer["error"]["by"] == card["requester"], answer


async def take_turn(stage: Stage, person: Person, thread_id: str, value: str) -> Turn:
    """Asks for the effect, approves it, looks into the journal where nobody else knows, and reads the answer."""
    run_id = str(uuid4())
    started = await insist(person, "run.start", thread_id=thread_id, run_id=run_id, text=value)
    assert started["ok"], started
    card = await person.card(thread_id)
    await approve(person, card)
    await person.until(lambda: person.cards(thread_id)[-1]["state"] in SETTLED)
    state = person.cards(thread_id)[-1]["state"]
    if state == "unknown":
        found = "confirmed_done" if stage.effects(value, "done") else "confirmed_not_done"
        resolved = await insist(person, "approval.resolve", id=card["id"], resolution=found)
        assert resolved["ok"] or resolved["error"]["code"] == "not_unknown", resolved
    ended = await person.finished(thread_id, run_id)
    assert ended == "success", f"the run of {value} ended as {ended}"
    return Turn(thread_id, run_id, card["id"], state, person.answer(thread_id, run_id))
