"""A thread's tools over HTTP."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from interlock_handlers.definition import NAME_LENGTH
from interlock_platform.http.authentication import SignedIn
from interlock_platform.tools.switches.service import ThreadSwitches

MOST_SWITCHED = 2000
Names = Annotated[
    list[Annotated[str, Field(pattern=rf"^[A-Za-z0-9_-]{{1,{NAME_LENGTH}}}$")]], Field(max_length=MOST_SWITCHED)
]


class SwitchesBody(BaseModel):
    """By qualified name: tools that are not there, and tools that are shown to the model however many there are."""

    model_config = ConfigDict(extra="forbid")
    off: Names
    kept: Names = []

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if set(self.off) & set(self.kept):
            raise ValueError("A tool that is off can't be kept.")
        return self


def switch_routes(switches: ThreadSwitches) -> APIRouter:
    router = APIRouter(prefix="/api/threads", tags=["tools"])

    @router.get("/{thread_id}/tools")
    async def show(who: SignedIn, thread_id: UUID) -> dict[str, Any]:
        return await switches.show(who, thread_id)

    @router.put("/{thread_id}/tools")
    async def switch(who: SignedIn, thread_id: UUID, body: SwitchesBody) -> dict[str, Any]:
        return await switches.set(who, thread_id, body.off, body.kept)

    return router
