"""What a graph knows of the gate: it proposes calls, looks at what became of them, and asks for those that may run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from langchain_core.messages import AIMessage


@dataclass(frozen=True)
class Proposed:
    """The call is in the ledger."""

    tool_call_id: str
    call_id: str
    kind: Literal["proposed"] = "proposed"


@dataclass(frozen=True)
class Refused:
    """The call makes no sense (no such tool, arguments that break its schema); nobody is asked about it."""

    tool_call_id: str
    why: str
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True)
class Waiting:
    """A person has to decide, or the call is under way elsewhere."""

    kind: Literal["waiting"] = "waiting"


@dataclass(frozen=True)
class Ready:
    """Policy allows the call: whoever holds it may execute it now."""

    kind: Literal["ready"] = "ready"


@dataclass(frozen=True)
class Settled:
    """Nothing more happens to the call; `content` is what the model is told."""

    content: str
    declined: bool
    """A person said no, or nobody said anything in time."""
    failed: bool
    kind: Literal["settled"] = "settled"


class Gate(Protocol):
    """The gate as one run sees it."""

    async def propose(self, message: AIMessage) -> Sequence[Proposed | Refused]:
        """Writes the message and a ledger row for each of its tool calls, once, however often it is asked."""
        ...

    async def look(self, call_id: str) -> Waiting | Ready | Settled:
        """The call as it stands in the ledger now."""
        ...

    async def execute(self, call_id: str) -> Waiting | Settled:
        """Runs a call that is ready, at most once over all callers."""
        ...
