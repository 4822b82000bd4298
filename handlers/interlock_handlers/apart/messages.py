"""What is asked and told between a process that has users and the one that keeps their connections."""

from dataclasses import dataclass

from interlock_handlers.apart.coding import Code
from interlock_handlers.blocks import Block, LinkBlock
from interlock_handlers.completing import Completing
from interlock_handlers.conduct import Conduct
from interlock_handlers.connection_state import ConnectionState
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.elicitation import Elicitation, ElicitationAnswer, InputRequired
from interlock_handlers.prompts import Prompt, PromptMessage
from interlock_handlers.resources import Template
from interlock_handlers.result import CallResult
from interlock_handlers.sampling import Sampled, SamplingRequest
from interlock_handlers.server_spec import ServerSpec
from interlock_handlers.telling import LogLine, Progress
from interlock_handlers.tool_request import ToolRequest


@dataclass(frozen=True)
class Begin:
    """The first question of all: what the operator's file lets connections reach (see Outbound)."""

    allow: tuple[str, ...]


@dataclass(frozen=True)
class Of:
    """A handler, by the number that the asking process gave it; and one of its servers."""

    handler: int
    server_id: str = ""


@dataclass(frozen=True)
class Connect:
    handler: int
    samples: bool
    spec: ServerSpec
    authorization: int | None
    """By the number that the asking process gave it: the same number is the same account."""
    conduct: Conduct
    """How the server behaved so far."""


@dataclass(frozen=True)
class Call:
    of: Of
    number: int
    """By which what happens during the call is told."""
    request: ToolRequest
    timeout_seconds: float | None
    asks: bool
    tells: bool
    samples: bool


@dataclass(frozen=True)
class Get:
    """A resource by its address, or a prompt by its name with its arguments."""

    of: Of
    name: str
    arguments: dict[str, str]


@dataclass(frozen=True)
class Complete:
    of: Of
    asked: Completing


@dataclass(frozen=True)
class Stands:
    """How a connection stands; `definitions` are None where they are as they were told before.

    `news` is for whoever reads changes; the rest only brings the other process's picture up to date.
    """

    of: Of
    state: ConnectionState | None
    definitions: tuple[ToolDefinition, ...] | None
    news: bool
    tools_changed: bool


@dataclass(frozen=True)
class HeadersWanted:
    authorization: int


@dataclass(frozen=True)
class CredentialsRefused:
    authorization: int
    status: int
    challenge: str | None
    sent: dict[str, str]


@dataclass(frozen=True)
class Asked:
    call: int
    elicitation: Elicitation


@dataclass(frozen=True)
class ToSample:
    call: int
    request: SamplingRequest


@dataclass(frozen=True)
class TellsOf:
    call: int
    said: Progress | LogLine


NOTHING = Code[None](None)
BEGIN = Code[Begin](Begin)
OF = Code[Of](Of)
CONNECT = Code[Connect](Connect)
CALL = Code[Call](Call)
GET = Code[Get](Get)
STANDS = Code[Stands](Stands)
DEFINITIONS = Code[tuple[ToolDefinition, ...]](tuple[ToolDefinition, ...])
RESULT = Code[CallResult | InputRequired](CallResult | InputRequired)
LINKS = Code[tuple[LinkBlock, ...]](tuple[LinkBlock, ...])
TEMPLATES = Code[tuple[Template, ...]](tuple[Template, ...])
BLOCKS = Code[tuple[Block, ...]](tuple[Block, ...])
COMPLETE = Code[Complete](Complete)
PROPOSALS = Code[tuple[str, ...]](tuple[str, ...])
PROMPTS = Code[tuple[Prompt, ...]](tuple[Prompt, ...])
PROMPT_MESSAGES = Code[tuple[PromptMessage, ...]](tuple[PromptMessage, ...])
HEADERS_WANTED = Code[HeadersWanted](HeadersWanted)
HEADERS = Code[dict[str, str]](dict[str, str])
CREDENTIALS_REFUSED = Code[CredentialsRefused](CredentialsRefused)
YES_OR_NO = Code[bool](bool)
ASKED = Code[Asked](Asked)
ANSWER = Code[ElicitationAnswer](ElicitationAnswer)
TO_SAMPLE = Code[ToSample](ToSample)
SAMPLED = Code[Sampled](Sampled)
TELLS_OF = Code[TellsOf](TellsOf)
