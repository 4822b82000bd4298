"""The turns that are killed in the middle of: what the model does in each, and the person's part to the end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.faults.ground import Ground
from tests.faults.returning import Returning

Steps = list[dict[str, Any]]


@dataclass
class Turn:
    """One thread of a person, in which one kind of turn is taken."""

    kind: str
    thread_id: str
    person: Returning
    ground: Ground
    let_expire: Callable[[str], Awaitable[None]]
    values: list[str] = field(default_factory=list)

    def value(self) -> str:
        """Something that only one call, or one message, says."""
        value = f"value-{uuid4().hex}"
        self.values.append(value)
        return value

    async def proposes(self, *calls: tuple[str, str], said: str) -> None:
        """Asked about what was said, the model proposes these calls, each a tool and its value."""
        asked = [{"name": f"journal__{tool}", "arguments": {"value": value}} for tool, value in calls]
        await self.ground.script(said, {"after_tool": False, "calls": asked})

    async def say(self, text: str) -> str:
        return await self.person.say(self.thread_id, text, str(uuid4()))

    async def card(self, value: str) -> dict[str, Any]:
        """The card of the call with this value, once it waits for a decision."""
        found: dict[str, Any] = await self.person.until(lambda: self._card(value))
        return found

    def _card(self, value: str) -> dict[str, Any] | None:
        cards = [card for card in self.person.cards(self.thread_id) if card["arguments"].get("value") == value]
        # Who was away when it was decided sees only what became of it.
        return cards[-1] if cards else None

    async def ends(self, run_id: str, how: str = "success") -> None:
        """Waits for the run's end; what nobody knows is looked up in the journal, as a person would."""
        while True:
            ended = await self.person.until(lambda: self._unknown() or self._end(run_id))
            if isinstance(ended, str):
                assert ended == how, f"the run ended as {ended}"
                return
            for card in ended:
                found = "confirmed_done" if self.ground.effects(card["arguments"]["value"]) else "confirmed_not_done"
                await self.person.resolve(card, found)
                await self.person.until(lambda: not self._unknown())

    def _unknown(self) -> list[dict[str, Any]]:
        return [card for card in self.person.cards(self.thread_id) if card["state"] == "unknown"]

    def _end(self, run_id: str) -> str | None:
        ends = [
            event for event in self.person.events(self.thread_id, run_id=run_id)
            if event["type"] in ("RUN_STARTED", "RUN_FINISHED", "RUN_ERROR")
        ]  # fmt: skip
        if not ends or ends[-1]["type"] == "RUN_STARTED":
            return None
        how = ends[-1].get("code") or ends[-1]["outcome"]["type"]
        return None if how == "interrupt" else str(how)


async def talk(turn: Turn) -> None:
    said = turn.value()
    await turn.ground.script(said, {"text": "one two three four five"})
    await turn.ends(await turn.say(said))


async def approved(turn: Turn, tool: str = "record") -> None:
    value = turn.value()
    await turn.proposes((tool, value), said=value)
    run = await turn.say(value)
    await turn.person.decide(await turn.card(value), "approve")
    await turn.ends(run)


async def idempotent(turn: Turn) -> None:
    await approved(turn, "keep")


async def lost(turn: Turn) -> None:
    """The tool gives no definite answer: unknown is the truth, and a person says what became of it."""
    await approved(turn, "lose")


async def mixed(turn: Turn) -> None:
    said, kept, refused, answered = (turn.value() for _ in range(4))
    await turn.proposes(("record", kept), ("record", refused), ("record", answered), said=said)
    run = await turn.say(said)
    await turn.person.decide(await turn.card(kept), "approve")
    await turn.person.decide(await turn.card(refused), "reject", reason="Not this one.")
    await turn.person.decide(await turn.card(answered), "respond", response="It is done already.")
    await turn.ends(run)


async def rejected(turn: Turn) -> None:
    value = turn.value()
    await turn.proposes(("record", value), said=value)
    run = await turn.say(value)
    await turn.person.decide(await turn.card(value), "reject", reason="Not now.")
    await turn.ends(run)


async def edited(turn: Turn) -> None:
    said, wanted = turn.value(), turn.value()
    await turn.proposes(("record", said), said=said)
    run = await turn.say(said)
    cards = await turn.person.until(lambda: turn.person.cards(turn.thread_id))
    await turn.person.decide(cards[0], "approve", arguments={"value": wanted})
    await turn.ends(run)


async def allowed(turn: Turn) -> None:
    """A rule allows the tool: nobody is asked."""
    said, looked, recorded = turn.value(), turn.value(), turn.value()
    await turn.proposes(("look", looked), ("record", recorded), said=said)
    run = await turn.say(said)
    await turn.person.decide(await turn.card(recorded), "approve")
    await turn.ends(run)


async def granted(turn: Turn) -> None:
    """The second time nobody is asked."""
    first, second = turn.value(), turn.value()
    await turn.proposes(("record", first), said=first)
    await turn.proposes(("record", second), said=second)
    run = await turn.say(first)
    await turn.person.decide(await turn.card(first), "approve", remember="thread")
    await turn.ends(run)
    await turn.ends(await turn.say(second))


async def extended(turn: Turn) -> None:
    value = turn.value()
    await turn.proposes(("record", value), said=value)
    run = await turn.say(value)
    card = await turn.card(value)
    answer = await turn.person.emit("approval.extend", id=card["id"])
    assert answer["ok"] or answer["error"]["code"] == "not_extendable", answer
    await turn.person.decide(card, "approve")
    await turn.ends(run)


async def expired(turn: Turn) -> None:
    value = turn.value()
    await turn.proposes(("record", value), said=value)
    run = await turn.say(value)
    await turn.let_expire((await turn.card(value))["id"])
    await turn.ends(run)


async def cancelled(turn: Turn) -> None:
    value = turn.value()
    await turn.proposes(("record", value), said=value)
    run = await turn.say(value)
    await turn.card(value)
    await turn.person.stop(turn.thread_id, run)
    await turn.ends(run, "cancelled")


async def stopped(turn: Turn) -> None:
    """While the model speaks."""
    said = turn.value()
    await turn.ground.script(said, {"text": "one two three", "hang_after": 1})
    run = await turn.say(said)
    await turn.person.until(lambda: [live for live in turn.person.live if live["run_id"] == run])
    await turn.person.stop(turn.thread_id, run)
    await turn.ends(run, "cancelled")


async def superseded(turn: Turn) -> None:
    first, second = turn.value(), turn.value()
    await turn.proposes(("record", first), said=first)
    run = await turn.say(first)
    await turn.card(first)
    await turn.ends(await turn.say(second))
    await turn.ends(run, "cancelled")


async def failed(turn: Turn) -> None:
    said = turn.value()
    await turn.ground.script(said, {"status": 400})
    run = await turn.say(said)
    await turn.ends(run, "model_refused")
    await turn.ground.script(said, {"text": "one two"})
    answer = await turn.person.emit("run.retry", thread_id=turn.thread_id, run_id=run)
    assert answer["ok"] or answer["error"]["code"] == "not_failed", answer
    await turn.person.until(lambda: turn._end(run) == "success")


KINDS: dict[str, Callable[[Turn], Awaitable[None]]] = {
    take.__name__: take
    for take in (
        talk, approved, idempotent, lost, mixed, rejected, edited, allowed, granted, extended, expired, cancelled,
        stopped, superseded, failed,
    )
}  # fmt: skip
