"""What a graph knows of the model: it is asked, and answers in pieces."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from langchain_core.messages import AIMessage, BaseMessage


@dataclass(frozen=True)
class Delta:
    """Text as it is written; `offset` is in characters from the start of the message."""

    message_id: str
    offset: int
    text: str
    kind: Literal["delta"] = "delta"


@dataclass(frozen=True)
class Retrying:
    """The provider failed and is asked again in `wait_seconds`."""

    attempt: int
    of: int
    wait_seconds: float
    code: str
    kind: Literal["retrying"] = "retrying"


@dataclass(frozen=True)
class Answer:
    """The whole message, with its tool calls."""

    message: AIMessage
    kind: Literal["answer"] = "answer"


class ModelFailed(Exception):
    """The model did not answer within the permitted attempts; what it had said is kept."""

    def __init__(self, code: str, message: str, *, message_id: str = "", partial: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.message_id = message_id
        self.partial = partial


class Meter(Protocol):
    """Holds what a run's model may use."""

    async def before(self, messages: Sequence[BaseMessage]) -> None:
        """Called before the model is asked with these messages. Raises ModelFailed where it may not be."""
        ...


class Model(Protocol):
    """A chat model that knows the user's tools."""

    def ask(
        self, messages: Sequence[BaseMessage], *, with_tools: bool = True
    ) -> AsyncIterator[Delta | Retrying | Answer]:
        """Streams one answer, the `Answer` last. Raises ModelFailed."""
        ...
