"""Text from outside, as Postgres can hold it."""

from pydantic import AfterValidator


def storable(text: str) -> str:
    """Without NUL, and with a replacement for halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _checked(text: str) -> str:
    if storable(text) != text:
        raise ValueError("must not contain NUL or half a character")
    return text


STORABLE = AfterValidator(_checked)
"""Beside a `str` in a model: what can't be stored as it is, is refused as invalid."""
