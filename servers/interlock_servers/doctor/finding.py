"""One thing that was looked at."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """What was found about something; `todo` says what to do where it is not `ok`."""

    about: str
    state: Literal["ok", "note", "missing"]
    said: str
    todo: str = ""
