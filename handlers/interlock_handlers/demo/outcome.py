"""What became of a call, read from what the model is told about it."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import ToolMessage

Ending = Literal["done", "rejected", "failed", "expired", "cancelled", "unknown"]

_REJECTED = re.compile(
    r"^\W*(?:the\s+)?(?:call|request|tool call|it)?\s*(?:was\s+)?(?:rejected|denied|declined|refused|not approved)\b"
    r"(?:\s+by\s+(?P<who>[^:.,(\n]+?))?\s*(?:[:.,(\u2014-]+\s*(?:reason:\s*|because\s+)?(?P<reason>.*?)[).]*)?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_OTHERS: tuple[tuple[Ending, re.Pattern[str]], ...] = (
    ("expired", re.compile(r"^\W*(?:the\s+)?(?:call|request|approval)?\s*(?:has\s+)?expired\b", re.IGNORECASE)),
    ("cancelled", re.compile(r"^\W*(?:the\s+)?(?:call|request|run)?\s*(?:was\s+)?cancell?ed\b", re.IGNORECASE)),
    ("unknown", re.compile(r"\b(?:outcome|result)\b[^.]{0,40}\bunknown\b|\bnot known whether\b", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Outcome:
    """How a call ended: with a text, or rejected by somebody for a reason."""

    ending: Ending
    text: str
    by: str | None = None
    reason: str | None = None


def read_outcome(message: ToolMessage) -> Outcome:
    """The outcome that a ToolMessage tells."""
    text = text_of(message.content).strip()
    if match := _REJECTED.match(text):
        reason = (match["reason"] or "").strip(" \"'\u201c\u201d") or None
        return Outcome("rejected", text, (match["who"] or "").strip() or None, reason)
    for ending, pattern in _OTHERS:
        if pattern.search(text):
            return Outcome(ending, text)
    return Outcome("failed" if message.status == "error" else "done", text)


def text_of(content: Any) -> str:
    """The text of a message's content; what is no text is named (`[image]`)."""
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else [content]
    return "\n".join(
        block if isinstance(block, str) else str(block["text"]) if "text" in block else f"[{block.get('type', 'data')}]"
        for block in blocks
        if block
    )
