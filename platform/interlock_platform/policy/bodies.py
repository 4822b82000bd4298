"""Rules as people write them, checked as far as that goes without looking anywhere."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from interlock_graphs.conditions import BadCondition, compile_condition
from interlock_platform.errors import Problem
from interlock_platform.http.problems import invalid
from interlock_platform.policy.judge import Layer, VerdictKind
from interlock_platform.policy.terms import Outcome
from interlock_platform.text import STORABLE

Role = Literal["owner", "admin", "approver", "member", "viewer"]
Name = Annotated[str, Field(min_length=1, max_length=200), STORABLE]
MOST_MINUTES = 30 * 24 * 60
MOST_APPROVERS = 20

NEEDED: Mapping[Layer, tuple[str, ...]] = {
    "platform": (),
    "tenant": (),
    "server": ("server",),
    "tool": ("server", "tool"),
    "user": ("user_id",),
    "thread": ("thread_id",),
}
"""What a rule of each layer has to name."""


class ApproversBody(BaseModel):
    """`count` different people of these roles, or of these by name."""

    model_config = ConfigDict(extra="forbid")
    roles: list[Role] = []
    users: list[UUID] = Field(default=[], max_length=100)
    count: Annotated[int, Field(strict=True, ge=1, le=MOST_APPROVERS)] = 1
    not_requester: Annotated[bool, Field(strict=True)] = False

    @field_validator("roles", "users")
    @classmethod
    def _once(cls, value: list[Any]) -> list[Any]:
        return list(dict.fromkeys(value))

    @model_validator(mode="after")
    def _are_somebody(self) -> Self:
        if not self.roles and not self.users:
            raise ValueError("Say by role or by name who has to approve.")
        return self


class ExpiryBody(BaseModel):
    """What happens after so many minutes; `to` says whom an escalation asks."""

    model_config = ConfigDict(extra="forbid")
    minutes: Annotated[int, Field(strict=True, ge=1, le=MOST_MINUTES)]
    then: Outcome
    to: ApproversBody | None = None
    extend: Annotated[bool, Field(strict=True)] = True

    @model_validator(mode="after")
    def _escalates_to_somebody(self) -> Self:
        if (self.to is not None) != (self.then == "escalate"):
            raise ValueError("Whom to ask then belongs to escalate, and escalate needs it.")
        return self


class RuleBody(BaseModel):
    """A rule as it is written; without `grants`, it permits them where it asks for nobody in particular."""

    model_config = ConfigDict(extra="forbid")
    layer: Layer
    name: Annotated[str, Field(min_length=1, max_length=80), STORABLE]
    server: Name | None = None
    tool: Name | None = None
    user_id: UUID | None = None
    thread_id: UUID | None = None
    verdict: VerdictKind
    condition: Annotated[str, STORABLE] | None = None
    approvers: ApproversBody | None = None
    expiry: ExpiryBody | None = None
    grants: Annotated[bool, Field(strict=True)] | None = None
    critical: Annotated[bool, Field(strict=True)] = False
    note: Annotated[str, Field(max_length=500), STORABLE] = ""
    enabled: Annotated[bool, Field(strict=True)] = True

    @field_validator("name", "note")
    @classmethod
    def _without_margins(cls, value: str) -> str:
        return value.strip()

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if not value or any(not each.isprintable() for each in value):
            raise ValueError("A name is one line of visible characters.")
        return value

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        for field in NEEDED[self.layer]:
            if getattr(self, field) is None:
                raise ValueError(f"A rule of layer {self.layer} names its {field.removesuffix('_id')}.")
        for field in ("user_id", "thread_id"):
            if field not in NEEDED[self.layer] and getattr(self, field) is not None:
                layer = field.removesuffix("_id")
                raise ValueError(f"Only a rule of layer {layer} names a {layer}.")
        if self.verdict != "ask" and (self.approvers or self.expiry):
            raise ValueError("Approvers and an expiry belong to rules that ask.")
        if self.critical and self.verdict != "ask":
            raise ValueError("Only a rule that asks can want a recent sign-in.")
        if self.critical and self.grants:
            raise ValueError("A rule that wants a recent sign-in permits no grants.")
        if self.approvers and self.grants:
            raise ValueError("A rule that names approvers permits no grants.")
        return self

    @property
    def permits_grants(self) -> bool:
        return self.approvers is None and not self.critical if self.grants is None else self.grants

    def wire(self) -> dict[str, Any]:
        """As it is stored and recorded: JSON."""
        return {**self.model_dump(mode="json"), "grants": self.permits_grants}

    def check_condition(self) -> None:
        """Raises `invalid_condition` with the place of what is wrong."""
        if self.condition is not None:
            understand(self.condition)


def understand(condition: str) -> None:
    """Raises `invalid_condition` with the place of what is wrong."""
    try:
        compile_condition(condition)
    except BadCondition as bad:
        problem = Problem("invalid_condition", 422, bad.message)
        place = {"field": "/condition", "message": bad.message, "line": bad.line, "column": bad.column}
        problem.more["errors"] = [place]
        raise problem from bad


def changed(before: Mapping[str, Any], change: Mapping[str, Any]) -> RuleBody:
    """The rule with some of it changed. Raises `invalid`."""
    whole = {**before, **change}
    if (change.get("approvers") is not None or change.get("critical")) and "grants" not in change:
        whole["grants"] = None
    try:
        return RuleBody.model_validate(whole)
    except ValidationError as error:
        raise invalid([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error
