"""Anthropic messages: whole, and as server-sent events."""

import json
from collections.abc import Iterator
from typing import Any

from tests.model_server.asked import Asked
from tests.model_server.pieces import ArgumentsPiece, CallBegins, TextPiece, count_words, pieces
from tests.model_server.step import Step

MEDIA_TYPE = "text/event-stream"
_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
    413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error",
}  # fmt: skip


def whole(step: Step, asked: Asked, answer: int) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": step.text}] if step.text else []
    for number, call in enumerate(step.calls):
        use = {
            "type": "tool_use",
            "id": call.id or f"call_{answer}_{number}",
            "name": call.name,
            "input": call.arguments,
        }
        content.append(use)
    return {**_head(asked, answer), "content": content, "stop_reason": _reason(step), "usage": _usage(step, asked)}


def begin(step: Step, asked: Asked, answer: int) -> Iterator[bytes]:
    message = {**_head(asked, answer), "content": [], "stop_reason": None, "usage": _usage(step, asked)}
    yield _event({"type": "message_start", "message": message})


def stream(step: Step, asked: Asked, answer: int) -> Iterator[bytes]:
    """One or more events for each piece."""
    opened = -1
    for piece in pieces(step, answer):
        before = b""
        if piece.index != opened:
            before = _stop(opened) if opened >= 0 else b""
            opened = piece.index
            if isinstance(piece, TextPiece):
                before += _event(
                    {"type": "content_block_start", "index": opened, "content_block": {"type": "text", "text": ""}}
                )
        match piece:
            case TextPiece():
                yield before + _delta(opened, {"type": "text_delta", "text": piece.text})
            case CallBegins():
                block = {"type": "tool_use", "id": piece.id, "name": piece.name, "input": {}}
                yield before + _event({"type": "content_block_start", "index": opened, "content_block": block})
            case ArgumentsPiece():
                yield before + _delta(opened, {"type": "input_json_delta", "partial_json": piece.text})


def finish(step: Step, asked: Asked, answer: int) -> Iterator[bytes]:
    blocks = len(step.calls) + bool(step.text)
    if blocks:
        yield _stop(blocks - 1)
    delta = {"stop_reason": _reason(step), "stop_sequence": None}
    yield _event({"type": "message_delta", "delta": delta, "usage": {"output_tokens": count_words(step)}})
    yield _event({"type": "message_stop"})


def error_in_stream(step: Step) -> bytes:
    error = {"type": step.error_code or "api_error", "message": "The model failed."}
    return _event({"type": "error", "error": error})


def error(step: Step) -> tuple[dict[str, Any], dict[str, str]]:
    status = step.status or 500
    kind = step.error_code or _TYPES.get(status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": f"Scripted {status}."}}, {}


def _event(data: dict[str, Any]) -> bytes:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


def _delta(index: int, delta: dict[str, Any]) -> bytes:
    return _event({"type": "content_block_delta", "index": index, "delta": delta})


def _stop(index: int) -> bytes:
    return _event({"type": "content_block_stop", "index": index})


def _head(asked: Asked, answer: int) -> dict[str, Any]:
    return {"id": f"msg_{answer}", "type": "message", "role": "assistant", "model": asked.model, "stop_sequence": None}


def _reason(step: Step) -> str:
    return "tool_use" if step.calls else "end_turn"


def _usage(step: Step, asked: Asked) -> dict[str, int]:
    return {"input_tokens": sum(len(said.text.split()) for said in asked.messages), "output_tokens": count_words(step)}
