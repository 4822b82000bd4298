"""What each role may do: one table for every door."""

from interlock_platform.errors import Problem
from interlock_platform.principal import Principal

RIGHTS: dict[str, tuple[frozenset[str], str]] = {
    "runs.start": (frozenset({"owner", "admin", "approver", "member"}), "have an agent work for them"),
    "approvals.see_all": (frozenset({"owner", "admin", "approver"}), "see what waits in the whole organisation"),
    "policy.manage": (frozenset({"owner", "admin"}), "manage the policy"),
    "grants.manage": (frozenset({"owner", "admin"}), "manage other people's grants"),
    "members.see": (frozenset({"owner", "admin", "approver"}), "see who belongs to the organisation"),
    "audit.read": (frozenset({"owner", "admin"}), "read the record"),
}
"""Right -> the roles that have it, and what it lets them do, in words."""


def has(roles: frozenset[str], right: str) -> bool:
    return not roles.isdisjoint(RIGHTS[right][0])


def require(who: Principal, right: str) -> None:
    """Raises `forbidden`, naming the roles that would do."""
    if not has(who.roles, right):
        roles, words = RIGHTS[right]
        raise Problem("forbidden", 403, f"Only {' or '.join(sorted(roles))} may {words}. Ask one of them.")
