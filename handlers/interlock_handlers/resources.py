"""What a server has to read."""

from collections.abc import Mapping
from dataclasses import dataclass

import mcp_types as types
from mcp.shared.uri_template import InvalidUriTemplate, UriTemplate
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
    variables: tuple[str, ...] = ()


def address(uri_template: str, values: Mapping[str, str]) -> str:
    """The address with these filled in; what is not among them stays empty. Raises NotExecuted without a template."""
    try:
        return UriTemplate.parse(uri_template).expand(dict(values))
    except ValueError as error:
        raise NotExecuted("This is no address with something to fill in.", code="server_refused") from error


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
    """The first MAX_RESOURCES of them; what is no template, or is too long for one, is left out."""
    if session.capabilities.resources is None:
        return ()

    async def page(cursor: str | None) -> types.ListResourceTemplatesResult:
        asked = types.ListResourceTemplatesRequest(params=types.PaginatedRequestParams(cursor=cursor))
        return await session.request(asked, types.ListResourceTemplatesResult, seconds)

    found, _ = await every_page(page, lambda page: page.resource_templates, MAX_RESOURCES)
    short_enough = (template for template in found if len(template.uri_template) <= MAX_URI_CHARACTERS)
    return tuple(made for template in short_enough if (made := _template(template)) is not None)


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


def _template(template: types.ResourceTemplate) -> Template | None:
    try:
        variables = UriTemplate.parse(template.uri_template).variable_names
    except InvalidUriTemplate:
        return None
    return Template(
        template.uri_template,
        short(template.name, MAX_NAME_CHARACTERS) or "",
        short(template.title, MAX_NAME_CHARACTERS),
        short(template.description, MAX_DESCRIPTION_CHARACTERS),
        media_type(template.mime_type),
        tuple(variables),
    )
