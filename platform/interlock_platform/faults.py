"""Named places where the proving ground may end the process; in production they do nothing."""

POINTS: dict[str, str] = {}
"""Every place and what has happened when it is reached; a name that is not here is a mistake."""


def reach(point: str) -> None:
    """Does nothing: the proving ground puts its own function in this one's place."""
