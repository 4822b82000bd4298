"""What a server has to read."""

from dataclasses import dataclass

import mcp_types as types
from pydantic import TypeAdapter

from interlock_handlers.blocks import (
    MAX_DESCRIPTION_CHARACTERS,
    MAX_NAME_CHARACTERS,
    MAX_URI_CHARACTERS,
    Block,
    Blocks,
    LinkBlock,
    link,
    media_type,
)
from interlock_handlers.listing import every_page
from interlock_handlers.server_errors import NotExecuted
from interlock_handlers.session import Session
from interlock_handlers.storable import short

MAX_RESOURCES = 1000

Answer = types.ReadResourceResult | types.InputRequiredResult
ANSWER: TypeAdapter[Answer] = TypeAdapter(types.ReadResourceResult | types.InputRequiredResult)


@dataclass(frozen=True)
class Template:
    """Addresses of resources with something to fill in (RFC 6570)."""

    uri_template: str
    name: str
    title: str | None = None
    description: str | None = None
    mime_type: str | None = None


async def resources(session: Session, seconds: float) -> tuple[LinkBlock, ...]:
    """The first MAX_RESOURCES of them; what has an address that is too long is left out."""
    if session.capabilities.resources is None:
        return ()

    async def page(cursor: str | None) -> types.ListResourcesResult:
        params = types.PaginatedRequestParams(cursor=cursor)
        return await session.request(types.ListResourcesRequest(params=params), types.ListResourcesResult, seconds)

    found, _ = await every_page(page, lambda page: page.resources, MAX_RESOURCES)
    return tuple(link(resource) for resource in found if len(resource.uri) <= MAX_URI_CHARACTERS)


async def templates(session: Session, seconds: float) -> tuple[Template, ...]:
    """The first MAX_RESOURCES of them."""
    if session.capabilities.resources is None:
        return ()

    async def page(cursor: str | None) -> types.ListResourceTemplatesResult:
        asked = types.ListResourceTemplatesRequest(params=types.PaginatedRequestParams(cursor=cursor))
        return await session.request(asked, types.ListResourceTemplatesResult, seconds)

    found, _ = await every_page(page, lambda page: page.resource_templates, MAX_RESOURCES)
    return tuple(_template(template) for template in found if len(template.uri_template) <= MAX_URI_CHARACTERS)


async def read(session: Session, uri: str, seconds: float) -> tuple[Block, ...]:
    """Its contents, as far as they are not too large. Raises NotExecuted where the server does not give it."""
    params = types.ReadResourceRequestParams(uri=uri)
    answer = await session.request(types.ReadResourceRequest(params=params), ANSWER, seconds)
    if isinstance(answer, types.InputRequiredResult):
        raise NotExecuted("The server wants to be told something before it gives this.", code="input_not_supported")
    blocks = Blocks()
    for content in answer.contents:
        blocks.add_resource(content)
    return blocks.kept


def _template(template: types.ResourceTemplate) -> Template:
    return Template(
        template.uri_template,
        short(template.name, MAX_NAME_CHARACTERS) or "",
        short(template.title, MAX_NAME_CHARACTERS),
        short(template.description, MAX_DESCRIPTION_CHARACTERS),
        media_type(template.mime_type),
    )
