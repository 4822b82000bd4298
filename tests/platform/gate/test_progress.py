"""What a server tells while it works on a call, as those hear it who look on."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from interlock_handlers.telling import LogLine, Progress
from interlock_platform.gate.progress import MOST_LINES, Reports
from interlock_platform.runs.live import LiveProgress, LiveText
from interlock_platform.tables.ledger import Call
from tests.person import Person
from tests.platform.gate.asking import read_by_model
from tests.platform.place import Place, slow


async def test_how_far_a_call_is_comes_to_its_card_while_it_runs(place: Place, alice: Person, bob: Person) -> None:
    place.model.script([{"calls": [slow("in two steps")]}, {"text": "Done."}])
    thread_id = await alice.new_thread()
    run_id = await alice.say(thread_id, "Slowly")
    card = await alice.card(thread_id)
    await alice.decide(card, "approve")
    await alice.until(lambda: [told for told in alice.progress if told["call_id"] == card["id"]])
    [told] = [told for told in alice.progress if told["call_id"] == card["id"]]
    assert told == {
        "thread_id": thread_id, "run_id": run_id, "call_id": card["id"],
        "text": "working on in two steps", "done": 1, "total": 2, "level": None,
    }  # fmt: skip
    assert (await alice.card(thread_id, "started"))["id"] == card["id"]
    place.let_slow_calls_end()
    assert await alice.finished(thread_id, run_id) == "success"
    assert read_by_model(place) == "recorded in two steps slowly"
    assert not bob.progress


class Heard:
    """A way to browsers that is away at first, where that is wanted."""

    def __init__(self, *, away: bool = False) -> None:
        self.pieces: list[LiveText | LiveProgress] = []
        self.arrived = asyncio.Event()
        self.away = away

    async def write(self, piece: LiveText | LiveProgress) -> None:
        self.arrived.set()
        if self.away:
            self.away = False
            raise OperationalError("select", {}, Exception("away"))
        self.pieces.append(piece)


@pytest.fixture
def call() -> Call:
    return Call.model_construct(id=uuid4(), thread_id=uuid4(), run_id=uuid4(), user_id=uuid4())


async def test_of_much_at_once_the_last_is_sent(call: Call) -> None:
    heard = Heard()
    async with Reports(heard).about(call) as told, asyncio.timeout(30):
        for number in range(20):
            told(Progress(number, 20, None))
            told(LogLine("info", None, f"line {number}"))
        while len(heard.pieces) < MOST_LINES + 1:
            heard.arrived.clear()
            await heard.arrived.wait()
    texts = [(piece.text, piece.done) for piece in heard.pieces if isinstance(piece, LiveProgress)]
    assert texts == [*((f"line {number}", None) for number in range(15, 20)), (None, 19)]


async def test_what_can_not_be_sent_is_lost_and_the_call_is_not(call: Call) -> None:
    heard = Heard(away=True)
    async with Reports(heard).about(call) as told, asyncio.timeout(30):
        told(Progress(1, None, "lost"))
        await heard.arrived.wait()
        heard.arrived.clear()
        told(Progress(2, None, "heard"))
        await heard.arrived.wait()
    assert [piece.text for piece in heard.pieces if isinstance(piece, LiveProgress)] == ["heard"]
