"""A call as clients see it: everything a card shows, from the ledger's bytes and never from the model's prose."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from interlock_platform.gate.store import Whole
from interlock_platform.tables.ledger import Call

MODEL_CHARACTERS = 32_000
"""As much of a result as the model reads; the card has all of it."""

DECISION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "decision": {"enum": ["approve", "reject", "respond"]},
        "seal": {"type": "string"},
        "arguments": {"type": "object"},
        "reason": {"type": "string"},
        "response": {"type": "string"},
    },
    "required": ["decision", "seal"],
}


def card(whole: Whole, server_names: Mapping[str, str]) -> dict[str, Any]:
    """The whole `Call` of the wire."""
    call, declared = whole.call, whole.declared
    return {
        "id": str(call.id),
        "thread_id": str(call.thread_id),
        "thread_title": whole.thread_title,
        "run_id": str(call.run_id),
        "tool_call_id": call.tool_call_id,
        "reason": "tool_approval",
        "tool": {
            "name": call.name,
            "server": call.server_id,
            "server_name": server_names.get(call.server_id, call.server_id),
            "title": declared["title"],
            "description": declared["description"],
            "input_schema": declared["input_schema"],
            "annotations": declared["annotations"],
            "definition_hash": call.definition_hash,
        },
        "created_at": time(call.created_at),
        "expires_at": time(call.expires_at),
        "requester": person(call.user_id, whole.names),
        "verdict": call.verdict,
        "trace": call.trace,
        **standing(whole),
    }


def standing(whole: Whole) -> dict[str, Any]:
    """What changes about a call from state to state."""
    call, names = whole.call, whole.names
    decision = None
    if call.decision and call.decided_by:
        by = person(call.decided_by, names)
        decision = {"kind": call.decision, "by": by, "at": time(call.decided_at), "reason": call.reason}
    resolution = None
    if call.resolved_by:
        resolution = {"by": person(call.resolved_by, names), "at": time(call.resolved_at), "note": call.note}
    return {
        "id": str(call.id),
        "tool_call_id": call.tool_call_id,
        "state": call.state,
        "seal": call.seal,
        "arguments": json.loads(call.arguments),
        "proposed_arguments": json.loads(call.proposed_arguments) if call.proposed_arguments else None,
        "decision": decision,
        "started_at": time(call.started_at),
        "ended_at": time(call.ended_at),
        "result": call.result,
        "error": call.error,
        "evidence": call.evidence,
        "resolution": resolution,
    }


def told_to_model(call: Call, names: Mapping[UUID, str]) -> str:
    """What the model reads about a call that is settled, or that its run no longer waits for."""
    who = names.get(call.decided_by, "The user") if call.decided_by else "The user"
    result = head((call.result or {}).get("text", ""), MODEL_CHARACTERS)
    match call.state:
        case "succeeded":
            edited = f"[{who} changed the arguments to {call.arguments}]\n" if call.proposed_arguments else ""
            return f"{edited}{result}"
        case "answered":
            return f"{result}\n[{who} answered this in the tool's place; the tool did not run.]"
        case "rejected":
            return f"Rejected by {who}: {call.reason}" if call.reason else f"Rejected by {who}."
        case "expired":
            return "Nobody decided in time, so it did not run."
        case "cancelled" | "void":
            return f"It did not run: {call.reason}"
        case "failed":
            return head(str((call.error or {}).get("message", "The tool failed.")), MODEL_CHARACTERS)
        case "confirmed_done":
            note = f" {call.note}" if call.note else ""
            return f"The connection broke before the result came. A person checked: it did happen.{note}"
        case "confirmed_not_done":
            note = f" {call.note}" if call.note else ""
            return f"The connection broke. A person checked: it did not happen.{note}"
        case "unknown":
            return "The connection broke before the result came: nobody knows whether it happened. Do not repeat it."
        case state:
            return f"It is still {state} while the conversation goes on without it."


def head(text: str, limit: int) -> str:
    """The beginning of a text that may be long, and how much there is of it."""
    return (
        text if len(text) <= limit else f"{text[:limit]}\n[Cut here: the first {limit:,} of {len(text):,} characters.]"
    )


def person(user_id: UUID, names: Mapping[UUID, str]) -> dict[str, str]:
    return {"id": str(user_id), "name": names.get(user_id, "Somebody who left")}


def time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
