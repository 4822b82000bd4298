"""What became of a call, read from what the model is told about it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import ToolMessage

Ending = Literal["done", "answered", "rejected", "failed", "not_run", "unknown"]

_REJECTED = re.compile(
    r"^\W*(?:the\s+)?(?:call|request|tool call|it)?\s*(?:was\s+)?(?:rejected|denied|declined|refused|not approved)\b"
    r"(?:\s+by\s+(?P<who>[^:.,(\n]+?))?\s*(?:[:.,(\u2014-]+\s*(?:reason:\s*|because\s+)?(?P<reason>.*?)[).]*)?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_NOT_RUN = re.compile(r"\b(?:did not run|has expired|was cancelled)\b", re.IGNORECASE)
_UNKNOWN = re.compile(r"\b(?:nobody knows whether|outcome is unknown|not known whether)\b", re.IGNORECASE)
_ANSWERED = re.compile(r"\s*\[(?P<who>[^\]]+?) answered this in the tool's place[^\]]*\]\s*$")
_EDITED = re.compile(r"^\s*\[(?P<who>[^\]{]+?) changed the arguments to (?P<arguments>\{.*?\})\]\s*(?:\n|$)", re.DOTALL)


@dataclass(frozen=True)
class Outcome:
    """How a call ended, by whom and why where a person ended it, and the arguments that a person gave it instead."""

    ending: Ending
    text: str
    by: str | None = None
    reason: str | None = None
    edited: Mapping[str, Any] | None = None


def read_outcome(message: ToolMessage) -> Outcome:
    """The outcome that a ToolMessage tells."""
    text = text_of(message.content).strip()
    if match := _ANSWERED.search(text):
        return Outcome("answered", text[: match.start()], by=match["who"])
    if match := _EDITED.match(text):
        return Outcome("done", text[match.end() :].strip(), by=match["who"], edited=_arguments(match["arguments"]))
    if match := _REJECTED.match(text):
        reason = (match["reason"] or "").strip(" \"'\u201c\u201d")
        return Outcome("rejected", text, by=(match["who"] or "").strip() or None, reason=reason or None)
    if message.status != "error":
        return Outcome("done", text)
    if _UNKNOWN.search(text):
        return Outcome("unknown", text)
    return Outcome("not_run" if _NOT_RUN.search(text) else "failed", text)


def _arguments(written: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(written)
    except ValueError:  # told in another form: the result speaks for itself
        return None
    return found if isinstance(found, dict) else None


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
