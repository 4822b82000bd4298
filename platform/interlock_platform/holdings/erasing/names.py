"""Taking a person's name out of what is shared: others' chats tell who decided what."""

from typing import Any

from interlock_platform.tables.identity import ERASED_NAME

_TOLD = ("Rejected by {}", "[{} changed the arguments", "[{} answered this")
"""How the model was told of them."""


def without_name(value: Any, user_id: str, name: str) -> Any:
    """The same JSON, in which whoever has this id is nobody, and what was told of them is told of nobody."""
    match value:
        case dict():
            kept = {key: without_name(inner, user_id, name) for key, inner in value.items()}
            return {**kept, "name": ERASED_NAME} if kept.get("id") == user_id and "name" in kept else kept
        case list():
            return [without_name(inner, user_id, name) for inner in value]
        case str():
            for told in _TOLD:
                value = value.replace(told.format(name), told.format(ERASED_NAME))
            return value
        case _:
            return value
