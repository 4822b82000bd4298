"""Which of many tools a model is shown: more than so many would fill its window and confuse it."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from interlock_handlers.limits import MOST_TOOLS

NAME_WEIGHT = 3
"""A word of a tool's name counts for as many of its description."""
EARLIER_WEIGHT = 0.3
"""What was said before the last message counts for so much of what is asked now."""
LOOKED_BACK = 6
# BM25's usual parameters: how soon a word's repetition stops to count, and how much a long description counts less.
K1, B = 1.2, 0.75

_WORD = re.compile(r"[^\W_]+")
_INNER_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

Tool = dict[str, Any]


class ToolChoice:
    """Finds the tools that a conversation is about (BM25 over names, descriptions and parameters)."""

    def __init__(self, tools: Sequence[Tool], kept: Collection[str] = (), most: int = MOST_TOOLS) -> None:
        """`kept` are those that are always shown, by name."""
        self._tools = tools
        self._kept = frozenset(kept)
        self._most = most
        self._counts = [_counts(tool["function"]) for tool in tools]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._lengths) / len(tools) if tools else 0.0
        having = Counter(word for counts in self._counts for word in counts)
        self._rarity = {
            word: math.log(1 + (len(tools) - number + 0.5) / (number + 0.5)) for word, number in having.items()
        }

    @property
    def is_bounded(self) -> bool:
        """Whether there is anything to choose."""
        return len(self._tools) > self._most

    def choose(self, messages: Sequence[BaseMessage]) -> list[Tool]:
        """In their own order: kept ones, those that were called already, and then the ones that matter most."""
        if not self.is_bounded:
            return list(self._tools)
        called = {call["name"] for each in messages if isinstance(each, AIMessage) for call in each.tool_calls}
        always = [at for at, tool in enumerate(self._tools) if _name(tool) in self._kept | called]
        scores = self._scores(_asked(messages))
        rest = sorted(set(range(len(self._tools))).difference(always), key=lambda at: (-scores[at], at))
        relevant = [at for at in rest if scores[at] > 0]
        # Where the words say little, every server has something to offer.
        others = in_turns([at for at in rest if scores[at] == 0], lambda at: _name(self._tools[at]).partition("__")[0])
        room = max(0, self._most - len(always))
        return [self._tools[at] for at in sorted([*always, *[*relevant, *others][:room]])]

    def _scores(self, asked: Mapping[str, float]) -> list[float]:
        return [self._score(counts, length, asked) for counts, length in zip(self._counts, self._lengths, strict=True)]

    def _score(self, counts: Counter[str], length: int, asked: Mapping[str, float]) -> float:
        total = 0.0
        for word, weight in asked.items():
            if number := counts.get(word, 0):
                damped = number + K1 * (1 - B + B * length / self._mean)
                total += weight * self._rarity[word] * number * (K1 + 1) / damped
        return total


def in_turns(places: Iterable[int], whose: Any) -> list[int]:
    """One of each, then the second of each, and so on."""
    groups: dict[str, list[int]] = {}
    for at in places:
        groups.setdefault(whose(at), []).append(at)
    longest = max((len(group) for group in groups.values()), default=0)
    return [group[turn] for turn in range(longest) for group in groups.values() if turn < len(group)]


def words(text: str) -> list[str]:
    """In lower case, parts of names apart, plural as singular."""
    found = (word.lower() for word in _WORD.findall(_INNER_CAPITAL.sub(" ", text)))
    return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found]


def _counts(function: Mapping[str, Any]) -> Counter[str]:
    counts = Counter(words(function["description"]))
    for word in words(function["name"]):
        counts[word] += NAME_WEIGHT
    counts.update(word for name in function["parameters"].get("properties", {}) for word in words(name))
    return counts


def _asked(messages: Sequence[BaseMessage]) -> dict[str, float]:
    """The words of what a person asked last, and to a lesser degree of what was said before and since."""
    asked: dict[str, float] = {}
    last = max((at for at, each in enumerate(messages) if isinstance(each, HumanMessage)), default=-1)
    for at, message in enumerate(messages[-LOOKED_BACK:], start=max(0, len(messages) - LOOKED_BACK)):
        if isinstance(message, HumanMessage | AIMessage):
            _add(asked, message.text, EARLIER_WEIGHT if at != last else 1.0)
    if 0 <= last < len(messages) - LOOKED_BACK:
        _add(asked, messages[last].text, 1.0)
    return asked


def _add(asked: dict[str, float], text: str, weight: float) -> None:
    for word in words(text):
        asked[word] = max(asked.get(word, 0.0), weight)


def _name(tool: Tool) -> str:
    name: str = tool["function"]["name"]
    return name
