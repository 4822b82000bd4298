"""Answers that people give themselves: in a tool's place, or to what a server asked for."""

import json
from typing import Any

from interlock_platform.errors import FieldError, Problem
from interlock_platform.gate.arguments import errors_in
from interlock_platform.gate.decision import Respond
from interlock_platform.gate.seal import canonical
from interlock_platform.gate.store import Whole


def answer(whole: Whole, decision: Respond) -> dict[str, Any]:
    """The answer as the call's result. Raises `invalid`, `invalid_arguments`."""
    kind = whole.call.kind
    if kind == "tool":
        if decision.response is None or decision.content is not None:
            raise _invalid("/response", "Write the answer that stands in for the tool's.")
        return {"text": decision.response, "structured": None, "is_error": False}
    if kind == "sampling":
        raise Problem("invalid", 422, "Approve this, or reject it: the model writes the answer.")
    if kind == "sampling_answer":
        if decision.content is not None:
            raise _invalid("/content", "Nothing is to be filled in here.")
        text = json.loads(whole.call.arguments)["text"] if decision.response is None else decision.response
        return {"text": text, "structured": None, "is_error": False}
    if decision.response is not None:
        raise _invalid("/response", "The server asked for fields: fill them in as `content`.")
    schema = json.loads(whole.call.arguments)["schema"]
    if schema is None:
        if decision.content is not None:
            raise _invalid("/content", "Nothing is to be filled in here.")
        return {"text": "", "structured": None, "is_error": False}
    errors = errors_in(decision.content or {}, schema)
    if errors:
        raise Problem("invalid_arguments", 422, "That is not what the server asked for.", errors=errors)
    text = canonical(decision.content or {})
    return {"text": text, "structured": json.loads(text), "is_error": False}


def _invalid(pointer: str, message: str) -> Problem:
    return Problem("invalid", 422, "Some of what was sent is not valid.", errors=(FieldError(pointer, message),))
