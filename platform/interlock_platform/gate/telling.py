"""What the model is told about calls."""

from collections.abc import Mapping
from uuid import UUID

from interlock_platform.tables.ledger import Call

MODEL_CHARACTERS = 32_000
"""As much of a result as the model reads; the card has all of it."""


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
        case "rejected" if call.verdict == "deny":
            return f"Refused by the organisation's policy. {call.reason}"
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
            return f"{_cut_short(call)} A person checked: it did happen.{note}"
        case "confirmed_not_done":
            note = f" {call.note}" if call.note else ""
            return f"{_cut_short(call)} A person checked: it did not happen.{note}"
        case "unknown":
            return f"{_cut_short(call)} Nobody knows whether it happened. Do not repeat it."
        case state:
            return f"It is still {state} while the conversation goes on without it."


def _cut_short(call: Call) -> str:
    if (call.evidence or {}).get("stopped"):
        return "It was stopped before its result came."
    return "The connection broke before the result came."


def head(text: str, limit: int) -> str:
    """The beginning of a text that may be long, and how much there is of it."""
    return (
        text if len(text) <= limit else f"{text[:limit]}\n[Cut here: the first {limit:,} of {len(text):,} characters.]"
    )
