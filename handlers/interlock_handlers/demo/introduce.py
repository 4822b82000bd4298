"""What the demo model says about itself, and what it can be asked with the tools that are connected."""

from collections.abc import Iterable, Sequence
from datetime import date

from interlock_handlers.demo.plan import Gap, plan
from interlock_handlers.demo.tools import Parameter, Tool
from interlock_handlers.demo.words import is_command

_SELF = (
    "I am the demo model: a set of rules, not a language model. I read your sentence, pick a connected tool that fits "
    "it and fill in its arguments."
)
_SAMPLES = {
    "zone": ("Europe/Paris", "Asia/Tokyo"), "clock": ("14:30",), "date": ("tomorrow",), "expression": ("12*(3+4)",),
    "title": ("\u201cGroceries\u201d",), "query": ("\u201cmilk\u201d",), "text": ("\u201cmilk and bread\u201d",),
    "url": ("https://example.com",), "email": ("ada@example.com",), "flag": ("yes",), "place": ("Chicago",),
    "list": ("red, green",), "number": ("2", "3"), "object": ("{}",),
}  # fmt: skip
_PER_SERVER = 12


def introduce(tools: Sequence[Tool], today: date, *, greeted: bool) -> str:
    """Who is talking, which tools are connected, and sentences that work with them."""
    if not tools:
        return (
            f"{_SELF} No tool is connected yet, so I can only introduce myself: connect a server with the "
            "**Servers** button, then ask again."
        )
    opening = f"Hello! {_SELF}" if greeted else f"I found no connected tool that fits this. {_SELF}"
    lines = [f"- **{server or 'tools'}**: {_listed(titles)}" for server, titles in _by_server(tools)]
    text = f"{opening}\n\nConnected now:\n\n" + "\n".join(lines)
    if examples := example_sentences(tools, today):
        text += "\n\nTry for example:\n\n" + "\n".join(f"- {sentence}" for sentence in examples)
    return text


def _by_server(tools: Iterable[Tool]) -> list[tuple[str, list[str]]]:
    grouped: dict[str, list[str]] = {}
    for tool in tools:
        grouped.setdefault(tool.server, []).append(tool.title)
    return list(grouped.items())


def _listed(titles: Sequence[str]) -> str:
    more = len(titles) - _PER_SERVER
    return ", ".join(titles[:_PER_SERVER]) + (f" and {more} more" if more > 0 else "")


def example_sentences(tools: Sequence[Tool], today: date, count: int = 3) -> list[str]:
    """Sentences for different tools; each is one that the rules really turn into a call of that tool."""
    found: list[str] = []
    used: set[str] = set()
    for tool in tools:
        for sentence in () if tool.title in used else (_example(tool), *_question(tool)):
            calls = plan(sentence, tools, today).calls
            if len(calls) == 1 and calls[0].tool.own_name == tool.own_name and sentence not in found:
                found.append(sentence)
                used.add(tool.title)
                break
        if len(found) == count:
            break
    return found


def _question(tool: Tool) -> list[str]:
    kinds = [parameter.kind for parameter in tool.required()]
    verb = tool.title if is_command(tool.title.split()[0]) else f"use {tool.title}"
    named = ", ".join(f"{parameter.label}: {sample(parameter)}" for parameter in tool.required())
    questions = [f"{verb[:1].upper()}{verb[1:]}{' with ' if named else ''}{named}"]
    return questions if kinds != ["zone"] else []


def _example(tool: Tool) -> str:
    kinds = [parameter.kind for parameter in tool.required()]
    if [parameter.kind for parameter in tool.parameters] == ["zone"] and "time" in tool.title:
        return "What time is it in Tokyo?"
    if sorted(kinds) == ["clock", "zone", "zone"]:
        return "Convert 14:30 from Tokyo to Paris"
    if kinds == ["expression"]:
        return "What is 12*(3+4)?"
    if kinds == ["title", "text"]:
        return f"{tool.title.capitalize()} titled \u201cGroceries\u201d saying \u201cmilk and bread\u201d"
    if kinds == ["number", "number"]:
        return "Add 2 and 3"
    return f"{tool.title.capitalize()} {' and '.join(sample(p, i) for i, p in enumerate(tool.required()))}".strip()


def sample(parameter: Parameter, index: int = 0) -> str:
    """A value as one would write it for this argument."""
    if parameter.kind == "choice":
        return str((parameter.schema.get("enum") or [parameter.schema.get("const")])[0])
    options = _SAMPLES[parameter.kind]
    return options[index % len(options)]


def ask_for(gap: Gap) -> str:
    """Which arguments are missing for a tool that fits, and how to say them."""
    labels = [f"**{parameter.label}**" for parameter in gap.missing]
    told = " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
    how = ", ".join(f"{parameter.label}: {sample(parameter, i)}" for i, parameter in enumerate(gap.missing))
    where = f" ({gap.tool.server})" if gap.tool.server else ""
    return (
        f"I would use **{gap.tool.title}**{where} for this, but I could not find its {told} in what you wrote, "
        f"and I do not make values up. Tell me for example: {how}"
    )
