"""Secrets that browsers hold, as the rows have them: hashed."""

from hashlib import sha256


def secret_hash(secret: str) -> bytes:
    """They are random and long: a plain hash is enough."""
    return sha256(secret.encode()).digest()


def sid_hash(issuer_key: str, sid: str) -> bytes:
    """A session at a provider, as the rows of ours that it began have it."""
    return secret_hash(f"{issuer_key}\n{sid}")


def sign_in_key(browser: str, state: str) -> bytes:
    """Only the browser that began it, with the state that it was given, finds the row of a sign-in under way."""
    return secret_hash(f"{browser}.{state}")
