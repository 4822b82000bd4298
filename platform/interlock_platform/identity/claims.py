"""What a provider's claims say about a person, read once and kept as values of ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from interlock_platform.errors import Problem

ROLES = ("owner", "admin", "approver", "member", "viewer")
DEFAULT_TENANT = "default"

_TENANTS = UUID("6f0a3f0e-5a5c-5e0b-9d3a-0c1d7a4e2b91")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Person:
    """Somebody whom a provider vouches for; `roles` is None where it says nothing about roles."""

    subject: str
    name: str
    email: str
    email_verified: bool
    tenant: str | None
    tenant_name: str | None
    roles: frozenset[str] | None
    sid: str | None
    """Names their session at the provider."""


def person_of(claims: Mapping[str, Any], *, tenant_claim: str, roles_claim: str) -> Person:
    """Raises `sign_in_failed` when the claims can't name a person or a tenant."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or _CONTROL.search(subject):
        raise _unusable("sub")
    email = _text(claims.get("email"), 320)
    name = _text(claims.get("name"), 200) or _text(claims.get("preferred_username"), 200) or email or subject
    return Person(
        subject=subject,
        name=name,
        email=email,
        email_verified=bool(email) and claims.get("email_verified") is True,
        tenant=_tenant(claim(claims, tenant_claim), tenant_claim),
        tenant_name=_text(claims.get("tenant_name"), 200) or None,
        roles=_roles(claim(claims, roles_claim)),
        sid=_text(claims.get("sid"), 500) or None,
    )


def tenant_id(issuer_key: str, tenant: str | None) -> UUID:
    """The same provider and claim are the same tenant, known before the first look into the database. People for whom
    the provider names no tenant share one that no claim can name."""
    return uuid5(_TENANTS, issuer_key if tenant is None else f"{issuer_key}\n{tenant}")


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or, where there is none, by its path (`realm_access.roles`)."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _tenant(value: Any, name: str) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > 200 or _CONTROL.search(value):
        raise _unusable(name)
    return value


def _roles(value: Any) -> frozenset[str] | None:
    if value is None:
        return None
    named = re.split(r"[\s,]+", value) if isinstance(value, str) else value
    known = {role for role in named if role in ROLES} if isinstance(named, list) else set()
    return frozenset(known or {"member"})


def _text(value: Any, limit: int) -> str:
    return _CONTROL.sub(" ", value).strip()[:limit] if isinstance(value, str) else ""


def _unusable(name: str) -> Problem:
    return Problem("sign_in_failed", 400, f"The identity provider sent a claim {name!r} that can't be used.")
