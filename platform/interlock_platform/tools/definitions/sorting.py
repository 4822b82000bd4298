"""Which of the definitions that a server gives may be used: those seen first, and those that somebody accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from interlock_handlers.definition import ToolDefinition

Decision = Literal["first", "set_aside", "accepted"]
Decisions = Mapping[str, Mapping[str, Decision]]
"""Tool -> hash -> what was decided about that definition of it."""

TRUSTED: tuple[Decision, ...] = ("first", "accepted")
FEWEST_CHANGED = 3
"""So many tools have to change at once before a whole server is quarantined, and more than half of them."""


@dataclass(frozen=True)
class Sorted:
    """`admitted` may be used, `fresh` among them for the first time; `set_aside` waits for somebody to accept it.

    In quarantine nothing is admitted, not even what did not change.
    """

    admitted: tuple[ToolDefinition, ...]
    fresh: tuple[ToolDefinition, ...]
    set_aside: tuple[ToolDefinition, ...]
    quarantined: bool


def sort_out(declared: Sequence[ToolDefinition], decisions: Decisions) -> Sorted:
    """Trust on first use: a tool that is known by other definitions only is set aside."""
    trusted: list[ToolDefinition] = []
    fresh: list[ToolDefinition] = []
    aside: list[ToolDefinition] = []
    changed = known = 0
    for definition in declared:
        said = decisions.get(definition.name, {})
        is_known = any(decision in TRUSTED for decision in said.values())
        is_trusted = said.get(definition.hash) in TRUSTED
        known += is_known
        changed += is_known and not is_trusted
        if is_trusted:
            trusted.append(definition)
        else:
            (aside if said else fresh).append(definition)
    quarantined = changed >= FEWEST_CHANGED and changed * 2 > known
    if quarantined:
        # What is new on a server that is not itself any more is no more to be trusted than what changed.
        return Sorted((), (), (*aside, *fresh), quarantined=True)
    admitted = {definition.name for definition in (*trusted, *fresh)}
    in_order = tuple(each for each in declared if each.name in admitted)
    return Sorted(in_order, tuple(fresh), tuple(aside), quarantined=False)
