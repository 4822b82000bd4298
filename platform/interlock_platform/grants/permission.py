"""Whether the policy lets a permission be given at all."""

import re
from collections.abc import Iterable, Sequence

from interlock_platform.grants.offer import Offer
from interlock_platform.policy.judging import Judged
from interlock_platform.tables.policy import Rule

DESTROYS = "tools that destroy"
"""Stands in the place of a rule: what such a tool does is asked about each time."""


def forbidden_by(offer: Offer, rules: Iterable[Rule], judged: Sequence[Judged]) -> str | None:
    """The name of the rule that forbids the grant; None where it may be given.

    `rules` are those about every call of the offer's reach that deny or permit no grants, the highest first; `judged`
    is the policy's word on such calls. A rule whose condition holds for some calls of the reach and not for others
    forbids nothing here: the grant does not apply where the rule does, and the judge sees to that call by call.
    Rules of one person or one chat stand in the same way above a grant that reaches further.
    """
    if any(each.facts.risk == "destroys" for each in judged):
        return DESTROYS
    matched = {looked.rule_id for each in judged for looked in each.verdict.trace if looked.matched}
    return next((rule.name for rule in rules if str(rule.id) in matched and not varies(rule.condition, offer)), None)


def varies(condition: str | None, offer: Offer) -> bool:
    """Whether a condition looks at what is not the same for all calls that the offer is for.

    A condition that only spells such a name counts as well; the judge is there for it.
    """
    open_facts = (("arguments", offer.arguments), ("requester", offer.user_id))
    return any(
        re.search(rf"\b{name}\b", condition) for name, fixed in open_facts if condition is not None and fixed is None
    )
