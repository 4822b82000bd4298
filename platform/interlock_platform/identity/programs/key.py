"""What a key looks like: recognisable by people and by programs that look for leaked secrets, and hard to mistype."""

import secrets
import zlib
from dataclasses import dataclass
from hashlib import sha256

BEGIN = "il"
PREFIX_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 8, 43, 6
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class NewKey:
    """`whole` is shown once and stored nowhere; `prefix` is how it is recognised from then on."""

    whole: str
    prefix: str

    @property
    def hash(self) -> bytes:
        return hash_of(self.whole)


def new_key() -> NewKey:
    """43 characters of 62 are 256 random bits."""
    prefix = f"{BEGIN}_{_random(PREFIX_LENGTH)}"
    body = f"{prefix}_{_random(SECRET_LENGTH)}"
    return NewKey(body + _check(body), prefix)


def is_key(value: str) -> bool:
    """Whether it could be a key: a typo, or half of one, is told without asking the database."""
    body, check = value[:-CHECK_LENGTH], value[-CHECK_LENGTH:]
    if not value.isascii() or len(value) > 100 or check != _check(body):
        return False
    parts = body.split("_")
    return [len(part) for part in parts] == [len(BEGIN), PREFIX_LENGTH, SECRET_LENGTH] and parts[0] == BEGIN


def hash_of(whole: str) -> bytes:
    """One plain SHA-256: nobody can guess 256 random bits, so there is nothing that a slow hash would protect."""
    return sha256(whole.encode()).digest()


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _check(body: str) -> str:
    """CRC-32 in base 62."""
    rest, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECK_LENGTH):
        rest, digit = divmod(rest, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
