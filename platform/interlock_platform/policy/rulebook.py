"""The rules of a tenant, ready to judge by: compiled once, and found by what a call is about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, cast
from uuid import UUID

from interlock_graphs.conditions import BadCondition, Unanswerable, compile_condition
from interlock_platform.policy.facts import Facts
from interlock_platform.policy.judge import Answer, Layer, Rule, VerdictKind
from interlock_platform.policy.terms import Expiry, Need, Outcome
from interlock_platform.tables import policy as tables

Key = tuple[str | None, str | None, UUID | None, UUID | None]
"""Server, tool, user and thread that a rule is about; None is any."""


@dataclass(frozen=True)
class Version:
    """The greatest change of the operator's rules, and of the tenant's; deleting one is a change."""

    platform: int
    tenant: int

    def __str__(self) -> str:
        return f"{self.platform}.{self.tenant}"


class RuleBook:
    """Rules under a version."""

    def __init__(self, version: Version, rules: Iterable[Rule]) -> None:
        self.version = version
        self._by_key: dict[Key, list[Rule]] = {}
        self.size = 0
        for rule in rules:
            self._by_key.setdefault(key_of(rule), []).append(rule)
            self.size += 1

    def about(self, facts: Facts) -> list[Rule]:
        """The rules that can be about the call, in no particular order."""
        named = (facts.server_id, facts.tool, facts.requester, facts.thread_id)
        keys = product(*(((None, each) if each is not None else (None,)) for each in named))
        return [rule for key in keys for rule in self._by_key.get(cast(Key, key), ())]

    def without_condition(self, facts: Facts) -> list[Rule]:
        """Those of them that hold whatever the arguments are."""
        return [rule for rule in self.about(facts) if rule.applies is _always]


def key_of(rule: Rule) -> Key:
    return rule.server_id, rule.tool, rule.user_id, rule.thread_id


def rules_of(rows: Sequence[tables.Rule]) -> list[Rule]:
    """The rows that are switched on, as the judge reads them."""
    return [rule_of(row) for row in rows if row.enabled]


def rule_of(row: tables.Rule) -> Rule:
    need, expiry = need_of(row.name, row.approvers), row.expiry
    return Rule(
        id=row.id,
        layer=cast(Layer, row.layer),
        name=row.name,
        verdict=cast(VerdictKind, row.verdict),
        applies=applies(row.condition),
        server_id=row.server_id,
        tool=row.tool,
        user_id=row.user_id,
        thread_id=row.thread_id,
        needs=(need,) if need else (),
        expiry=Expiry(
            row.name, expiry["minutes"], cast(Outcome, expiry["then"]), need_of(row.name, expiry.get("to"))
        )
        if expiry
        else None,
        extend=expiry["extend"] if expiry else True,
        grants=row.grants,
        critical=row.critical,
        note=row.note,
    )  # fmt: skip


def need_of(rule: str, approvers: Mapping[str, Any] | None) -> Need | None:
    """What a rule's `approvers` ask for."""
    if approvers is None:
        return None
    users = tuple(UUID(user) for user in approvers["users"])
    return Need(rule, tuple(approvers["roles"]), users, approvers["count"], approvers["not_requester"])


def applies(condition: str | None) -> Callable[[Facts], tuple[Answer, str]]:
    """How a rule or a grant with this condition answers; one that is no longer understood can't be evaluated."""
    if condition is None:
        return _always
    try:
        compiled = compile_condition(condition)
    except BadCondition as bad:
        sentence = f"The condition is not understood: {bad.message}"
        return lambda facts: ("error", sentence)

    def answer(facts: Facts) -> tuple[Answer, str]:
        holds = compiled.holds(facts.situation)
        if isinstance(holds, Unanswerable):
            return "error", holds.why
        return ("yes", f"{condition} holds.") if holds else ("no", f"{condition} does not hold.")

    return answer


def _always(facts: Facts) -> tuple[Answer, str]:
    return "yes", ""
