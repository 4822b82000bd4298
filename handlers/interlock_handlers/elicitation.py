"""What a server wants to be told in the middle of a call, and what it is told."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from interlock_handlers.sampling import Sampled, SamplingRequest


@dataclass(frozen=True)
class Elicitation:
    """A question that may be put to a person: a form of flat fields (`schema`), or an address to visit (`url`).

    `key` is the server's own name for it, by which it gets its answer.
    """

    key: str
    mode: Literal["form", "url"]
    message: str
    schema: dict[str, Any] | None = None
    url: str | None = None


@dataclass(frozen=True)
class ElicitationAnswer:
    """`content` fills in an accepted form, and is None in every other case."""

    action: Literal["accept", "decline", "cancel"]
    content: dict[str, Any] | None = None


DECLINED = ElicitationAnswer("decline")
CANCELLED = ElicitationAnswer("cancel")

Ask = Callable[[Elicitation], Awaitable[ElicitationAnswer]]
"""Puts a question to a person while the call is held open; cancelled when the server no longer wants to know."""


@dataclass(frozen=True)
class InputRequired:
    """The call goes on once it is sent again, by whatever process, with an answer to each request.

    `declined` are the keys of requests that are not put to anybody; they belong among the answers like the others.
    `request_state` is the server's, to be kept from everybody else and sent back as it is. A server that is not `told`
    the answers only wants the addresses visited: there is no use in calling it again where one was not.
    `samplings` are what the user's model is to write, by the same kind of key.
    """

    requests: tuple[Elicitation, ...]
    request_state: str | None
    declined: tuple[str, ...] = ()
    told: bool = True
    samplings: Mapping[str, SamplingRequest] = field(default_factory=dict)

    @property
    def wants_answers(self) -> bool:
        return bool(self.requests or self.declined or self.samplings)


@dataclass(frozen=True)
class Resumption:
    """What a call that needed input is sent again with; a server of the older protocol is called as at first."""

    request_state: str | None = None
    responses: Mapping[str, ElicitationAnswer | Sampled] = field(default_factory=dict)
