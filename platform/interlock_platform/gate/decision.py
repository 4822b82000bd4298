"""What people send: decisions on calls, and what they found out about them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from interlock_platform.text import STORABLE

Words = Annotated[str, Field(max_length=4000), STORABLE]
Seal = Annotated[str, Field(min_length=1, max_length=64), STORABLE]


class Approve(BaseModel):
    """Run it; with `arguments`, run it with these. `remember` gives a grant besides."""

    model_config = ConfigDict(extra="forbid")
    decision: Literal["approve"]
    seal: Seal
    arguments: dict[str, Any] | None = None
    remember: Literal["arguments", "thread", "always"] | None = None


class Reject(BaseModel):
    """Do not run it; the model reads the reason."""

    model_config = ConfigDict(extra="forbid")
    decision: Literal["reject"]
    seal: Seal
    reason: Words | None = None


class Respond(BaseModel):
    """Answer in the tool's place (`response`), or fill in what a server asked for (`content`)."""

    model_config = ConfigDict(extra="forbid")
    decision: Literal["respond"]
    seal: Seal
    response: Annotated[str, Field(min_length=1, max_length=20_000), STORABLE] | None = None
    content: dict[str, Any] | None = None


Decision = Annotated[Approve | Reject | Respond, Field(discriminator="decision")]


class Resolution(BaseModel):
    """What a person found out about a call whose outcome is unknown."""

    model_config = ConfigDict(extra="forbid")
    resolution: Literal["confirmed_done", "confirmed_not_done"]
    note: Words | None = None
