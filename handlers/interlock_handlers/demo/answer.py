"""From a conversation to the demo model's next message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from interlock_handlers.demo.introduce import ask_for, introduce
from interlock_handlers.demo.outcome import read_outcome
from interlock_handlers.demo.plan import Plan, PlannedCall, fill_only, plan
from interlock_handlers.demo.say import tell
from interlock_handlers.demo.tools import Tool
from interlock_handlers.demo.words import content_tokens

_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|help|who are you|what are you"
    r"|what can (?:you|i) (?:do|ask)|what tools?\b.*|how does this work|test)\b[\w\s]{0,20}\W*$",
    re.IGNORECASE,
)
_THANKS = re.compile(r"^\W*(?:thanks|thank you|great|cool|nice|ok|okay|perfect)\b[\w\s]{0,20}\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What the model says next: a text, calls, or both."""

    text: str
    calls: tuple[PlannedCall, ...] = ()


def answer(messages: Sequence[BaseMessage], tools: Sequence[Tool], today: date) -> Answer:
    """Read results back if there are any since the last message of a person, else plan calls for that message."""
    last = next((i for i in range(len(messages) - 1, -1, -1) if isinstance(messages[i], HumanMessage)), None)
    if last is None:
        return Answer(introduce(tools, today, greeted=True))
    told = _read_back(messages[last], messages[last + 1 :])
    if told:
        return Answer(told)
    return _respond(messages[last].text, messages[:last], tools, today)


def _read_back(person: BaseMessage, after: Sequence[BaseMessage]) -> str:
    """The outcomes of the calls of the last message that asked for some."""
    batch = next((m for m in reversed(after) if isinstance(m, AIMessage) and m.tool_calls), None)
    results = {m.tool_call_id: m for m in after if isinstance(m, ToolMessage)}
    if batch is None:
        return ""
    sentences = [
        tell(call["name"], call["args"], read_outcome(results[call["id"]]), person.text, person.name)
        for call in batch.tool_calls
        if call["id"] in results
    ]
    lists = any("\n" in sentence for sentence in sentences)
    return ("\n\n" if lists else " ").join(sentences)


def _respond(text: str, before: Sequence[BaseMessage], tools: Sequence[Tool], today: date) -> Answer:
    if _THANKS.match(text):
        return Answer("You are welcome.")
    if not tools or _GREETING.match(text):
        return Answer(introduce(tools, today, greeted=bool(_GREETING.match(text))))
    planned = plan(text, tools, today)
    if not planned.calls:
        planned = _follow_up(text, before, tools, today) or planned
    if not planned.calls and not planned.gaps:
        return Answer(introduce(tools, today, greeted=False))
    remarks = [ask_for(gap) for gap in planned.gaps]
    remarks += [f"For \u201c{part}\u201d I found no connected tool." for part in planned.unmatched]
    return Answer("\n\n".join(remarks), planned.calls)


def _follow_up(text: str, before: Sequence[BaseMessage], tools: Sequence[Tool], today: date) -> Plan | None:
    """A short message that completes the one before (`title: Shopping`) or varies it (`And in Paris?`)."""
    earlier = next((message.text for message in reversed(before) if isinstance(message, HumanMessage)), None)
    if earlier is None or len(content_tokens(text)) > 12:
        return None
    previous = plan(earlier, tools, today)
    for gap in previous.gaps[:1]:
        completed = fill_only(gap.tool, f"{earlier.rstrip(' .?!')} {text}", today)
        return completed if completed.calls else None
    if len(previous.calls) == 1 and any(parameter.kind == "zone" for parameter in previous.calls[0].tool.parameters):
        varied = fill_only(previous.calls[0].tool, text, today)
        return varied if varied.calls else None
    return None
