"""Fields of a form that ask for a secret: no server gets one through us."""

import re
import unicodedata
from typing import Any

_WORDS = re.compile(
    r"(password|passwd|pwd|passphrase|passcode|secret|credential|apikey|privatekey|accesskey|secretkey|cardnumber|cvv2?|cvc2?)s?$"
)
_PHRASES = re.compile(
    r"\b(pass (word|phrase|code)|(api|private|access|secret|signing|encryption) keys?|card (number|no)|security code)\b"
)
_NUMERIC = re.compile(r"\bpins?\b")
_TEXTUAL = re.compile(r"token\b")


def asks_for_secret(name: str, field: dict[str, Any]) -> bool:
    """Whether a field, by its name, its title or its format, wants a password or the like to be typed in."""
    if field.get("format") == "password":
        return True
    if field.get("type") not in ("string", "number", "integer") or "enum" in field or "oneOf" in field:
        return False
    return any(_names_secret(text, field["type"]) for text in (name, field.get("title")) if isinstance(text, str))


def _names_secret(text: str, kind: str) -> bool:
    said = " ".join(_words(text))
    return bool(
        any(_WORDS.search(word) for word in said.split())
        or _PHRASES.search(said)
        or _NUMERIC.search(said)
        or (kind == "string" and _TEXTUAL.search(said))
    )


def _words(text: str) -> list[str]:
    """The words of a name in whatever style it is written, without marks and characters that nobody sees."""
    folded = unicodedata.normalize("NFKD", text)
    seen = "".join(character for character in folded if unicodedata.category(character) not in ("Cf", "Mn"))
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", seen)
    return re.findall(r"[^\W_]+", apart.lower())
