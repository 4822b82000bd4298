"""Text from outside, as Postgres can hold it."""

from typing import Annotated

from pydantic import AfterValidator


def storable(text: str) -> str:
    """Without NUL, and with a replacement for halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _checked(text: str) -> str:
    if storable(text) != text:
        raise ValueError("must not contain NUL or half a character")
    return text


Storable = Annotated[str, AfterValidator(_checked)]
"""Refused as invalid if it can't be stored as it is."""
