"""Every event that goes out is valid AG-UI 1.0, in its own spelling."""

from typing import Any

import pytest
from ag_ui.core import Event, Interrupt
from pydantic import TypeAdapter

from interlock_graphs import events

EVENT: TypeAdapter[Any] = TypeAdapter(Event)
AT = 1_700_000_000_000
WAIT = events.interrupt_of(
    "call", "t1", reason="tool_approval", message="Record waits.", expires_at="2026-01-01T00:00:00+00:00",
    response_schema={"type": "object"}, call={"id": "call", "state": "proposed"},
)  # fmt: skip
BUILT: dict[str, list[dict[str, Any]]] = {
    "a message of a person": events.message_events("m", "user", "Hi", at=AT, incomplete=False),
    "a message that broke off": events.message_events("m", "assistant", "Hal", at=AT, incomplete=True),
    "an empty message": events.message_events("m", "assistant", "", at=AT, incomplete=False),
    "text as it is written": [events.text_start("m"), events.text_delta("m", "Hi"), events.text_end("m")],
    "a call": events.tool_call_events("t1", "journal__record", '{"value":"x"}', message_id="m", at=AT),
    "a result": [events.tool_result("t1", "call", "recorded x", at=AT)],
    "a custom event": [events.custom("model_retry", {"attempt": 2}, at=AT)],
    "a run begins": [events.run_started("thread", "run", at=AT)],
    "a run succeeds": [events.run_succeeded("thread", "run", at=AT)],
    "a run is cancelled": [events.run_cancelled("thread", "run", at=AT)],
    "a run waits": [events.run_interrupted("thread", "run", [WAIT], at=AT)],
    "a run fails": [events.run_error("The model is busy.", "model_busy", at=AT)],
}


@pytest.mark.parametrize("built", BUILT.values(), ids=BUILT)
def test_what_is_built_is_ag_ui(built: list[dict[str, Any]]) -> None:
    for event in built:
        parsed = EVENT.validate_python(event)
        assert parsed.model_dump(mode="json", by_alias=True, exclude_none=True) == event
        assert not any("_" in key for key in event), "camelCase on the wire"


def test_a_message_takes_three_events_and_an_empty_one_two() -> None:
    assert [len(BUILT[kind]) for kind in ("a message of a person", "an empty message")] == [3, 2]
    assert BUILT["a message that broke off"][0]["metadata"] == {"incomplete": True}


def test_an_interrupt_names_the_call_and_carries_its_card() -> None:
    (finished,) = BUILT["a run waits"]
    assert finished["outcome"] == {"type": "interrupt", "interrupts": [WAIT]}
    assert Interrupt.model_validate(WAIT).metadata == {"call": {"id": "call", "state": "proposed"}}
    assert (WAIT["id"], WAIT["toolCallId"], WAIT["expiresAt"]) == ("call", "t1", "2026-01-01T00:00:00+00:00")
