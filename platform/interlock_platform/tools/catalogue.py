"""The MCP servers that people may connect: those that we ship, and the operator's file of `mcpServers` JSON."""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator, model_validator

from interlock_handlers.outbound.allowance import Allowance
from interlock_handlers.sandbox.sandbox import Sandbox
from interlock_handlers.server_spec import AgreedClient, Authentication, ServerSpec, Transport
from interlock_platform.tools.entries.entry import Catalogue, Entry, Trust
from interlock_platform.tools.sandbox_entry import SandboxEntry

SHIPPED = Path(__file__).with_name("catalogue.json")
# Stands for the user in a shared entry, so that each has a file or an account of their own.
OWNER = "${owner}"

_VARIABLE = re.compile(r"\$\{(?:env:)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
_TRANSPORTS: Mapping[str, Transport] = {"stdio": "stdio", "http": "http", "streamable-http": "http", "sse": "sse"}


class CatalogueError(ValueError):
    """A catalogue that cannot be used; the message names the file, the entry and the field."""


class _Client(BaseModel):
    """Who we are at an authorization server that lets nobody register."""

    model_config = ConfigDict(extra="forbid")

    issuer: str = Field(pattern=r"^https?://[^/\s]")
    client_id: str = Field(min_length=1)
    client_secret: str = ""


class FileEntry(BaseModel):
    """One server as the file has it, its variables filled in."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: str | None = Field(default=None, min_length=1, max_length=80)
    description: str = Field(default="", max_length=500)
    icon: str | None = Field(default=None, max_length=200)
    categories: tuple[str, ...] = ()
    trust: Trust = "untrusted"
    auth: Authentication | None = None
    oauth: _Client | None = None
    disabled: bool = False
    requires: str | None = None
    timeout: float = Field(default=60.0, gt=0, le=3600)
    transport: Literal["stdio", "http", "streamable-http", "sse"] | None = Field(default=None, alias="type")
    command: str = ""
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}
    cwd: str | None = None
    sandbox: SandboxEntry | Literal[False] = SandboxEntry()
    url: str = ""
    headers: dict[str, str] = {}

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if value and not re.match(r"https?://[^/\s]", value):
            raise ValueError("must begin with http:// or https://")
        return value

    @field_validator("headers")
    @classmethod
    def _can_be_sent(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) or re.search(r"[\r\n\0]", text):
                raise ValueError(f"{name!r} is no header that can be sent")
        return value

    @field_validator("categories")
    @classmethod
    def _are_words(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not 0 < len(each) <= 40 for each in value):
            raise ValueError("each has between 1 and 40 characters")
        return value

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise ValueError("needs either a command or a url")
        if (self.transport or ("stdio" if self.command else "http")) == "stdio" and self.url:
            raise ValueError("type stdio needs a command, not a url")
        if self.command and self.transport not in (None, "stdio"):
            raise ValueError(f"type {self.transport} needs a url, not a command")
        if self.command and self.auth not in (None, "none"):
            raise ValueError("auth belongs to servers with a url: a command has its env")
        if self.oauth is not None and self.auth != "oauth":
            raise ValueError("oauth belongs to servers with auth oauth")
        if self.auth == "headers" and not self.headers:
            raise ValueError("auth headers needs headers")
        return self

    def entry(self, server_id: str, search_path: str) -> Entry:
        return Entry(
            self.spec(server_id, search_path),
            icon=self.icon,
            categories=self.categories,
            trust=self.trust,
            header_names=tuple(self.headers),
        )

    def spec(self, server_id: str, search_path: str) -> ServerSpec:
        return ServerSpec(
            id=server_id,
            name=self.name or server_id,
            description=self.description,
            transport=_TRANSPORTS[self.transport or ("stdio" if self.command else "http")],
            command=self.command,
            args=self.args,
            # A child gets what its entry declares; without a search path it could not find even itself.
            env={"PATH": search_path, **self.env} if self.command else {},
            cwd=self.cwd,
            sandbox=self.sandbox.sandbox() if self.sandbox else Sandbox(enabled=False),
            url=self.url,
            headers=self.headers,
            timeout_seconds=self.timeout,
            auth=self.auth or ("headers" if self.headers else "none"),
            client=AgreedClient(self.oauth.issuer, self.oauth.client_id, self.oauth.client_secret)
            if self.oauth
            else None,
        )


class _Outbound(BaseModel):
    model_config = ConfigDict(extra="forbid")

    allow: tuple[str, ...] = ()

    @field_validator("allow")
    @classmethod
    def _can_be_read(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            Allowance.parse(each)
        return value


class _File(BaseModel):
    mcp_servers: dict[str, dict[str, JsonValue]] = Field(alias="mcpServers")
    outbound: _Outbound = _Outbound()


def load_catalogue(path: Path | None, data_dir: Path, environment: Mapping[str, str] | None = None) -> Catalogue:
    """The shipped servers that can be used here, and over them those of the operator's file, with what it allows.

    An entry there that has neither a command nor a url changes only what it names: `{"fetch": {"disabled": false}}`.
    `${NAME}`, `${env:NAME}` and `${NAME:-default}` in values are taken from the environment, and `${python}`,
    `${data_dir}` and `${owner}` from us. Raises CatalogueError.
    """
    environment = os.environ if environment is None else environment
    search_path = environment.get("PATH", os.defpath)
    ours = {"python": sys.executable, "data_dir": str(data_dir.absolute()), "owner": OWNER}
    variables = {**environment, **ours}
    shipped = _servers(SHIPPED, _read(SHIPPED), variables)
    file = _read(path) if path is not None else _File(mcpServers={})
    entries = {server_id: _entry(SHIPPED, server_id, raw) for server_id, raw in shipped.items()}
    entries = {server_id: entry for server_id, entry in entries.items() if _is_there(entry, search_path)}
    for server_id, raw in _servers(path or SHIPPED, file, variables).items():
        whole = raw if "command" in raw or "url" in raw else shipped.get(server_id, {}) | raw
        entries[server_id] = _entry(path or SHIPPED, server_id, whole)
    offered = {key: entry.entry(key, search_path) for key, entry in entries.items() if not entry.disabled}
    return Catalogue(offered, file.outbound.allow)


def personal(spec: ServerSpec, owner: str) -> ServerSpec:
    """The spec for one user; `owner` must be made by us and good as the name of a file."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", owner):
        raise ValueError(f"{owner!r} cannot be the name of a file")

    def filled(values: Mapping[str, str]) -> dict[str, str]:
        return {name: value.replace(OWNER, owner) for name, value in values.items()}

    return replace(
        spec,
        owner=owner,
        sandbox=replace(
            spec.sandbox,
            read=tuple(path.replace(OWNER, owner) for path in spec.sandbox.read),
            write=tuple(path.replace(OWNER, owner) for path in spec.sandbox.write),
        ),
        args=tuple(argument.replace(OWNER, owner) for argument in spec.args),
        env=filled(spec.env),
        url=spec.url.replace(OWNER, owner),
        headers=filled(spec.headers),
    )


def _read(path: Path) -> _File:
    try:
        return _File.model_validate_json(path.read_bytes())
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise CatalogueError(f"{path} is not a file of `mcpServers` JSON: {_first(error)}.") from error


def _servers(path: Path, file: _File, variables: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The file's servers with their variables filled in."""
    return {
        server_id: {
            field: _filled(value, variables, f"{path}, server “{server_id}”, field “{field}”")
            for field, value in raw.items()
        }
        for server_id, raw in file.mcp_servers.items()
    }


def _entry(path: Path, server_id: str, filled: dict[str, Any]) -> FileEntry:
    where = f"{path}, server “{server_id}”"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", server_id):
        raise CatalogueError(f"{where}: the id must be of letters, digits, - and _, and of 32 characters at most.")
    try:
        return FileEntry.model_validate(filled)
    except ValidationError as error:
        raise CatalogueError(f"{where}: {_first(error)}.") from error


def _filled(value: JsonValue, variables: Mapping[str, str], where: str) -> Any:
    def variable(match: re.Match[str]) -> str:
        found = variables.get(match["name"], match["default"])
        if found is None:
            raise CatalogueError(f"{where}: the variable {match['name']} is not set.")
        return found

    if isinstance(value, str):
        return _VARIABLE.sub(variable, value)
    if isinstance(value, list):
        return [_filled(item, variables, where) for item in value]
    if isinstance(value, dict):
        return {name: _filled(item, variables, where) for name, item in value.items()}
    return value


def _first(error: ValidationError) -> str:
    details = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in details["loc"])
    message = details["msg"].removeprefix("Value error, ")
    return f"field “{field}”: {message}" if field else message


def _is_there(entry: FileEntry, search_path: str) -> bool:
    """Whether what the entry requires, a command or a Python module, is installed on this machine."""
    if entry.requires is None:
        return True
    return bool(shutil.which(entry.requires, path=search_path) or importlib.util.find_spec(entry.requires))
