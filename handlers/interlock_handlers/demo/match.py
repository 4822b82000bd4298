"""How well a tool fits a request, by what the tool says it does."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from interlock_handlers.demo.fill import fill
from interlock_handlers.demo.filling import Filling
from interlock_handlers.demo.tools import Tool
from interlock_handlers.demo.words import content_tokens, requested_action, split_words

_ENOUGH = 1.0
_ADDITION = re.compile(r"\badd\b[^.?!]*\d", re.IGNORECASE)


@dataclass(frozen=True)
class Match:
    """A tool beside a request: the arguments found for it, how well it ranks, and whether it fits at all."""

    filling: Filling
    score: float
    fits: bool


def best_match(text: str, tools: Sequence[Tool], today: date) -> Match | None:
    """The tool that fits best, or None where none fits well enough; of equals, the one that was connected first."""
    rarity = _rarity(tools)
    matches = [_score(text, tool, rarity, today) for tool in tools]
    return max((match for match in matches if match.fits), key=lambda match: match.score, default=None)


def _rarity(tools: Sequence[Tool]) -> dict[str, float]:
    """How telling a token is among these tools: 1 for one tool's own, less for what many share."""
    own = Counter(token for tool in tools for token in set(tool.name_tokens) | set(content_tokens(tool.description)))
    return {token: 1 / (1 + 0.35 * math.log(count)) for token, count in own.items()}


def _score(text: str, tool: Tool, rarity: dict[str, float], today: date) -> Match:
    filling = fill(tool, text, today)
    spoken = _spoken(text, tool)
    solid = spoken or "expression" in {p.kind for p in tool.parameters if p.name in filling.arguments}
    relevance = _relevance(text, tool, filling, rarity) + (4.0 if spoken else 0.0)
    agreement = _agreement(text, tool)
    if relevance == 0.0 and not solid:
        return Match(filling, 0.0, fits=False)
    missing = len(filling.missing)
    evidence = filling.evidence / (2 if missing else 1) + 0.4 * len(filling.spare_places)
    score = relevance + agreement + evidence - 2.0 * missing - 0.7 * filling.unused
    sure = relevance + agreement if missing else score
    return Match(filling, score, fits=sure >= _ENOUGH)


def _relevance(text: str, tool: Tool, filling: Filling, rarity: dict[str, float]) -> float:
    asked = set(content_tokens(text)) | ({"sum"} if _ADDITION.search(text) else set())
    name, described, taken = set(tool.name_tokens), set(content_tokens(tool.description)), _taken(tool)
    points = sum(
        rarity.get(token, 1.0)
        * (3.0 if token in name else 1.0 if token in described else 0.5 if token in taken else 0.0)
        for token in asked
    )
    recall = len(asked & name) / max(len(name), 1)
    precision = min(len(asked & (name | described | taken)) / max(len(asked - _filled_tokens(filling)), 1), 1.0)
    weighed = points * (0.5 + 0.5 * recall) * (0.4 + 0.6 * precision)
    return weighed if asked & name or weighed >= 1.5 else 0.0


def _taken(tool: Tool) -> set[str]:
    return {
        token
        for parameter in tool.parameters
        for token in content_tokens(f"{parameter.label} {parameter.schema.get('description', '')}")
    }


def _filled_tokens(filling: Filling) -> set[str]:
    return {token for value in filling.arguments.values() for token in content_tokens(str(value))}


def _spoken(text: str, tool: Tool) -> bool:
    """Whether the request calls the tool by its name, in any spelling."""
    words = split_words(tool.own_name)
    pattern = r"[\s_-]*".join(map(re.escape, words))
    return len(words) > 1 and bool(re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE))


def _agreement(text: str, tool: Tool) -> float:
    """Reading is not writing: a request that names an action wants a tool of that kind."""
    asked, declared = requested_action(text), tool.action
    if declared == "delete" and asked != "delete":
        # Nobody means to lose something without a word that says so.
        return -6.0
    if asked is None or declared is None:
        return 0.0
    numbers = sum(parameter.kind == "number" for parameter in tool.parameters)
    if asked == "write" and numbers > 1 and _ADDITION.search(text):
        return 1.5
    return 1.0 if asked == declared else -3.0
