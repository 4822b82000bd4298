"""Bedrock Converse: whole, and as an event stream."""

import json
from collections.abc import Iterator
from typing import Any

from tests.model_server.asked import Asked
from tests.model_server.event_stream import event, exception
from tests.model_server.pieces import ArgumentsPiece, CallBegins, TextPiece, count_words, pieces, written_arguments
from tests.model_server.step import Step

MEDIA_TYPE = "application/vnd.amazon.eventstream"
_CODES = {
    400: "ValidationException", 401: "UnrecognizedClientException", 403: "AccessDeniedException",
    404: "ResourceNotFoundException", 408: "ModelTimeoutException", 424: "ModelErrorException",
    429: "ThrottlingException", 503: "ServiceUnavailableException",
}  # fmt: skip


def whole(step: Step, asked: Asked, answer: int) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"text": step.text}] if step.text else []
    for number, call in enumerate(step.calls):
        # Here the arguments are a JSON value, so what is no JSON can only be a string.
        arguments: Any = call.arguments if call.raw_arguments is None else _json_or_text(written_arguments(call))
        use = {"toolUseId": call.id or f"call_{answer}_{number}", "name": call.name, "input": arguments}
        content.append({"toolUse": use})
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "tool_use" if step.calls else "end_turn",
        "usage": _usage(step, asked),
        "metrics": {"latencyMs": 1},
    }


def begin(step: Step, asked: Asked, answer: int) -> Iterator[bytes]:
    yield event("messageStart", {"role": "assistant"})


def stream(step: Step, asked: Asked, answer: int) -> Iterator[bytes]:
    """One frame, or with a block's end two, for each piece."""
    block = 0
    for piece in pieces(step, answer):
        ends = event("contentBlockStop", {"contentBlockIndex": block}) if piece.index != block else b""
        block = piece.index
        match piece:
            case TextPiece():
                yield event("contentBlockDelta", {"contentBlockIndex": block, "delta": {"text": piece.text}})
            case CallBegins():
                start = {"toolUse": {"toolUseId": piece.id, "name": piece.name}}
                yield ends + event("contentBlockStart", {"contentBlockIndex": block, "start": start})
            case ArgumentsPiece():
                delta = {"toolUse": {"input": piece.text}}
                yield event("contentBlockDelta", {"contentBlockIndex": block, "delta": delta})


def finish(step: Step, asked: Asked, answer: int) -> Iterator[bytes]:
    blocks = len(step.calls) + bool(step.text)
    if blocks:
        yield event("contentBlockStop", {"contentBlockIndex": blocks - 1})
    yield event("messageStop", {"stopReason": "tool_use" if step.calls else "end_turn"})
    yield event("metadata", {"usage": _usage(step, asked), "metrics": {"latencyMs": 1}})


def error_in_stream(step: Step) -> bytes:
    return exception(step.error_code or "modelStreamErrorException", {"message": "The model failed."})


def error(step: Step) -> tuple[dict[str, Any], dict[str, str]]:
    status = step.status or 500
    code = step.error_code or _CODES.get(status, "InternalServerException")
    return {"message": f"Scripted {status}."}, {"x-amzn-ErrorType": code}


def _json_or_text(written: str) -> Any:
    try:
        return json.loads(written)
    except ValueError:  # as scripted
        return written


def _usage(step: Step, asked: Asked) -> dict[str, int]:
    prompt = sum(len(said.text.split()) for said in asked.messages)
    return {"inputTokens": prompt, "outputTokens": count_words(step), "totalTokens": prompt + count_words(step)}
