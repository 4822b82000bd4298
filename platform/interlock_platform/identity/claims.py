"""What a provider's claims say about a person, read once and kept as values of ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from interlock_platform.errors import Problem

ROLES = ("owner", "admin", "approver", "member", "viewer")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Person:
    """Somebody whom a provider vouches for; `sid` names their session there."""

    subject: str
    name: str
    email: str
    email_verified: bool
    sid: str | None


def person_of(claims: Mapping[str, Any]) -> Person:
    """Raises `sign_in_failed` when the claims can't name a person."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or has_control(subject):
        raise unusable("sub")
    email = plain_text(claims.get("email"), 320)
    preferred = plain_text(claims.get("preferred_username"), 200)
    return Person(
        subject=subject,
        name=plain_text(claims.get("name"), 200) or preferred or email or subject,
        email=email,
        email_verified=bool(email) and claims.get("email_verified") is True,
        sid=plain_text(claims.get("sid"), 500) or None,
    )


def auth_time(claims: Mapping[str, Any]) -> datetime | None:
    """When the person proved who they are; None where the provider does not say it in a way that can be read."""
    said = claims.get("auth_time")
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said < 32503680000:
        return None
    return datetime.fromtimestamp(said, UTC)


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or, where there is none, by its path (`realm_access.roles`)."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def has_control(value: str) -> bool:
    return _CONTROL.search(value) is not None


def plain_text(value: Any, limit: int) -> str:
    return _CONTROL.sub(" ", value).strip()[:limit] if isinstance(value, str) else ""


def unusable(name: str) -> Problem:
    return Problem("sign_in_failed", 400, f"The identity provider sent a claim {name!r} that can't be used.")
