"""The terms of a question: who may answer it, until when, and what happens if nobody does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

Outcome = Literal["reject", "cancel", "escalate"]
"""What happens to a call that nobody decided: it alone ends, its whole run ends, or others are asked."""


@dataclass(frozen=True)
class Need:
    """`count` different people of these roles, or of these by name, have to approve."""

    rule: str
    roles: tuple[str, ...] = ()
    users: tuple[UUID, ...] = ()
    count: int = 1
    not_requester: bool = False

    def counts(self, user_id: UUID, roles: frozenset[str], requester: UUID) -> bool:
        """Whether this person's approval counts."""
        if self.not_requester and user_id == requester:
            return False
        return user_id in self.users or not roles.isdisjoint(self.roles)

    def wire(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "roles": list(self.roles),
            "users": [str(each) for each in self.users],
            "count": self.count,
            "not_requester": self.not_requester,
        }


@dataclass(frozen=True)
class Expiry:
    """`minutes` until the outcome; `to` is asked then if it is `escalate`, and for as long again."""

    rule: str
    minutes: int
    then: Outcome = "reject"
    to: Need | None = None

    def wire(self) -> dict[str, Any]:
        to = self.to.wire() if self.to else None
        return {"rule": self.rule, "minutes": self.minutes, "then": self.then, "to": to}


@dataclass(frozen=True)
class Terms:
    """Without needs, the requester decides alone. `extend`: a click gives it as much time again. `refused` names the
    rule that lets nobody remember the answer as a grant; None where grants may be made. `escalated`: those who were
    asked first did not answer in time."""

    needs: tuple[Need, ...] = ()
    expiry: Expiry | None = None
    extend: bool = True
    refused: str | None = None
    escalated: bool = False
    critical: str | None = None
    """The rule that wants whoever lets the call run to have signed in a moment ago."""

    def after_escalation(self) -> "Terms":
        """Others are asked in the place of those whom the same rule named; the next time nobody answers, it ends."""
        if self.expiry is None or self.expiry.to is None:
            return self
        others = tuple(need for need in self.needs if need.rule != self.expiry.rule)
        ending = replace(self.expiry, then="reject", to=None)
        return replace(self, needs=(*others, self.expiry.to), expiry=ending, escalated=True)

    def satisfied_by(self, approved: Mapping[UUID, frozenset[str]], requester: UUID) -> bool:
        """Whether these people's approvals (their roles by their ids) are enough."""
        if not self.needs:
            return requester in approved
        return all(
            sum(need.counts(user_id, roles, requester) for user_id, roles in approved.items()) >= need.count
            for need in self.needs
        )

    def decider(self, user_id: UUID, roles: frozenset[str], requester: UUID) -> bool:
        """Whether this person's approval would count towards anything."""
        if not self.needs:
            return user_id == requester
        return any(need.counts(user_id, roles, requester) for need in self.needs)

    def wire(self) -> dict[str, Any]:
        return {
            "needs": [need.wire() for need in self.needs],
            "expiry": self.expiry.wire() if self.expiry else None,
            "extend": self.extend,
            "refused": self.refused,
            "escalated": self.escalated,
            "critical": self.critical,
        }


def read_terms(stored: Mapping[str, Any]) -> Terms:
    """What `Terms.wire` wrote; nothing at all means that the requester decides."""
    expiry = stored.get("expiry")
    return Terms(
        needs=tuple(read_needs(stored.get("needs", ()))),
        expiry=Expiry(expiry["rule"], expiry["minutes"], expiry["then"], next(iter(read_needs([expiry["to"]])), None))
        if expiry
        else None,
        extend=stored.get("extend", True),
        refused=stored.get("refused"),
        escalated=stored.get("escalated", False),
        critical=stored.get("critical"),
    )


def read_needs(stored: Iterable[Mapping[str, Any] | None]) -> Iterable[Need]:
    for each in stored:
        if each:
            users = tuple(UUID(user) for user in each["users"])
            yield Need(each["rule"], tuple(each["roles"]), users, each["count"], each["not_requester"])
