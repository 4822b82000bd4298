"""A chat as a text that people read."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from interlock_platform.tables.conversation import Message, Thread

WHO = {"user": "Person", "assistant": "Assistant"}


def markdown(thread: Thread, messages: Sequence[Message], results: Mapping[tuple[UUID, str], str]) -> str:
    """What was said, in its order; below a message stand the calls that it proposed, and what came of them."""
    parts = [f"# {' '.join(thread.title.split())}\n"]
    if thread.created_at is not None:
        parts.append(f"Begun {thread.created_at:%Y-%m-%d %H:%M} UTC\n")
    for message in messages:
        at = f", {message.created_at:%Y-%m-%d %H:%M}" if message.created_at else ""
        parts.append(f"## {WHO.get(message.role, message.role)}{at}\n")
        if message.content:
            parts.append(f"{message.content}\n")
        for call in (message.more or {}).get("tool_calls", []):
            parts.append(f"**Tool** `{call['name']}`\n\n{_quoted(str(call['args']))}\n")
            result = results.get((message.run_id, call["id"]))
            if result is not None:
                parts.append(f"{_quoted(result)}\n")
    return "\n".join(parts)


def _quoted(text: str) -> str:
    """In a fence that is longer than any inside it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"
