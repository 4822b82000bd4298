"""What somebody did, before it has its place in the record."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from interlock_platform.text import storable

SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True)
class Deed:
    """An entry that has no number yet."""

    actor: UUID | None
    action: str
    target: str
    data: dict[str, Any]


def plain(value: Any) -> Any:
    """The same as JSON that reads back as it was written, everywhere. Raises TypeError for what has no such form."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int) and abs(value) <= SAFE_INTEGER:
        return value
    if isinstance(value, dict) and all(isinstance(key, str) and key.isascii() and key.isprintable() for key in value):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    raise TypeError(
        f"{type(value).__name__} can't be recorded: strings, whole numbers, booleans, lists and objects can."
    )
