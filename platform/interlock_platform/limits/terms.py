"""Whose limits say what: a pure function of what the operator and a tenant's admins have set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from interlock_platform.limits.kinds import BUDGETS
from interlock_platform.tables.limits import Limit

Whose = Literal["person", "tenant"]


@dataclass(frozen=True)
class Term:
    """An amount that holds for somebody, and who said so."""

    amount: int
    source: Literal["operator", "tenant", "everybody", "role", "user"]


@dataclass(frozen=True)
class Terms:
    """All that holds in one tenant; `person` and `tenant` are the operator's amounts."""

    person: Mapping[str, int]
    tenant: Mapping[str, int]
    limits: tuple[Limit, ...]

    def of_tenant(self, kind: str) -> Term | None:
        """For all of the tenant together."""
        return _lower(self._set("tenant", kind), "tenant", self.tenant.get(kind))

    def of_person(self, kind: str, user_id: UUID, roles: Iterable[str]) -> Term | None:
        """One's own before those of one's roles, of which the greatest holds, before everybody's."""
        ceiling = self.person.get(kind)
        own = self._set("user", kind, user_id=user_id)
        if own is not None:
            return _lower(own, "user", ceiling)
        of_roles = [each for role in roles if (each := self._set("role", kind, role=role)) is not None]
        if of_roles:
            return _lower(max(of_roles), "role", ceiling)
        return _lower(self._set("everybody", kind), "everybody", ceiling)

    def asks_for_roles(self, kind: str) -> bool:
        """Whether it matters which roles somebody has."""
        return any(each.scope == "role" and each.kind == kind for each in self.limits)

    def has_budgets(self) -> bool:
        """Whether anybody of the tenant has any."""
        names = {kind.name for kind in BUDGETS}
        return not names.isdisjoint({*self.person, *self.tenant, *(each.kind for each in self.limits)})

    def _set(self, scope: str, kind: str, *, role: str | None = None, user_id: UUID | None = None) -> int | None:
        for each in self.limits:
            if (each.scope, each.kind, each.role, each.user_id) == (scope, kind, role, user_id):
                return each.amount
        return None


def _lower(
    amount: int | None, source: Literal["tenant", "everybody", "role", "user"], ceiling: int | None
) -> Term | None:
    """What an admin set, but never above what the operator lets them."""
    if ceiling is not None and (amount is None or ceiling < amount):
        return Term(ceiling, "operator")
    return Term(amount, source) if amount is not None else None
