"""What models and tools may use in a day and in a month: held before a model is asked, settled with what it reports.

What is held counts while the work is under way, whoever else looks; what was used is written in the transaction that
stores the answer, so that neither is lost or counted twice when a process dies.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.database import Database, Scope
from interlock_platform.limits import store
from interlock_platform.limits.kinds import BUDGETS, Kind
from interlock_platform.limits.knowing import Knowing
from interlock_platform.limits.operator import OperatorLimits
from interlock_platform.limits.refusals import used_up
from interlock_platform.limits.terms import Term, Terms, Whose
from interlock_platform.tables.conversation import Run


@dataclass(frozen=True)
class Amounts:
    """Tokens and calls, of something that was used or is about to be."""

    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0


class Budgets:
    """The same for runs, for what servers want written, and for tool calls; `model` is the one that answers here."""

    def __init__(self, database: Database, knowing: Knowing, operator: OperatorLimits, model: str) -> None:
        self._database = database
        self._knowing = knowing
        self._operator = operator
        self.model = model

    @property
    def currency(self) -> str:
        return self._operator.currency

    async def require_some(self, tenant_id: UUID, user_id: UUID) -> None:
        """Raises `budget_used_up` where nothing at all is left for somebody."""
        if not (await self._knowing.terms(tenant_id)).has_budgets():
            return
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            await self._require(session, tenant_id, user_id, Amounts(input_tokens=1), BUDGETS, None)

    async def reserve(self, tenant_id: UUID, user_id: UUID, thread_id: UUID, work_id: UUID, about: Amounts) -> None:
        """Holds about so much for a run or for what a server wants written. Raises `budget_used_up`."""
        if not (await self._knowing.terms(tenant_id)).has_budgets():
            return
        kinds = [kind for kind in BUDGETS if kind.unit != "calls"]
        cost = self._operator.cost(self.model, about.input_tokens, about.output_tokens)
        tokens = about.input_tokens + about.output_tokens
        async with self._database.transaction(Scope(tenant_id=tenant_id)) as session:
            await store.hold_budgets(session, tenant_id)
            await self._require(session, tenant_id, user_id, about, kinds, work_id)
            await store.reserve(session, user_id, thread_id, work_id, tokens, cost)

    async def require_calls(self, session: AsyncSession, tenant_id: UUID, user_id: UUID, count: int) -> None:
        """Before so many calls are entered by this transaction. Raises `budget_used_up`."""
        if (await self._knowing.terms(tenant_id)).has_budgets():
            kinds = [kind for kind in BUDGETS if kind.unit == "calls"]
            await store.hold_budgets(session, tenant_id)
            await self._require(session, tenant_id, user_id, Amounts(calls=count), kinds, None)

    async def settle_run(
        self, session: AsyncSession, user_id: UUID, run: Run, used: Amounts, answer: UUID | None = None
    ) -> None:
        """Writes down what an answer of a run took, in the transaction that stores the answer.

        The tokens of one `answer` count once, however often it is proposed.
        """
        again = answer is not None and run.settled == answer
        await self._settle(session, user_id, Amounts(calls=used.calls) if again else used, not again, run, answer)
        if run.tenant_id is not None:
            await self._release(session, run.tenant_id, run.thread_id, run.id)

    async def settle_writing(
        self, session: AsyncSession, tenant_id: UUID, user_id: UUID, thread_id: UUID, call_id: UUID, used: Amounts
    ) -> None:
        """Writes down what a server had written."""
        await self._settle(session, user_id, used, True, None, None)
        await self._release(session, tenant_id, thread_id, call_id)

    async def _settle(
        self, session: AsyncSession, user_id: UUID, used: Amounts, counts: bool, run: Run | None, answer: UUID | None
    ) -> None:
        await store.spend(
            session, user_id, self.model,
            input_tokens=used.input_tokens, output_tokens=used.output_tokens,
            cost=self._operator.cost(self.model, used.input_tokens, used.output_tokens),
            calls=used.calls, answers=int(counts), run=run, answer=answer,
        )  # fmt: skip

    async def _release(self, session: AsyncSession, tenant_id: UUID, thread_id: UUID, work_id: UUID) -> None:
        # Where there are no budgets nothing was held.
        if (await self._knowing.terms(tenant_id)).has_budgets():
            await store.release(session, thread_id, work_id)

    async def _require(
        self,
        session: AsyncSession,
        tenant_id: UUID,
        user_id: UUID,
        about: Amounts,
        kinds: Iterable[Kind],
        work_id: UUID | None,
    ) -> None:
        terms = await self._knowing.terms(tenant_id)
        times = await store.times(session)
        user = await store.user(session, user_id)
        for kind, whose, term in _terms_of(terms, kinds, user_id, user.roles if user else ()):
            of = user_id if whose == "person" else None
            since = times.today if kind.period == "day" else times.month
            taken = await store.used(session, kind, since, of) + await store.held(session, kind.unit, of, but=work_id)
            if taken + self._needed(kind, about) > term.amount:
                raise used_up(kind, whose, term.amount, self.currency, times.ends(kind.period), times.now)

    def _needed(self, kind: Kind, about: Amounts) -> int:
        if kind.unit == "calls":
            return about.calls
        if kind.unit == "tokens":
            return about.input_tokens + about.output_tokens
        # Something has to be left of it, whatever a price rounds to.
        return max(self._operator.cost(self.model, about.input_tokens, about.output_tokens), 1)


def _terms_of(
    terms: Terms, kinds: Iterable[Kind], user_id: UUID, roles: Sequence[str]
) -> Iterable[tuple[Kind, Whose, Term]]:
    for kind in kinds:
        if (own := terms.of_person(kind.name, user_id, roles)) is not None:
            yield kind, "person", own
        if (whole := terms.of_tenant(kind.name)) is not None:
            yield kind, "tenant", whole
