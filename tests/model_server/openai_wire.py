"""OpenAI chat completions: whole, and as server-sent events."""

import json
from collections.abc import Iterator
from typing import Any

from tests.model_server.asked import Asked
from tests.model_server.pieces import (
    ArgumentsPiece,
    CallBegins,
    Piece,
    TextPiece,
    count_words,
    pieces,
    written_arguments,
)
from tests.model_server.step import Step

MEDIA_TYPE = "text/event-stream"
_TYPES = {400: "invalid_request_error", 401: "invalid_request_error", 429: "requests", 500: "server_error"}
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded", 500: "server_error"}


def whole(step: Step, asked: Asked, answer: int) -> dict[str, Any]:
    calls = [
        {"id": call.id or f"call_{answer}_{number}", "type": "function",
         "function": {"name": call.name, "arguments": written_arguments(call)}}
        for number, call in enumerate(step.calls)
    ]  # fmt: skip
    message = {"role": "assistant", "content": step.text or None, **({"tool_calls": calls} if calls else {})}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    return {**_head(asked, answer, "chat.completion"), "choices": [choice], "usage": _usage(step, asked)}


def begin(step: Step, asked: Asked, answer: int) -> Iterator[bytes]:
    yield _chunk(asked, answer, [_choice({"role": "assistant", "content": ""})])


def stream(step: Step, asked: Asked, answer: int) -> Iterator[bytes]:
    """One frame for each piece."""
    for piece in pieces(step, answer):
        yield _chunk(asked, answer, [_choice(_delta(piece))])


def finish(step: Step, asked: Asked, answer: int) -> Iterator[bytes]:
    yield _chunk(asked, answer, [_choice({}, "tool_calls" if step.calls else "stop")])
    if (asked.body.get("stream_options") or {}).get("include_usage"):
        yield _chunk(asked, answer, [], _usage(step, asked))
    yield b"data: [DONE]\n\n"


def error_in_stream(step: Step) -> bytes:
    error = {"message": "The server had an error.", "type": step.error_code or "server_error", "code": step.error_code}
    return b"data: " + json.dumps({"error": error}).encode() + b"\n\n"


def error(step: Step) -> tuple[dict[str, Any], dict[str, str]]:
    status = step.status or 500
    code = step.error_code or _CODES.get(status)
    message = {
        "message": f"Scripted {status}.",
        "type": _TYPES.get(status, "server_error"),
        "code": code,
        "param": None,
    }
    return {"error": message}, {}


def _delta(piece: Piece) -> dict[str, Any]:
    match piece:
        case TextPiece():
            return {"content": piece.text}
        case CallBegins():
            function: dict[str, Any] = {"name": piece.name, "arguments": ""}
            return {"tool_calls": [{"index": piece.number, "id": piece.id, "type": "function", "function": function}]}
        case ArgumentsPiece():
            return {"tool_calls": [{"index": piece.number, "function": {"arguments": piece.text}}]}


def _choice(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": reason}


def _chunk(asked: Asked, answer: int, choices: list[dict[str, Any]], usage: dict[str, int] | None = None) -> bytes:
    head = _head(asked, answer, "chat.completion.chunk")
    return b"data: " + json.dumps({**head, "choices": choices, "usage": usage}).encode() + b"\n\n"


def _head(asked: Asked, answer: int, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{answer}", "object": kind, "created": 1_700_000_000, "model": asked.model}


def _usage(step: Step, asked: Asked) -> dict[str, int]:
    prompt = sum(len(said.text.split()) for said in asked.messages)
    return {"prompt_tokens": prompt, "completion_tokens": count_words(step), "total_tokens": prompt + count_words(step)}
