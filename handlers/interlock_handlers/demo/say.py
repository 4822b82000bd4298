"""Outcomes of calls in sentences."""

import re
from collections.abc import Mapping
from typing import Any

from interlock_handlers.demo.outcome import Outcome
from interlock_handlers.demo.phrase import describe_call, tool_label
from interlock_handlers.demo.result import tell_result


def tell(name: str, arguments: Mapping[str, Any], outcome: Outcome, spoken: str, person: str | None) -> str:
    """One call's outcome; `spoken` is what the person wrote, `person` their name where it is known."""
    arguments = outcome.edited or arguments
    action = describe_call(name, arguments, spoken)
    who = _who(outcome, person)
    match outcome.ending:
        case "rejected":
            return f"I did not {action}: {who} rejected it" + (f" ({outcome.reason})." if outcome.reason else ".")
        case "answered":
            return f"I did not {action}, because {who} answered instead: \u201c{outcome.text.strip()}\u201d"
        case "not_run":
            return f"I did not {action}. {outcome.text}"
        case "unknown":
            return f"I do not know whether I could {action}. {outcome.text}"
        case "failed":
            said = re.sub(r"^Error executing tool \S+:\s*", "", outcome.text)
            return f"I could not {action}. {tool_label(name)} said: \u201c{said}\u201d"
        case "done":
            told = tell_result(name, arguments, outcome.text, spoken)
            return f"{told} ({who.capitalize()} changed what I had asked for.)" if outcome.edited else told


def _who(outcome: Outcome, person: str | None) -> str:
    if outcome.by is None or outcome.by.lower() == "the user":
        return "you"
    another = (person is not None and outcome.by != person) or "policy" in outcome.by.lower()
    return outcome.by if another else "you"
