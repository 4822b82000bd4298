"""How a server is started or reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from interlock_handlers.sandbox.sandbox import Sandbox

Transport = Literal["stdio", "sse", "http"]
Authentication = Literal["none", "headers", "oauth"]
Origin = Literal["platform", "tenant", "personal"]
"""Who entered it: the operator, in a file; an admin, for everybody of a tenant; somebody, for themselves."""


@dataclass(frozen=True)
class AgreedClient:
    """As whom one signs people in, where the authorization server lets nobody register: good for this issuer only."""

    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class ServerSpec:
    """One MCP server: a command to run (`stdio`) or an address to call (`sse`, `http`)."""

    id: str
    name: str
    transport: Transport
    description: str = ""
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: str | None = None
    sandbox: Sandbox = field(default_factory=Sandbox)
    owner: str = ""
    """Whom the command is started for; a name of ours, the same every time."""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_seconds: float = 60.0
    auth: Authentication = "none"
    client: AgreedClient | None = None
    origin: Origin = "platform"
