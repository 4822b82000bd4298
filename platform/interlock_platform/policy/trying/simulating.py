"""What a rule would have changed: recorded calls, judged by today's rules without it and with it."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from interlock_platform.database import Database, Scope
from interlock_platform.errors import not_found
from interlock_platform.policy import store as policy_store
from interlock_platform.policy.bodies import RuleBody
from interlock_platform.policy.facts import Effect, Facts, Risk
from interlock_platform.policy.judge import Grant, Rule, VerdictKind, judge
from interlock_platform.policy.rulebook import RuleBook, applies, rule_of, rules_of
from interlock_platform.policy.scope import scope_of
from interlock_platform.policy.service import Policies, columns
from interlock_platform.policy.trying import store
from interlock_platform.principal import Principal
from interlock_platform.tables import policy as tables

MOST_CALLS = 10_000
"""Looked at, newest first."""
MOST_SHOWN = 200
PERIOD = timedelta(days=30)
BATCH = 250


class GrantBook:
    """Every live grant of a tenant, found by what a call is about, in the order in which grants are used."""

    def __init__(self, rows: Iterable[tables.Grant]) -> None:
        self._by_tool: dict[tuple[str, str, str], list[tuple[tables.Grant, Grant]]] = {}
        for row in sorted(rows, key=_in_order):
            key = (row.server_id, row.tool, row.definition_hash)
            self._by_tool.setdefault(key, []).append((row, _read(row)))

    def about(self, facts: Facts, canonical: str) -> list[Grant]:
        return [
            grant
            for row, grant in self._by_tool.get((facts.server_id, facts.tool, facts.definition_hash), ())
            if row.user_id in (None, facts.requester)
            and row.thread_id in (None, facts.thread_id)
            and row.arguments in (None, canonical)
        ]


@dataclass(frozen=True)
class Trial:
    """Today's policy, the same with the rule in it, and all that verdicts depend on beside the calls."""

    before: RuleBook
    after: RuleBook
    touched: Sequence[Rule]
    grants: GrantBook
    people: Mapping[UUID, store.Person]
    classes: Mapping[tuple[str, str], tuple[str, str | None]]

    def try_on(self, calls: Sequence[store.Recorded]) -> list[tuple[store.Recorded, VerdictKind, VerdictKind]]:
        """The calls about which the two would not say the same."""
        changed = []
        for call in calls:
            facts = self._facts(call)
            if not any(rule.is_about(facts) for rule in self.touched):
                continue
            grants = self.grants.about(facts, call.arguments)
            before = judge(facts, self.before.about(facts), grants).verdict
            after = judge(facts, self.after.about(facts), grants).verdict
            if before != after:
                changed.append((call, before, after))
        return changed

    def _facts(self, call: store.Recorded) -> Facts:
        requester = self.people[call.user_id]
        effect, risk = self.classes.get((call.server_id, call.tool), ("at_most_once", None))
        return Facts(
            server_id=call.server_id,
            tool=call.tool,
            definition_hash=call.definition_hash,
            arguments=json.loads(call.arguments),
            requester=call.user_id,
            email=requester.email,
            roles=requester.roles,
            thread_id=call.thread_id,
            unattended=call.unattended,
            effect=cast(Effect, effect),
            risk=cast(Risk | None, risk),
        )


class Simulating:
    """Tries rules on what was recorded."""

    def __init__(self, database: Database, policies: Policies) -> None:
        self._database = database
        self._policies = policies

    async def simulate(
        self, who: Principal, body: RuleBody, *, replaces: UUID | None, since: datetime | None, until: datetime | None
    ) -> dict[str, Any]:
        """Raises what saving the rule would, and `not_found` for a rule to replace that is not there.

        People, roles, classes and grants are those of today: the question is about today's policy.
        """
        async with self._database.transaction(Scope(tenant_id=who.tenant_id)) as session:
            await self._policies.check(session, who, body, replaces)
            version, rows = await policy_store.rules(session)
            if replaces is not None and not any(row.id == replaces and row.tenant_id for row in rows):
                raise not_found()
            candidate = tables.Rule(id=replaces or uuid4(), **columns(body))
            kept = [row for row in rows if row.id != replaces]
            trial = Trial(
                before=RuleBook(version, rules_of(rows)),
                after=RuleBook(version, rules_of([*kept, candidate])),
                touched=[rule_of(each) for each in (candidate, *(row for row in rows if row.id == replaces))],
                grants=GrantBook(await store.live_grants(session)),
                people=await store.people(session),
                classes=await policy_store.classes(session),
            )
            until = until or await store.now(session)
            since = since or until - PERIOD
            looked_at, changed, last = 0, 0, None
            shown: list[dict[str, Any]] = []
            while looked_at < MOST_CALLS:
                calls = await store.calls(session, since, until, last, min(BATCH, MOST_CALLS - looked_at))
                if not calls:
                    break
                looked_at, last = looked_at + len(calls), (calls[-1].at, calls[-1].id)
                # Thousands of verdicts would hold up everybody else's requests.
                found = await asyncio.to_thread(trial.try_on, calls)
                changed += len(found)
                shown += [_wire(*each, trial.people) for each in found[: MOST_SHOWN - len(shown)]]
            more = looked_at == MOST_CALLS and bool(await store.calls(session, since, until, last, 1))
        return {"looked_at": looked_at, "truncated": more, "changed": changed, "calls": shown}


def _wire(
    call: store.Recorded, before: VerdictKind, after: VerdictKind, people: Mapping[UUID, store.Person]
) -> dict[str, Any]:
    return {
        "id": str(call.id),
        "at": call.at.isoformat(),
        "server": call.server_id,
        "tool": call.tool,
        "arguments": json.loads(call.arguments),
        "requester": {"id": str(call.user_id), "name": people[call.user_id].name},
        "before": before,
        "after": after,
    }


def _read(row: tables.Grant) -> Grant:
    return Grant(row.id, scope_of(row), row.given_by, row.unattended, applies(row.condition))


def _in_order(row: tables.Grant) -> tuple[Any, ...]:
    bounds = (row.uses_left is not None, row.user_id is None, row.thread_id is None, row.arguments is None)
    return (*bounds, row.given_at, row.id)
