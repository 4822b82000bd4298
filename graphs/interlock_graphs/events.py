"""What happens in a conversation, as AG-UI 1.0 events ready for the wire: pure functions, camelCase out."""

from typing import Any, Literal

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    Interrupt,
    RunErrorEvent,
    RunFinishedCancelledOutcome,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

Wire = dict[str, Any]


def wire(event: BaseEvent) -> Wire:
    return event.model_dump(mode="json", by_alias=True, exclude_none=True)


def message_events(
    message_id: str, role: Literal["user", "assistant"], content: str, *, at: int, incomplete: bool
) -> list[Wire]:
    """A whole message; `at` in milliseconds since 1970. Without content it has a start and an end only."""
    metadata = {"incomplete": True} if incomplete else None
    events: list[BaseEvent] = [TextMessageStartEvent(message_id=message_id, role=role, timestamp=at, metadata=metadata)]
    if content:
        events.append(TextMessageContentEvent(message_id=message_id, delta=content, timestamp=at))
    events.append(TextMessageEndEvent(message_id=message_id, timestamp=at))
    return [wire(event) for event in events]


def text_delta(message_id: str, delta: str) -> Wire:
    """Text as it is written, for a client that has no channel of its own for that."""
    return wire(TextMessageContentEvent(message_id=message_id, delta=delta))


def text_start(message_id: str) -> Wire:
    return wire(TextMessageStartEvent(message_id=message_id, role="assistant"))


def text_end(message_id: str) -> Wire:
    return wire(TextMessageEndEvent(message_id=message_id))


def tool_call_events(tool_call_id: str, name: str, arguments: str, *, message_id: str, at: int) -> list[Wire]:
    """A proposed call; `arguments` is JSON."""
    return [
        wire(event)
        for event in (
            ToolCallStartEvent(
                tool_call_id=tool_call_id, tool_call_name=name, parent_message_id=message_id, timestamp=at
            ),
            ToolCallArgsEvent(tool_call_id=tool_call_id, delta=arguments, timestamp=at),
            ToolCallEndEvent(tool_call_id=tool_call_id, timestamp=at),
        )
    ]


def tool_result(tool_call_id: str, call_id: str, content: str, *, at: int) -> Wire:
    """What the model is told about a call."""
    return wire(
        ToolCallResultEvent(message_id=call_id, tool_call_id=tool_call_id, content=content, role="tool", timestamp=at)
    )


def custom(name: str, value: Any, *, at: int) -> Wire:
    return wire(CustomEvent(name=name, value=value, timestamp=at))


def run_started(thread_id: str, run_id: str, *, at: int) -> Wire:
    return wire(RunStartedEvent(thread_id=thread_id, run_id=run_id, timestamp=at))


def run_succeeded(thread_id: str, run_id: str, *, at: int) -> Wire:
    outcome = RunFinishedSuccessOutcome()
    return wire(RunFinishedEvent(thread_id=thread_id, run_id=run_id, outcome=outcome, timestamp=at))


def run_cancelled(thread_id: str, run_id: str, *, at: int) -> Wire:
    outcome = RunFinishedCancelledOutcome()
    return wire(RunFinishedEvent(thread_id=thread_id, run_id=run_id, outcome=outcome, timestamp=at))


def run_interrupted(thread_id: str, run_id: str, interrupts: list[Wire], *, at: int) -> Wire:
    """`interrupts` as `interrupt_of` makes them."""
    outcome = RunFinishedInterruptOutcome(interrupts=[Interrupt.model_validate(each) for each in interrupts])
    return wire(RunFinishedEvent(thread_id=thread_id, run_id=run_id, outcome=outcome, timestamp=at))


def interrupt_of(
    call_id: str, tool_call_id: str, *, reason: str, message: str, expires_at: str, response_schema: Wire, call: Wire
) -> Wire:
    """A call that waits for a person, as AG-UI tells it."""
    return wire_interrupt(
        Interrupt(
            id=call_id,
            reason=reason,
            message=message,
            tool_call_id=tool_call_id,
            response_schema=response_schema,
            expires_at=expires_at,
            metadata={"call": call},
        )
    )


def wire_interrupt(interrupt: Interrupt) -> Wire:
    return interrupt.model_dump(mode="json", by_alias=True, exclude_none=True)


def run_error(message: str, code: str, *, at: int) -> Wire:
    return wire(RunErrorEvent(message=message, code=code, timestamp=at))
