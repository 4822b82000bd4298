"""Grants over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from interlock_platform.errors import FieldError, Problem
from interlock_platform.grants.offer import MOST_DAYS, MOST_USES, Offer
from interlock_platform.grants.service import Grants
from interlock_platform.http.authentication import SignedIn
from interlock_platform.policy.judging import canonical
from interlock_platform.principal import Principal
from interlock_platform.text import STORABLE

Name = Annotated[str, Field(min_length=1, max_length=200), STORABLE]


class GrantBody(BaseModel):
    """`user_id` absent is the caller, null is everybody."""

    model_config = ConfigDict(extra="forbid")
    server: Name
    tool: Name
    definition_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    user_id: UUID | None = None
    thread_id: UUID | None = None
    arguments: dict[str, Any] | None = None
    condition: Annotated[str, STORABLE] | None = None
    unattended: Annotated[bool, Field(strict=True)] = False
    uses: Annotated[int, Field(strict=True, ge=1, le=MOST_USES)] | None = None
    days: Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)] = MOST_DAYS

    def offer(self, who: Principal) -> Offer:
        """Raises `invalid_arguments` for what has no canonical form."""
        return Offer(
            user_id=self.user_id if "user_id" in self.model_fields_set else who.user_id,
            server_id=self.server,
            tool=self.tool,
            definition_hash=self.definition_hash,
            thread_id=self.thread_id,
            arguments=None if self.arguments is None else exactly(self.arguments),
            condition=self.condition,
            unattended=self.unattended,
            uses=self.uses,
            days=self.days,
        )


def exactly(arguments: dict[str, Any]) -> str:
    """The arguments as calls are compared with them. Raises `invalid_arguments`."""
    written = canonical(arguments)
    if written is None:
        error = FieldError("/arguments", "Such arguments have no canonical form, so no call can have them.")
        raise Problem("invalid_arguments", 422, "No call can have these arguments.", errors=(error,))
    return written


def grant_routes(grants: Grants) -> APIRouter:
    router = APIRouter(prefix="/api/grants", tags=["grants"])

    @router.get("")
    async def list_grants(
        who: SignedIn, scope: Annotated[Literal["mine", "tenant"], Query()] = "mine"
    ) -> dict[str, Any]:
        return {"grants": await grants.list_grants(who, scope)}

    @router.post("", status_code=201)
    async def give_grant(who: SignedIn, body: GrantBody) -> dict[str, Any]:
        return await grants.create(who, body.offer(who))

    @router.delete("/{grant_id}", status_code=204)
    async def revoke_grant(who: SignedIn, grant_id: UUID) -> None:
        await grants.revoke(who, grant_id)

    return router
