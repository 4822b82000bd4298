"""What came of the things that servers wanted written."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from interlock_handlers.sampling import Sampled
from interlock_platform.gate.store import OPEN
from interlock_platform.tables.ledger import Call

_WHY_NOT = {
    "rejected": "It was not allowed.",
    "expired": "Nobody allowed it in time.",
    "failed": "The model did not write it.",
    "void": "What allowed it does not hold any more.",
}
"""By state: as much as the server is told."""


def stored(sampled: Sampled) -> dict[str, Any]:
    """The answer as a row has it."""
    structured = {"model": sampled.model, "stop_reason": sampled.stop_reason}
    return {"text": sampled.text, "structured": structured, "is_error": False}


def is_settled(sampling: Call, children: Sequence[Call]) -> bool:
    """Whether the server can be told what came of it: a person may still look at what was written."""
    review = _review(sampling, children)
    return sampling.state not in OPEN and (review is None or review.state not in OPEN)


def outcome(sampling: Call, children: Sequence[Call]) -> Sampled | str:
    """What the server gets, or why it gets nothing, in a sentence. `children` are those of the same call."""
    review = _review(sampling, children)
    decisive = sampling if review is None else review
    if decisive.state not in ("succeeded", "answered"):
        return _WHY_NOT.get(decisive.state, "It is not wanted any more.")
    answer = (sampling.result or {})["structured"]
    return Sampled((decisive.result or {})["text"], answer["model"], answer["stop_reason"])


def _review(sampling: Call, children: Sequence[Call]) -> Call | None:
    return next((each for each in children if is_review_of(each, sampling.id)), None)


def is_review_of(child: Call, sampling_id: UUID) -> bool:
    """Whether a person looks there at what was written here."""
    return child.kind == "sampling_answer" and json.loads(child.arguments)["of"] == str(sampling_id)
