"""An answer cut into the pieces in which a provider streams it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.model_server.step import ScriptedCall, Step


@dataclass(frozen=True)
class TextPiece:
    """Some text; `index` is that of the content block."""

    text: str
    index: int = 0
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class CallBegins:
    """A call's name and id; `number` counts calls, `index` content blocks."""

    name: str
    id: str
    number: int
    index: int
    kind: Literal["call"] = "call"


@dataclass(frozen=True)
class ArgumentsPiece:
    """A part of the arguments of a call."""

    text: str
    number: int
    index: int
    kind: Literal["arguments"] = "arguments"


Piece = TextPiece | CallBegins | ArgumentsPiece


def pieces(step: Step, answer: int) -> Iterator[Piece]:
    """The pieces of a step's answer; `answer` numbers the answers, so that ids of calls are not used twice."""
    for word in re.findall(r"\s*\S+\s*$|\s*\S+", step.text):
        yield TextPiece(word)
    first = 1 if step.text else 0
    for number, call in enumerate(step.calls):
        yield CallBegins(call.name, call.id or f"call_{answer}_{number}", number, first + number)
        for part in re.findall(r".{1,16}", written_arguments(call), re.DOTALL):
            yield ArgumentsPiece(part, number, first + number)


def written_arguments(call: ScriptedCall) -> str:
    return json.dumps(call.arguments) if call.raw_arguments is None else call.raw_arguments


def count_words(step: Step) -> int:
    return len(step.text.split()) + 10 * len(step.calls)
