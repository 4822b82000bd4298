"""The installation's keys: one that wraps today, and former ones that still open what they wrapped."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"interlock vault 1"
NONCE_BYTES = 12
KEY_BYTES = 32

Place = Sequence[str]
"""Where a secret belongs; opened anywhere else, it is refused."""


class SecretRefused(Exception):
    """A secret can't be opened: its key is not among those that are known, or it is not what was put here."""


@dataclass(frozen=True)
class Envelope:
    """A secret sealed under a key of its own, and that key sealed by the installation's key `key_id`."""

    key_id: str
    wrapped: bytes
    sealed: bytes


class Keyring:
    """`keys` are what settings say, the present one first; each only has to be long and secret."""

    def __init__(self, keys: Sequence[str]) -> None:
        derived = [HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE).derive(key.encode()) for key in keys]
        self._keys = {_id(key): key for key in derived}
        self.present = _id(derived[0])

    def seal(self, value: bytes, place: Place) -> Envelope:
        key = AESGCM.generate_key(KEY_BYTES * 8)
        return Envelope(self.present, self._wrap(key, place), _seal(key, value, _bound("value", place)))

    def open(self, envelope: Envelope, place: Place) -> bytes:
        """Raises SecretRefused."""
        return _open(self._unwrap(envelope, place), envelope.sealed, _bound("value", place))

    def wrap_anew(self, envelope: Envelope, place: Place) -> Envelope:
        """The same secret under the present key; its value is not opened. Raises SecretRefused."""
        return Envelope(self.present, self._wrap(self._unwrap(envelope, place), place), envelope.sealed)

    def _wrap(self, key: bytes, place: Place) -> bytes:
        return _seal(self._keys[self.present], key, _bound("key", place))

    def _unwrap(self, envelope: Envelope, place: Place) -> bytes:
        wrapping = self._keys.get(envelope.key_id)
        if wrapping is None:
            raise SecretRefused(f"The key {envelope.key_id} is not among those that are set.")
        return _open(wrapping, envelope.wrapped, _bound("key", place))


def _id(key: bytes) -> str:
    """Names a key without giving anything of it away."""
    return hashlib.sha256(PURPOSE + b" key id" + key).hexdigest()[:16]


def _bound(what: str, place: Place) -> bytes:
    return json.dumps([PURPOSE.decode(), what, *place]).encode()


def _seal(key: bytes, value: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, bound)


def _open(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise SecretRefused("The secret is not what was put in this place.") from error
