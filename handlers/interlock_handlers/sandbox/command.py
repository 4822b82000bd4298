"""A command that somebody wants started."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from interlock_handlers.sandbox.sandbox import Sandbox


@dataclass(frozen=True)
class Command:
    """What to run; `whose` is the same for the same person and purpose, and nobody else's."""

    program: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: str | None = None
    sandbox: Sandbox = field(default_factory=Sandbox)
    whose: str = ""
