"""Servers as people enter them. There is no field for a command here, nor for anything that a command is given."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from interlock_handlers.server_spec import Authentication
from interlock_handlers.visible import hides_something
from interlock_platform.text import STORABLE
from interlock_platform.tools.entries.store import Personal

MOST_HEADERS = 20
MOST_CATEGORIES = 10
MOST_HOSTS = 200
MOST_IMPORTED = 100

# What the protocol, and HTTP itself, put into every request.
OURS = frozenset(
    {"host", "connection", "content-length", "content-type", "transfer-encoding", "accept", "accept-encoding"}
    | {"te", "trailer", "upgrade", "keep-alive", "proxy-authorization", "proxy-connection", "expect", "last-event-id"}
)


def _one_line(value: str) -> str:
    value = value.strip()
    if not value or any(character in "\n\t" for character in value) or hides_something(value):
        raise ValueError("must be one line of visible characters")
    return value


def _readable(value: str) -> str:
    if hides_something(value):
        raise ValueError("must not have characters that nobody sees")
    return value.strip()


def _are_headers(value: Mapping[str, str | None] | None) -> Mapping[str, str | None] | None:
    names = [name.lower() for name in value or ()]
    if len(names) > MOST_HEADERS or len(set(names)) < len(names):
        raise ValueError(f"there are at most {MOST_HEADERS}, and each only once")
    for name, text in (value or {}).items():
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}", name):
            raise ValueError("the name of a header is of letters, digits and signs like - and _")
        if name.lower() in OURS or name.lower().startswith("mcp-"):
            raise ValueError(f"{name} is not for you to set")
        if text is not None and not re.fullmatch(r"[\x21-\x7e](?:[\x20-\x7e]{0,8190}[\x21-\x7e])?", text):
            raise ValueError(f"the value of {name} is one line of plain characters, without margins")
        if text is not None and "${" in text:
            raise ValueError(f"the value of {name} has a variable: put in what it stands for")
    return value


def _is_host(value: str) -> str:
    value = value.strip().lower()
    if not re.fullmatch(
        r"(?:\*\.)?(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}(?::\d{1,5})?|\[[0-9a-f:.]+\](?::\d{1,5})?", value
    ):
        raise ValueError("must be a host like example.org, *.example.org or example.org:8443")
    return value


Name = Annotated[str, Field(min_length=1, max_length=80), STORABLE, AfterValidator(_one_line)]
Description = Annotated[str, Field(max_length=500), STORABLE, AfterValidator(_readable)]
Icon = Annotated[str, Field(min_length=1, max_length=40), STORABLE, AfterValidator(_one_line)]
Categories = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=40), STORABLE, AfterValidator(_one_line)]],
    Field(max_length=MOST_CATEGORIES),
]
Url = Annotated[str, Field(min_length=1, max_length=2000), STORABLE]
Secrets = Annotated[dict[str, str], AfterValidator(_are_headers)]
Scope = Literal["tenant", "personal"]


class ServerBody(BaseModel):
    """A server that people can be connected to; its headers' values are secrets, and are never given back."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    description: Description = ""
    icon: Icon | None = None
    categories: Categories = []
    transport: Literal["http", "sse"]
    url: Url
    auth: Authentication = "none"
    headers: Secrets = Field(default={}, repr=False)
    scope: Scope

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if (self.auth == "headers") != bool(self.headers):
            raise ValueError("headers belong to auth headers, which needs some")
        return self


class ServerChange(BaseModel):
    """What is to be other about a server; in `headers` a value of null keeps what is there."""

    model_config = ConfigDict(extra="forbid")
    name: Name | None = None
    description: Description | None = None
    icon: Icon | None = None
    categories: Categories | None = None
    transport: Literal["http", "sse"] | None = None
    url: Url | None = None
    auth: Authentication | None = None
    headers: Annotated[dict[str, str | None], AfterValidator(_are_headers)] | None = Field(default=None, repr=False)


class PolicyBody(BaseModel):
    """What people may enter for themselves."""

    model_config = ConfigDict(extra="forbid")
    personal: Personal
    hosts: Annotated[
        list[Annotated[str, Field(max_length=260), AfterValidator(_is_host)]], Field(max_length=MOST_HOSTS)
    ]


class ImportBody(BaseModel):
    """`mcpServers` as other programs have them; each entry is looked at by itself."""

    model_config = ConfigDict(extra="forbid")
    mcp_servers: Annotated[dict[str, Any], Field(alias="mcpServers", max_length=MOST_IMPORTED)]
    scope: Scope


class Imported(BaseModel):
    """One entry of such a file."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    name: str | None = None
    description: str = ""
    icon: str | None = None
    categories: list[str] = []
    transport: Literal["http", "streamable-http", "sse"] = Field(default="http", alias="type")
    url: str
    auth: Authentication | None = None
    headers: dict[str, str] = Field(default={}, repr=False)


class AcceptBody(BaseModel):
    """Which definitions are accepted, by hash."""

    model_config = ConfigDict(extra="forbid")
    hashes: Annotated[list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]], Field(min_length=1, max_length=2000)]
