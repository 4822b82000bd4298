"""What somebody, or everybody, has used, and what is left of what they may."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from interlock_platform.database import Database, Scope
from interlock_platform.limits import store
from interlock_platform.limits.budgets import Budgets
from interlock_platform.limits.kinds import BUDGETS, KINDS, MICROS, Kind
from interlock_platform.limits.knowing import Knowing
from interlock_platform.limits.operator import OperatorLimits
from interlock_platform.limits.store import Times
from interlock_platform.limits.terms import Term, Whose
from interlock_platform.principal import Principal
from interlock_platform.tables.conversation import Run
from interlock_platform.tables.limits import Usage

MOST_DAYS = 92
RUNS = 20


class Reports:
    """Reads; nothing here changes anything."""

    def __init__(self, database: Database, knowing: Knowing, operator: OperatorLimits, budgets: Budgets) -> None:
        self._database = database
        self._knowing = knowing
        self._operator = operator
        self._model = budgets.model

    async def own(self, who: Principal) -> dict[str, Any]:
        """What the caller used of late, run by run, and what is left for them."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            times = await store.times(session)
            days = await store.usage(session, times.today - timedelta(days=30), times.today, who.user_id)
            runs = await store.latest_runs(session, who.user_id, RUNS)
            return {
                **self._money(),
                "limits": await self._standing(session, who, times),
                "days": [{"day": each.day.isoformat(), **_used(each)} for each in days],
                "runs": [_run(run, title, at.isoformat() if at else None) for run, title, at in runs],
            }

    async def of_tenant(self, who: Principal, since: date | None, until: date | None) -> dict[str, Any]:
        """What everybody used from a day to a day; without them, this month (UTC)."""
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            times = await store.times(session)
            last = until or times.today
            first = max(since or times.month, last - timedelta(days=MOST_DAYS))
            totals = await store.totals(session, first, last)
            names = await store.names(session)
            standing = await self._standing(session, who, times)
        return {
            **self._money(),
            "from": first.isoformat(),
            "to": last.isoformat(),
            "limits": [each for each in standing if each["of"] == "tenant"],
            "people": [
                {
                    "user": {"id": str(each.user_id), "name": names[each.user_id]},
                    "model": each.model,
                    **_counts(*each.counts),
                }
                for each in totals
            ],
        }

    def _money(self) -> dict[str, Any]:
        return {
            "currency": self._operator.currency,
            "model": self._model,
            "priced": self._model in self._operator.prices,
        }

    async def _standing(self, session: AsyncSession, who: Principal, times: Times) -> list[dict[str, Any]]:
        terms = await self._knowing.terms(who.tenant_id)
        found: list[dict[str, Any]] = []
        for kind in KINDS.values():
            own = terms.of_person(kind.name, who.user_id, who.roles)
            whole = terms.of_tenant(kind.name)
            asked: Iterable[tuple[Whose, Term | None]] = (("person", own), ("tenant", whole))
            for whose, term in asked:
                if term is not None:
                    found.append(await self._one(session, who, kind, whose, term, times))
        return found

    @staticmethod
    async def _one(
        session: AsyncSession, who: Principal, kind: Kind, whose: Whose, term: Term, times: Times
    ) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "kind": kind.name, "of": whose, "amount": kind.shown(term.amount), "source": term.source,
            "used": None, "left": None, "until": None,
        }  # fmt: skip
        if kind in BUDGETS:
            of = who.user_id if whose == "person" else None
            used = await store.used(session, kind, times.today if kind.period == "day" else times.month, of)
            wire["used"] = kind.shown(used)
            wire["left"] = kind.shown(max(term.amount - used, 0))
            wire["until"] = times.ends(kind.period).isoformat()
        return wire


def _used(row: Usage) -> dict[str, Any]:
    counts = _counts(row.input_tokens, row.output_tokens, row.cost, row.calls, row.answers)
    return {"model": row.model, **counts}


def _counts(input_tokens: int, output_tokens: int, cost: int, calls: int, answers: int) -> dict[str, Any]:
    return {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "cost": cost / MICROS,
        "calls": calls,
        "answers": answers,
    }


def _run(run: Run, title: str, at: str | None) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "thread_id": str(run.thread_id),
        "title": title,
        "at": at,
        "state": run.state,
        "input_tokens": run.input_tokens,
        "output_tokens": run.output_tokens,
        "cost": run.cost / MICROS,
    }
