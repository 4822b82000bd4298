"""A thread's log as clients see it: stored rows unfolded into numbered AG-UI events."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_graphs import events
from interlock_platform.runs import store
from interlock_platform.tables.conversation import Event, Message


@dataclass(frozen=True)
class Entry:
    """One event of a thread's log."""

    seq: int
    run_id: UUID
    event: dict[str, Any]

    def wire(self) -> dict[str, Any]:
        return {"seq": self.seq, "run_id": str(self.run_id), "event": self.event}


async def read(session: AsyncSession, thread_id: UUID, after: int) -> list[Entry]:
    """The log's entries after a number, in order."""
    rows: list[Event | Message] = [
        *await store.events_after(session, thread_id, after),
        *await store.messages_after(session, thread_id, after),
    ]
    rows.sort(key=lambda row: row.seq)
    return [entry for entry in unfold(rows) if entry.seq > after]


def unfold(rows: Iterable[Event | Message]) -> Iterable[Entry]:
    """A row may stand for several events; they take the numbers from the row's own on."""
    for row in rows:
        wires = _message(row) if isinstance(row, Message) else _event(row)
        for offset, event in enumerate(wires):
            yield Entry(row.seq + offset, row.run_id, event)


def _message(row: Message) -> list[dict[str, Any]]:
    return events.message_events(
        str(row.id),
        cast(Literal["user", "assistant"], row.role),
        row.content,
        at=milliseconds(row.created_at),
        incomplete=bool(row.more and row.more.get("incomplete")),
    )


def _event(row: Event) -> list[dict[str, Any]]:
    at = milliseconds(row.created_at)
    thread, run, body = str(row.thread_id), str(row.run_id), row.body or {}
    match row.kind:
        case "run_started":
            return [events.run_started(thread, run, at=at)]
        case "run_finished" if body.get("cancelled"):
            return [events.run_cancelled(thread, run, at=at)]
        case "run_finished" if "interrupts" in body:
            return [events.run_interrupted(thread, run, body["interrupts"], at=at)]
        case "run_finished":
            return [events.run_succeeded(thread, run, at=at)]
        case "run_error":
            return [events.run_error(body["message"], body["code"], at=at)]
        case "tool_call":
            return events.tool_call_events(
                body["id"], body["name"], json.dumps(body["arguments"]), message_id=body["message_id"], at=at
            )
        case "tool_result":
            return [events.tool_result(body["tool_call_id"], body["id"], body["content"], at=at)]
        case kind:
            return [events.custom(kind, body, at=at)]


def milliseconds(at: datetime | None) -> int:
    return int(at.timestamp() * 1000) if at else 0
