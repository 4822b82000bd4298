"""What is asked for over HTTP about what is held."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from interlock_platform.holdings.retaining.kept import MOST_DAYS
from interlock_platform.text import STORABLE

Typed = Annotated[str, StringConstraints(max_length=500), STORABLE]
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)] | None


class ExportBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    of: Literal["me", "organisation"]


class OwnDeletion(BaseModel):
    """`name` is what the person is called, typed by them."""

    model_config = ConfigDict(extra="forbid")
    of: Literal["me"]
    name: Typed


class MemberDeletion(BaseModel):
    model_config = ConfigDict(extra="forbid")
    of: Literal["member"]
    user_id: UUID
    name: Typed


class TenantDeletion(BaseModel):
    model_config = ConfigDict(extra="forbid")
    of: Literal["organisation"]
    name: Typed


DeletionBody = Annotated[OwnDeletion | MemberDeletion | TenantDeletion, Field(discriminator="of")]


class RetentionBody(BaseModel):
    """Days, or null for no limit; all of them are said."""

    model_config = ConfigDict(extra="forbid", strict=True)
    threads: Days
    artifacts: Days
    sessions: Days
    jobs: Days
    toolsets: Days
