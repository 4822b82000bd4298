"""Values of one kind as bytes, and back."""

from types import GenericAlias
from typing import Any, Generic, TypeVar

from pydantic import ConfigDict, TypeAdapter

T = TypeVar("T")

_CONFIG = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class Code(Generic[T]):
    """JSON of whatever pydantic knows, frozen dataclasses among it. `kind` is T, or a union that stands for it."""

    def __init__(self, kind: Any) -> None:
        # In a tuple: pydantic takes no settings for a lone dataclass.
        alias: Any = GenericAlias(tuple, (kind,))
        self._adapter: TypeAdapter[tuple[T]] = TypeAdapter(alias, config=_CONFIG)

    def pack(self, value: T) -> bytes:
        return self._adapter.dump_json((value,))

    def unpack(self, body: bytes) -> T:
        """Raises pydantic's ValidationError, which is a ValueError."""
        return self._adapter.validate_json(body)[0]
