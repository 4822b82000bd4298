"""Who can be asked and told while a call is under way."""

from dataclasses import dataclass

from interlock_handlers.elicitation import Ask
from interlock_handlers.sampling import Sample
from interlock_handlers.telling import Told


@dataclass(frozen=True)
class During:
    """Nobody is asked for what is None, and the server is told so; nobody is told where `told` is None."""

    ask: Ask | None = None
    sample: Sample | None = None
    told: Told | None = None
