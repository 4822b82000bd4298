"""Whether a rule leaves somebody who could decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from interlock_platform.errors import Problem
from interlock_platform.policy.terms import Need
from interlock_platform.rights import has


@dataclass(frozen=True)
class Active:
    """Somebody who may sign in."""

    name: str
    roles: frozenset[str]


def require_deciders(needs: Iterable[Need], people: Mapping[UUID, Active], requester: UUID | None) -> None:
    """Raises `nobody_could_decide` unless each need can be met for at least one person who may ask.

    `people` are everybody active of the tenant; `requester` is who alone can ask, where the rule is about one person.
    """
    asking = {user_id for user_id, person in people.items() if has(person.roles, "runs.start")}
    requesters = asking & {requester} if requester is not None else asking
    for need in needs:
        enough = max((_eligible(need, people, each) for each in requesters), default=0)
        if enough < need.count:
            found = "nobody" if not enough else f"only {enough}"
            others = " beside the requester" if need.not_requester else ""
            raise Problem(
                "nobody_could_decide",
                422,
                f"“{need.rule}” asks for {need.count} to approve, and there is {found}{others} who could.",
            )


def _eligible(need: Need, people: Mapping[UUID, Active], requester: UUID) -> int:
    return sum(need.counts(user_id, person.roles, requester) for user_id, person in people.items())
