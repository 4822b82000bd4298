"""Whether somebody may do something now: asked before the work begins."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from interlock_platform.database import Database, Scope
from interlock_platform.http.rates import Rate
from interlock_platform.limits import store
from interlock_platform.limits.budgets import Budgets
from interlock_platform.limits.kinds import KINDS
from interlock_platform.limits.knowing import Knowing
from interlock_platform.limits.rates import Rates
from interlock_platform.limits.refusals import SECONDS, too_fast, too_many_sockets
from interlock_platform.limits.terms import Term, Whose
from interlock_platform.principal import Principal

TENANT_SUBJECT = "tenant"


class Admission:
    """The same for every door."""

    def __init__(self, database: Database, knowing: Knowing, rates: Rates, budgets: Budgets) -> None:
        self._database = database
        self._knowing = knowing
        self._rates = rates
        self._budgets = budgets

    async def request(self, who: Principal) -> Sequence[Rate]:
        """Counts a request or an event; what is left of them. Raises `too_many_requests`."""
        return await self._take(who.tenant_id, who.user_id, who.roles, "requests_per_minute", 1)

    async def message(self, who: Principal) -> None:
        """Counts a message. Raises `too_many_messages`, and `budget_used_up` where nothing is left."""
        await self._take(who.tenant_id, who.user_id, who.roles, "messages_per_minute", 1)
        await self._budgets.require_some(who.tenant_id, who.user_id)

    async def going_on(self, who: Principal) -> None:
        """Before a run that stopped goes on. Raises `budget_used_up`."""
        await self._budgets.require_some(who.tenant_id, who.user_id)

    async def calls(self, tenant_id: UUID, user_id: UUID, count: int) -> None:
        """Counts the tool calls that an agent wants. Raises `too_many_calls`."""
        roles: Iterable[str] = ()
        if (await self._knowing.terms(tenant_id)).asks_for_roles("calls_per_minute"):
            async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
                user = await store.user(session, user_id)
            roles = user.roles if user else ()
        await self._take(tenant_id, user_id, roles, "calls_per_minute", count)

    async def socket(self, who: Principal, opened: int) -> None:
        """Before one more than these is opened. Raises `too_many_sockets`."""
        term = (await self._knowing.terms(who.tenant_id)).of_person("sockets", who.user_id, who.roles)
        if term is not None and opened >= term.amount:
            raise too_many_sockets(term.amount)

    async def _take(
        self, tenant_id: UUID, user_id: UUID, roles: Iterable[str], kind: str, amount: int
    ) -> Sequence[Rate]:
        terms = await self._knowing.terms(tenant_id)
        taken: list[Rate] = []
        asked: tuple[tuple[Whose, str, Term | None], ...] = (
            ("person", str(user_id), terms.of_person(kind, user_id, roles)),
            ("tenant", TENANT_SUBJECT, terms.of_tenant(kind)),
        )
        for whose, subject, term in asked:
            if term is None:
                continue
            standing = await self._rates.take(tenant_id, subject, kind, term.amount, amount)
            if not standing.granted:
                raise too_fast(KINDS[kind], whose, term.amount, standing.seconds)
            name = kind if whose == "person" else f"tenant_{kind}"
            taken.append(Rate(name, term.amount, SECONDS[KINDS[kind].period], standing.left, standing.seconds))
        return taken
