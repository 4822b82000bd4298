"""How a server has behaved: what it did that was too much, and how long it is left alone for that."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

REST_SECONDS = 5.0
REST_GROWS = 4
MOST_REST_SECONDS = 600.0
GOOD_SECONDS = 600.0
"""How long a server has to behave before it is like any other again."""


@dataclass(frozen=True)
class Conduct:
    """`strikes` are the times that it was cut off; it rests until `until` for the last of them, which was `why`."""

    strikes: int = 0
    until: datetime | None = None
    why: str = ""

    @property
    def seconds(self) -> float:
        """How long it still rests."""
        return max((self.until - datetime.now(UTC)).total_seconds(), 0.0) if self.until else 0.0

    @property
    def forgiven(self) -> bool:
        """Whether it has behaved for so long, or always, that it is like any other."""
        return self.until is None or datetime.now(UTC) - self.until > timedelta(seconds=GOOD_SECONDS)

    def struck(self, why: str) -> "Conduct":
        """After one strike more: each rest is longer than the one before, up to `MOST_REST_SECONDS`."""
        before = 0 if self.forgiven else self.strikes
        rest = min(REST_SECONDS * REST_GROWS**before, MOST_REST_SECONDS)
        return replace(self, strikes=before + 1, until=datetime.now(UTC) + timedelta(seconds=rest), why=why)


BLAMELESS = Conduct()
