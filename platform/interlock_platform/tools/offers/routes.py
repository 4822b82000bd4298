"""Resources and prompts over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from interlock_handlers.completing import Completing
from interlock_platform.http.authentication import SignedIn
from interlock_platform.tools.offers.service import Offers
from interlock_platform.tools.routes import key_of

Values = dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=10_000)]]


class PromptBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=200)
    arguments: Values = Field(default_factory=dict, max_length=50)


class TemplateBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    uri_template: str = Field(max_length=2000)
    arguments: Values = Field(default_factory=dict, max_length=50)


class CompletionBody(BaseModel):
    """`name` is a prompt's, or a template of addresses; `arguments` are the other fields so far."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["prompt", "template"]
    name: str = Field(max_length=2000)
    argument: str = Field(max_length=200)
    value: str = Field(max_length=10_000)
    arguments: Values = Field(default_factory=dict, max_length=50)


def offer_routes(offers: Offers) -> APIRouter:
    router = APIRouter(prefix="/api/servers/{server_id}", tags=["tools"])

    @router.get("/resources")
    async def resources(who: SignedIn, server_id: str) -> dict[str, Any]:
        return await offers.resources(key_of(who), server_id)

    @router.get("/resource")
    async def resource(who: SignedIn, server_id: str, uri: Annotated[str, Query(max_length=2000)]) -> dict[str, Any]:
        return await offers.read(key_of(who), server_id, uri)

    @router.get("/resource-templates")
    async def resource_templates(who: SignedIn, server_id: str) -> dict[str, Any]:
        return await offers.templates(key_of(who), server_id)

    @router.post("/resource")
    async def resource_from_template(who: SignedIn, server_id: str, asked: TemplateBody) -> dict[str, Any]:
        return await offers.read(key_of(who), server_id, asked.uri_template, asked.arguments)

    @router.post("/completion")
    async def completion(who: SignedIn, server_id: str, asked: CompletionBody) -> dict[str, Any]:
        wanted = Completing(asked.kind, asked.name, asked.argument, asked.value, asked.arguments)
        return await offers.complete(key_of(who), server_id, wanted)

    @router.get("/prompts")
    async def prompts(who: SignedIn, server_id: str) -> dict[str, Any]:
        return await offers.prompts(key_of(who), server_id)

    @router.post("/prompt")
    async def prompt(who: SignedIn, server_id: str, asked: PromptBody) -> dict[str, Any]:
        return await offers.fill(key_of(who), server_id, asked.name, asked.arguments)

    return router
