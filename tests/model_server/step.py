"""One answer that the scripted model gives, and when it gives it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class ScriptedCall(BaseModel):
    """A tool call; `raw_arguments` is sent as it is, whether it is JSON or not."""

    model_config = ConfigDict(extra="forbid")

    name: str
    arguments: dict[str, Any] = {}
    raw_arguments: str | None = None
    id: str | None = None


class Step(BaseModel):
    """An answer with its conditions; the first step of the script that fits a request and is not used up is taken.

    With nothing but conditions it answers with an empty message.
    """

    model_config = ConfigDict(extra="forbid")

    contains: str | None = None
    """only for requests whose last message of a person contains this"""
    after_tool: bool | None = None
    """only (True) or never (False) for requests that end in a tool's result"""
    model: str | None = None
    """only for requests to the model of this name"""
    times: int | None = 1
    """how often it may be taken; None: always"""

    text: str = ""
    calls: list[ScriptedCall] = []
    seconds_per_piece: float = 0.0

    status: Annotated[int, Field(ge=400, le=599)] | None = None
    """answer with this HTTP status instead"""
    retry_after: int | str | None = None
    hang_after: int | None = None
    """stop after so many pieces, without closing, until released; 0: before the answer begins"""
    cut_after: int | None = None
    """end after so many pieces, in the way of `cut`"""
    cut: Literal["reset", "end", "error"] = "reset"
    """drop the connection; end it as if all were well; send the provider's error into the stream"""
    error_code: str | None = None
    """the provider's own code for `status`, or for the error in the stream"""
