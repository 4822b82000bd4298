"""What a server sends, without what JSON in a database cannot hold."""

import math
from typing import Any


def storable(value: Any) -> Any:
    """The value without NUL, lone surrogates and infinities."""
    match value:
        case str():
            return value.replace("\0", "\ufffd").encode(errors="replace").decode()
        case float() if not math.isfinite(value):
            return None
        case list():
            return [storable(item) for item in value]
        case dict():
            return {storable(key): storable(item) for key, item in value.items()}
        case _:
            return value


def short(text: str | None, most: int) -> str | None:
    """The text as it can be stored and shown, cut with an ellipsis where it is longer than `most` characters."""
    if text is None:
        return None
    kept: str = storable(text)
    return kept if len(kept) <= most else f"{kept[: most - 1]}…"
