"""How a server is started or reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Transport = Literal["stdio", "sse", "http"]


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
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_seconds: float = 60.0
