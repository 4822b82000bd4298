"""The signature under an export: Ed25519, by a key that is derived from the installation's secret key."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"interlock audit signature 1"
"""Goes into the key and before everything that it signs: the key is good for nothing else."""


class Signer:
    """Signs for one installation; `public_key` is 64 hexadecimal digits."""

    def __init__(self, secret_key: str) -> None:
        seed = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret_key.encode())
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw().hex()

    def sign(self, body: bytes) -> str:
        return self._key.sign(PURPOSE + b"\n" + body).hex()


def is_signed(public_key: str, body: bytes, signature: str) -> bool:
    """Whether the owner of this key has signed this; False for what is no key or no signature."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), PURPOSE + b"\n" + body)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public_key: str) -> str:
    """Short enough to be read out: the beginning of the key's sha256, in groups of four."""
    digest = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:32]
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
