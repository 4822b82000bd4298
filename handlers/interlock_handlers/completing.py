"""A field for which a server is asked to propose values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Completing:
    """`name` is that of the prompt, or the template of the address; `given` are its other fields so far."""

    kind: Literal["prompt", "template"]
    name: str
    argument: str
    value: str
    given: Mapping[str, str] = field(default_factory=dict)
