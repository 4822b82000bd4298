"""What has been found so far for the arguments of a tool."""

from dataclasses import dataclass, field
from typing import Any

from interlock_handlers.demo.places import Place
from interlock_handlers.demo.tools import Parameter, Tool


@dataclass
class Filling:
    """Arguments found for a tool, how sure that makes it (`evidence`), and what was left over."""

    tool: Tool
    arguments: dict[str, Any] = field(default_factory=dict)
    evidence: float = 0.0
    spare_places: list[Place] = field(default_factory=list)
    unused: int = 0

    @property
    def missing(self) -> list[Parameter]:
        return [parameter for parameter in self.tool.required() if parameter.name not in self.arguments]

    def put(self, parameter: Parameter, value: Any, evidence: float) -> None:
        self.arguments[parameter.name] = value
        self.evidence += evidence

    def open(self, *kinds: str) -> list[Parameter]:
        return [p for p in self.tool.parameters if p.kind in kinds and p.name not in self.arguments]
