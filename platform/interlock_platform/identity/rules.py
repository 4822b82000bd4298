"""What a provider's claims mean here: which tenants they name, and as what somebody is there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from interlock_platform.identity.claims import ROLES, Person, claim, has_control, plain_text, unusable

DEFAULT_TENANT = "default"

_TENANTS = UUID("6f0a3f0e-5a5c-5e0b-9d3a-0c1d7a4e2b91")
_OWN = "tenant:"
_OPERATORS = "named by the operator"


@dataclass(frozen=True)
class ByClaim:
    """Each value of the claim is a tenant of this provider's. Who has none is in one that no value can name, or, where
    it is `required`, in none."""

    claim: str
    required: bool = False


@dataclass(frozen=True)
class When:
    """The tenant of everybody, or of those whose claim has the value, or whose verified address is of the domain.

    `tenant` is a name of the operator's, or the id of a tenant that exists.
    """

    tenant: str
    name: str | None = None
    claim: str | None = None
    value: str | None = None
    email_domain: str | None = None


@dataclass(frozen=True)
class Roles:
    """`known` says what a value of the claim is here; without it, values are our own names.

    Whoever has no known value is `otherwise`; without that they are not let in.
    """

    claim: str
    known: Mapping[str, str] | None = None
    otherwise: str | None = "member"


@dataclass(frozen=True)
class Rules:
    """`create`: whoever is named gets an account at once, and otherwise only by an invitation.

    `leave`: who is named no more loses the access that being named gave.
    """

    tenants: ByClaim | tuple[When, ...]
    roles: Roles
    create: bool = True
    leave: bool = False


@dataclass(frozen=True)
class Place:
    """A tenant that the claims name. `roles` is None where they say nothing about roles, `slug` where the tenant has to
    be there already."""

    tenant_id: UUID
    slug: str | None
    name: str | None
    roles: frozenset[str] | None


def places_of(claims: Mapping[str, Any], person: Person, rules: Rules, issuer_key: str) -> tuple[Place, ...]:
    """In the order of the rules, each tenant once. Raises `sign_in_failed` for a claim that can't name a tenant."""
    said, roles = _roles(claim(claims, rules.roles.claim), rules.roles)
    if not said:
        return ()
    if isinstance(rules.tenants, ByClaim):
        return _by_claim(claims, rules.tenants, issuer_key, roles)
    places: dict[UUID, Place] = {}
    for when in rules.tenants:
        if _holds(when, claims, person):
            place = _place(when, roles)
            places.setdefault(place.tenant_id, place)
    return tuple(places.values())


def tenant_id(issuer_key: str, tenant: str | None) -> UUID:
    """The same provider and claim are the same tenant, known before the first look into the database. People for whom
    the provider names no tenant share one that no claim can name."""
    return uuid5(_TENANTS, issuer_key if tenant is None else f"{issuer_key}\n{tenant}")


def own_key(tenant_id: UUID, issuer: str) -> str:
    """Stands for a provider that a tenant entered: whom it vouches for is known in that tenant, and nowhere else."""
    return f"{_OWN}{tenant_id}:{issuer}"


def known_in(issuer_key: str, tenant_id: UUID) -> bool:
    """Whether people of this provider can be known in the tenant: those of another tenant's own never are."""
    return not issuer_key.startswith(_OWN) or issuer_key.startswith(own_key(tenant_id, ""))


def issuer_of(issuer_key: str) -> str:
    """The provider, as people read it."""
    return issuer_key.split(":", 2)[2] if issuer_key.startswith(_OWN) else issuer_key


def named_tenant_id(name: str) -> UUID:
    """Of a tenant that the operator names: the same, whichever provider its people come by."""
    return tenant_id(_OPERATORS, name)


def _by_claim(
    claims: Mapping[str, Any], by: ByClaim, issuer_key: str, roles: frozenset[str] | None
) -> tuple[Place, ...]:
    named = _tenant(claim(claims, by.claim), by.claim)
    if named is None and by.required:
        return ()
    name = plain_text(claims.get("tenant_name"), 200) or None
    return (Place(tenant_id(issuer_key, named), named or DEFAULT_TENANT, name, roles),)


def _holds(when: When, claims: Mapping[str, Any], person: Person) -> bool:
    if when.email_domain is not None:
        # An address that nobody verified is what somebody wrote down.
        name, _, domain = person.email.rpartition("@")
        return person.email_verified and bool(name) and domain.casefold() == when.email_domain.casefold()
    return when.claim is None or when.value in _values(claim(claims, when.claim))


def _place(when: When, roles: frozenset[str] | None) -> Place:
    try:
        return Place(UUID(when.tenant), None, None, roles)
    except ValueError:
        return Place(named_tenant_id(when.tenant), when.tenant, when.name, roles)


def _roles(value: Any, rules: Roles) -> tuple[bool, frozenset[str] | None]:
    """Whether somebody is let in, and as what."""
    if value is None and rules.known is None:
        return True, None
    known = rules.known if rules.known is not None else {role: role for role in ROLES}
    found = {known[each] for each in _values(value) if each in known}
    if not found and rules.otherwise is not None:
        found = {rules.otherwise}
    return bool(found), frozenset(found)


def _values(value: Any) -> frozenset[str]:
    """Of a claim that is a list, or a text with spaces or commas in it, which is also taken as a whole."""
    if isinstance(value, bool):
        return frozenset()
    if isinstance(value, (str, int)):
        return frozenset({str(value), *re.split(r"[\s,]+", str(value))})
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()


def _tenant(value: Any, name: str) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > 200 or has_control(value):
        raise unusable(name)
    return value
