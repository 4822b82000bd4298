"""The limits of tenants as this process knows them: read once, and again when somebody changes them anywhere."""

from uuid import UUID

from interlock_platform.database import Database, Scope
from interlock_platform.limits import store
from interlock_platform.limits.operator import OperatorLimits
from interlock_platform.limits.rates import Rates
from interlock_platform.limits.terms import Terms
from interlock_platform.runs.bell import Bell
from interlock_platform.runs.store import USER_CHANNEL

NEWS = "limits"
"""What is rung for a tenant whose limits changed."""
MOST_KEPT = 5_000


class Knowing:
    """One per process."""

    def __init__(self, database: Database, operator: OperatorLimits, rates: Rates) -> None:
        self._database = database
        self._operator = operator
        self._rates = rates
        self._terms: dict[UUID, Terms] = {}
        self._changes = 0

    async def terms(self, tenant_id: UUID) -> Terms:
        """What holds in the tenant."""
        known = self._terms.get(tenant_id)
        return known if known is not None else await self._read(tenant_id)

    async def follow(self, bell: Bell) -> None:
        """Forgets what changed, until cancelled."""
        async for rung in bell.listen(USER_CHANNEL):
            if rung is None:
                self._changes += 1
                self._terms.clear()
                continue
            tenant, _, kind, _ = rung.split(":", 3)
            if kind == NEWS:
                self.forget(UUID(tenant))

    def forget(self, tenant_id: UUID) -> None:
        self._changes += 1
        self._terms.pop(tenant_id, None)
        self._rates.forget(tenant_id)

    async def _read(self, tenant_id: UUID) -> Terms:
        changes = self._changes
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            slug = await store.slug(session, tenant_id)
            limits = await store.limits(session)
        terms = Terms(self._operator.of_person(slug), self._operator.of_tenant(slug), tuple(limits))
        # A change that was rung while this was read is not forgotten: the next one reads again.
        if changes == self._changes:
            if len(self._terms) >= MOST_KEPT:
                self._terms.clear()
            self._terms[tenant_id] = terms
        return terms
