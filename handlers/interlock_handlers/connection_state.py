"""Where a user's connection to a server stands, as data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from interlock_handlers.conduct import BLAMELESS, Conduct

ConnectionKind = Literal["off", "connecting", "connected", "sign_in", "error"]


@dataclass(frozen=True)
class ConnectionState:
    """`message` is a sentence that tells the user what to do; `retry_at` is when it is tried again by itself.

    `conduct` says whether it was cut off before, and is for ourselves.
    """

    kind: ConnectionKind = "off"
    code: str | None = None
    message: str | None = None
    retry_at: datetime | None = None
    tools: int = 0
    version: str | None = None
    protocol: str | None = None
    conduct: Conduct = BLAMELESS
