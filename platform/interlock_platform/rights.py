"""What each role may do: one table for every door."""

from typing import Literal

from interlock_platform.errors import Problem
from interlock_platform.principal import Principal

RIGHTS: dict[str, tuple[tuple[str, ...], str]] = {
    "runs.start": (("owner", "admin", "approver", "member"), "have an agent work for them"),
    "approvals.see_all": (("owner", "admin", "approver"), "see what waits in the whole organisation"),
    "policy.manage": (("owner", "admin"), "manage the policy"),
    "grants.manage": (("owner", "admin"), "manage other people's grants"),
    "servers.manage": (("owner", "admin"), "manage the organisation's servers"),
    "members.manage": (("owner", "admin"), "say who belongs to the organisation, and as what"),
    "members.see": (("owner", "admin", "approver"), "see who belongs to the organisation"),
    "features.manage": (("owner", "admin"), "switch features"),
    "data.manage": (("owner",), "take out, keep or delete what the organisation has"),
    "limits.manage": (("owner", "admin"), "set limits, and see what everybody uses"),
    "audit.read": (("owner", "admin"), "read the record"),
    "keys.manage": (("owner", "admin"), "manage the organisation's API keys"),
}
"""Right -> the roles that have it, and what it lets them do, in words."""

ScopeName = Literal["runs.start", "tools.call", "tools.connect", "threads.read"]
SCOPES: dict[ScopeName, str] = {
    "runs.start": "Start and stop runs",
    "tools.call": "Call tools in the runs that it starts",
    "tools.connect": "Connect servers and disconnect them",
    "threads.read": "Read chats, what happens in them, and what waits",
}
"""What a program's key may be made for, in words. It never decides, and never changes who may do what."""


def has(roles: frozenset[str], right: str) -> bool:
    return not roles.isdisjoint(RIGHTS[right][0])


def rights_of(roles: frozenset[str]) -> list[str]:
    """What somebody with these roles may do."""
    return [right for right in RIGHTS if has(roles, right)]


def require(who: Principal, right: str) -> None:
    """Raises `forbidden`, naming the roles that would do."""
    if not has(who.roles, right):
        roles, words = RIGHTS[right]
        who_may = " or ".join(filter(None, (", ".join(roles[:-1]), roles[-1])))
        raise Problem("forbidden", 403, f"Only an {who_may} may {words}. Ask one of them.")
